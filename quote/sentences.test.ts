import { describe, expect, it } from 'vitest';
import { steep } from '../tests/doubling';
import { sentencesOf } from './sentences';

const split = (text: string) => sentencesOf(text).map(({ start, end }) => text.slice(start, end));

describe('the sentences of a paragraph', () => {
  it.each([
    ['It hangs. It must\nnot hang! Why?', ['It hangs.', 'It must\nnot hang!', 'Why?']],
    ['It fails on v5.4, e.g. on a board of 2.5 GHz', ['It fails on v5.4, e.g. on a board of 2.5 GHz']],
    ['He said "No." (I heard it.) So be it', ['He said "No."', '(I heard it.)', 'So be it']],
    ['Two things:\n- one is slow\n- one is wrong', ['Two things:', '- one is slow', '- one is wrong']],
    ['printk() is called. then it ends', ['printk() is called. then it ends']],
    ['', []],
  ])('%s', (text, expected) => expect(split(text)).toEqual(expected));

  it('take linear time', () => {
    expect(sentencesOf('a. B! "'.repeat(60_000)).length).toBeGreaterThan(1000);
    const blocks = steep((n) => {
      const text = 'a. B! "'.repeat(n);
      return () => sentencesOf(text);
    }, 1024);
    expect(blocks).toEqual([]);
  });
});
