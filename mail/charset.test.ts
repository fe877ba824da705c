import { describe, expect, it } from 'vitest';
import { decodeText } from './charset';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('decodeText', () => {
  it.each([
    ['uhc', '\xbe\xc8\xb3\xe7', '안녕'],
    ['x-cp850', 'caf\x82', 'café'],
    ['dos-866', '\x8f\xe0\xa8', 'При'],
    ['ansi-1251', '\xcf\xf0\xe8', 'При'],
    ['latin9', '\xa4', '€'],
    ['x-euc', '\xbc\xea', '手'],
    ['cp50220', '\x1b$B<j\x1b(B', '手'],
    ['koi8-r-unix', '\xf4\xc5\xd3\xd4', 'Тест'],
    ['iso-8859-1-windows-1252', '\x93\xfc\x94', '“ü”'],
    ['_iso-2022-jp$ESC', '\x1b$B4A;z\x1b(B', '漢字'],
    ['iso-2022-kr', '\x1b$)C\x0eGQ1[\x0f abc', '한글 abc'],
    ['hz-gb-2312', 'a ~{VPND~} ~~b', 'a 中文 ~b'],
    ['x-gbk', '\xd6\xd0\xce\xc4', '中文'],
    ['iso-8859-8-i', '\xf9\xec\xe5\xed', 'שלום'],
    ['cp437', '\x81', 'ü'],
    ['windows-874', '\xca\xc7\xd1\xca\xb4\xd5', 'สวัสดี'],
    ['"utf-8 "', 'gr\xc3\xbcn', 'grün'],
    ['nobody-knows', 'gr\xfcn', 'grün'],
  ])('reads %s', (label, bytes, text) => expect(decodeText(latin1(bytes), label)).toBe(text));

  it('reads ISO 2022 escapes without a label', () => {
    expect(decodeText(latin1('\x1b$B4A;z\x1b(B'), null)).toBe('漢字');
    expect(decodeText(latin1('\x1b$)C\x0eGQ1[\x0f'), 'us-ascii')).toBe('한글');
  });

  it('reads invalid UTF-8 byte by byte, and the rest as UTF-8', () => {
    expect(decodeText(latin1('sch\xc3\xb6n \u00e4\n-- \nGr\xfc\xdfe \xe2\x82\xac \xed\xa0\x80'), 'utf-8')).toBe(
      'schön ä\n-- \nGrüße € í\u00a0€',
    );
  });
});
