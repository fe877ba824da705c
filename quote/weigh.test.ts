import { describe, expect, it } from 'vitest';
import { introduces, isAside, weigh } from './weigh';

describe('the role of a sentence', () => {
  it.each([
    ['I don’t see why it should not hang, but it must not.', 'objects'],
    ['On my board the dump took 35 seconds.', 'measures'],
    ['It is done twice, because the first time is too early.', 'reasons'],
    ['Let’s go with the second, then.', 'decides'],
    ['Is the lock held here?', 'asks'],
  ] as const)('%s', (sentence, kind) => expect(weigh(sentence.replaceAll('’', "'"))[kind]).toBe(true));

  it.each([
    ['Thanks for the patch!', true],
    ['Anyway, resending this as plain text.', true],
    ['s/teh/the/', true],
    ['I will be out of the office until Monday.', true],
    ['The nit is in line three.', true],
    ['Thanks to the second kernel the dump is written even where the first has lost its disk.', false],
    ['The kernel that crashed cannot be trusted.', false],
  ])('%s: %s', (sentence, expected) => expect(isAside(sentence)).toBe(expected));

  it('introduces the text below', () => {
    expect(introduces('The mapping should be:')).toBe(true);
    expect(introduces('The mapping is right.')).toBe(false);
  });
});
