import fc from 'fast-check';
import { stemmer } from 'stemmer';
import { expect, it } from 'vitest';
import { stemOf } from './stem';

it('stems what the stemmer stems, though it looks at two letters first', () => {
  const endings =
    'sses ies ss s eed ed ing at bl iz y ational tional enci anci izer bli alli entli eli ousli ization ation ator alism iveness fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent sion tion ou ism ate iti ous ive ize e ll';
  const part = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), minLength: 1, maxLength: 8 });
  const word = fc.tuple(part, fc.constantFrom('', ...endings.split(' '))).map(([begin, end]) => begin + end);
  fc.assert(
    fc.property(word, (text) => {
      expect(stemOf(text)).toBe(text.length > 2 ? stemmer(text) : text);
    }),
    { numRuns: 20_000 },
  );
});
