import { describe, expect, it } from 'vitest';
import { encodeUnseen, hasUnseen, hasUnseenBytes, visible } from './visible';

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
    ['caf\u00e9\u200cs', 'caf\u00e9[U+200C]s'],
    ['\u0645\u200c\u200c', '\u0645\u200c[U+200C]'],
    ['a\ufe00b\ufe0f', 'a[U+FE00]b[U+FE0F]'],
    ['1\ufe0f', '1[U+FE0F]'],
    ['x\u{e0100}\u{e01ef}', 'x[U+E0100][U+E01EF]'],
    ['\u{1f600}\ufe0f\ufe0f', '\u{1f600}\ufe0f[U+FE0F]'],
    ['\u17b4\u180b\ufff0\u{1d173}\u{e0fff}', '[U+17B4][U+180B][U+FFF0][U+1D173][U+E0FFF]'],
    ['\u{1f3f4}\u{e0067}', '\u{1f3f4}[U+E0067]'],
  ])('marks %j', (text, expected) => expect(visible(text)).toBe(expected));

  it.each([
    'plain\ttext\r\n',
    'Gr\u00fc\u00dfe',
    '\u05e9\u05dc\u05d5\u05dd',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    '\u{1f468}\u200d\u{1f4bb}',
    '\u{1f600}',
    '\u2764\ufe0f \u260e\ufe0e 1\ufe0f\u20e3',
    '\u{1f3f3}\ufe0f\u200d\u{1f308}',
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
    '\u{1f469}\u{1f3fd}\u200d\u{1f52c}',
    '\u0915\u094d\u200d\u0937',
  ])('leaves %j', (text) => expect(visible(text)).toBe(text));

  it('marks every code point that Unicode calls ignorable, and every control', () => {
    const unmarked: string[] = [];
    for (let code = 0; code < 0x110000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const character = String.fromCodePoint(code);
      const isUnseen =
        /\p{Default_Ignorable_Code_Point}|[\p{Cc}\p{Zl}\p{Zp}]/u.test(character) && !/[\t\n\r]/.test(character);
      if (isUnseen && visible(`x${character}x`) === `x${character}x`) unmarked.push(code.toString(16));
      if (!isUnseen && visible(character) !== character && !/[\ufff9-\ufffb]/.test(character))
        unmarked.push(`not ${code.toString(16)}`);
    }
    expect(unmarked).toEqual([]);
  });

  it('gives the same result for UTF-8 as for text, for the first plane and every seventh character of the others', () => {
    const encoder = new TextEncoder();
    const differ: string[] = [];
    for (let code = 0; code < 0x110000; code += code < 0x10000 ? 1 : 7) {
      if (code >= 0xd800 && code < 0xe000) continue;
      // At each place among the four bytes that are examined at a time, and behind the last four.
      const text = `${'abcd'.slice(code % 4)}${String.fromCodePoint(code)}${'efghi'.slice(code % 5)}`;
      if (hasUnseenBytes(encoder.encode(text)) !== hasUnseen(text)) differ.push(code.toString(16));
    }
    expect(differ).toEqual([]);
    // A lone surrogate is sent as U+FFFD, which is examined.
    expect(hasUnseenBytes(encoder.encode('a\ud800'))).toBe(true);
    expect(hasUnseenBytes(encoder.encode('…“ü” →'))).toBe(false);
  });

  it('encodes them for addresses', () => expect(encodeUnseen('a\u202eb')).toBe('a%E2%80%AEb'));
});
