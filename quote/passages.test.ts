import { describe, expect, it } from 'vitest';
import { readBody } from '#mail/body';
import { openingLine, paragraphsOf } from './passages';

describe('the paragraphs of a mail', () => {
  it('are without headings and rules', () => {
    const body = readBody(
      'Motivation\n==========\nDisks fail,\nand nobody knows.\n---------\n\nThe end is near.\n~~~~\n',
    );
    expect(paragraphsOf(body)).toEqual([
      [2, 3],
      [6, 6],
    ]);
  });

  it('begin behind the header of a forwarded patch', () => {
    const body = readBody('From: Ada Ames <ada@example.org>\n\nDisks fail, and nobody knows why.\n');
    expect(openingLine(body)).toBe(2);
    expect(openingLine(readBody('From: Ada Ames <ada@example.org>\n'))).toBe(0);
    expect(openingLine(readBody('> quoted\n'))).toBe(0);
  });
});
