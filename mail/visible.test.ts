import { describe, expect, it } from 'vitest';
import { encodeUnseen, visible } from './visible';

describe('visible', () => {
  it.each([
    ['report\u202etxt.exe', 'report[U+202E]txt.exe'],
    ['a\u2066b\u2069', 'a[U+2066]b[U+2069]'],
    ['zero\u200bwidth', 'zero[U+200B]width'],
    ['soft\u00adhyphen', 'soft[U+00AD]hyphen'],
    ['esc\x1b[31m', 'esc[U+001B][31m'],
    ['csi\x9b31m', 'csi[U+009B]31m'],
    ['tag\u{e0041}', 'tag[U+E0041]'],
    ['pay\u200dpal', 'pay[U+200D]pal'],
  ])('marks %j', (text, expected) => expect(visible(text)).toBe(expected));

  it.each([
    'plain\ttext\r\n',
    'Gr\u00fc\u00dfe',
    '\u05e9\u05dc\u05d5\u05dd',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    '\u{1f468}\u200d\u{1f4bb}',
    '\u{1f600}',
  ])('leaves %j', (text) => expect(visible(text)).toBe(text));

  it('encodes them for addresses', () => expect(encodeUnseen('a\u202eb')).toBe('a%E2%80%AEb'));
});
