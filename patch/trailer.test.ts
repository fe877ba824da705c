import { describe, expect, it } from 'vitest';
import { readBody } from '#mail/body';
import { readPerson, trailersOf } from './trailer.ts';

describe('readPerson', () => {
  it.each([
    ['Ada Example <ada@example.org>', 'Ada Example|ada@example.org'],
    ['"Ada Example" <Ada@Example.org> # v2', 'Ada Example|ada@example.org'],
    ['ada@example.org (Ada Example)', 'Ada Example|ada@example.org'],
    ['Ada Example ada@example.org', 'Ada Example|ada@example.org'],
    ['<ada@example.org>,', '|ada@example.org'],
    ['Ada Example', 'Ada Example|'],
  ])('%s', (value, expected) => {
    const { name, address } = readPerson(value);
    expect(`${name}|${address}`).toBe(expected);
  });
});

describe('trailersOf', () => {
  it('reads only own words, in any case, with folded lines', () => {
    const text =
      '> Acked-by: No Body <no@example.org>\nREVIEWED-BY: Ada Example\n <ada@example.org>\nFixes: 1234567 ("x")\nNote: nothing\n';
    expect(trailersOf(readBody(text)).map(({ key, address, value }) => [key, address, value])).toEqual([
      ['Reviewed-by', 'ada@example.org', 'Ada Example <ada@example.org>'],
      ['Fixes', '', '1234567 ("x")'],
    ]);
  });
});
