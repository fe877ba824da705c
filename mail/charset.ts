import { decode } from 'libmime/lib/charset';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Charsets with one byte per character: reading UTF-8 as one of them gives mojibake but never an error. */
const SINGLE_BYTE = /^(iso-?8859-?\d+|latin-?\d|windows-?125\d|cp-?125\d)$/i;

/**
 * Decodes bytes with the charset that a header names, if any.
 * The label may be wrong. Bytes that are valid UTF-8 beyond ASCII are read as UTF-8 whatever single-byte charset is named, because no
 * other text looks like that by chance. If UTF-8, ASCII, an unknown charset or nothing is named, each sequence that is not UTF-8 is
 * read as windows-1252, which shows every byte.
 */
export function decodeText(bytes: Buffer, charset: string | null): string {
  const named = knownName((charset ?? '').trim().toLowerCase());
  if (named === '' || isUtf8Name(named)) return escaped(bytes) ?? decodeAsUtf8(bytes);
  if (SINGLE_BYTE.test(named)) {
    const text = tryUtf8(bytes);
    if (text !== null && hasHigh(bytes)) return text;
  }
  if (named === 'utf-7') return decodeUtf7(bytes);
  if (WIDE.test(named) && !bytes.includes(0) && !hasHigh(bytes)) return bytes.toString('latin1');
  if (named === 'hz-gb-2312') return decodeHz(bytes);
  if (named === 'iso-2022-kr') return decodeShifted(bytes);
  try {
    const text = decode(bytes, named);
    return text.includes('\ufffd') && !isKnownMultibyte(named) ? decodeAsUtf8(bytes) : text;
  } catch {
    return decodeAsUtf8(bytes);
  }
}

/** Decodes bytes without a label, such as raw 8-bit headers: as UTF-8 if valid, else in the charset of the mail's body. */
export function decodeUnlabelled(bytes: Buffer, neighbour: string | null): string {
  return tryUtf8(bytes) ?? decodeText(bytes, neighbour);
}

/** Whether two labels name the same charset. */
export const sameCharset = (a: string, b: string) =>
  a.toLowerCase() === b.toLowerCase() || knownName(a.toLowerCase()) === knownName(b.toLowerCase());

/** The name of a charset within a longer label: `koi8-r-unix`, `_iso-2022-jp$ESC`, `x-gbk`, `charset=utf-8`. */
const NAME_WITHIN =
  /utf-?8|utf-?16(?:le|be)?|iso-?2022-?(?:jp|kr)|iso-?8859-?(?:1[0-6]|[1-9])(?!\d)|windows-?(?:125\d|874)|koi8-?[ru]|gb-?18030|gb-?2312|gbk|big5|euc-?(?:jp|kr)|shift[_-]?jis/;
/** Names that the decoder does not know, with names of the same charset that it knows. */
const ALIASES: Record<string, string> = {
  hz: 'hz-gb-2312',
  'hz-gb2312': 'hz-gb-2312',
  csiso2022kr: 'iso-2022-kr',
  'iso-10646-ucs-2': 'utf-16be',
  utf7: 'utf-7',
  'unicode-1-1-utf-7': 'utf-7',
  'x-unicode-1-1-utf-7': 'utf-7',
  'x-unicode-2-0-utf-7': 'utf-7',
  csunicode11utf7: 'utf-7',
  'iso-8859-8-i': 'iso-8859-8',
  'iso-8859-8-e': 'iso-8859-8',
  logical: 'iso-8859-8',
  'iso-8859': 'windows-1252',
  latin9: 'iso-8859-15',
  'latin-9': 'iso-8859-15',
  latin0: 'iso-8859-15',
  'windows-cyrillic': 'windows-1251',
  'koi-8': 'koi8-r',
  uhc: 'cp949',
  'cn-gb': 'gbk',
  'euc-cn': 'gbk',
  gb: 'gbk',
  ujis: 'euc-jp',
  euc: 'euc-jp',
};

/** A code page by its number, with any prefix: `850`, `dos-866`, `x-cp850`, `ansi-1251`. */
const CODE_PAGE = /^(?:cp|dos|ibm|ms|windows|ansi|microsoft)?-?(?:cp)?(\d{3,5})$/;

/** Names without what looks like a known one within them. */
function plainName(label: string): string {
  const bare = label.startsWith('x-') ? label.slice(2) : label;
  const page = CODE_PAGE.exec(bare)?.[1];
  if (page === undefined) return ALIASES[bare] ?? label;
  if (/^5022[0-2]$/.test(page)) return 'iso-2022-jp';
  return /^125\d$/.test(page) ? `windows-${page}` : page === '65001' ? 'utf-8' : `cp${page}`;
}

function knownName(label: string): string {
  const alias = ALIASES[label];
  if (alias !== undefined) return alias;
  if (label === '' || label === 'hz-gb-2312') return label;
  const within = NAME_WITHIN.exec(label.slice(0, 100))?.[0];
  if (within === undefined) return plainName(label);
  if (within === label) return label;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return within;
  }
}

const isUtf8Name = (name: string) =>
  ['ascii', 'usascii', 'utf8', '7bit', 'ansix341968', 'unknown8bit', 'xunknown'].includes(
    name.replace(/[^a-z0-9]+/g, ''),
  );

const isKnownMultibyte = (name: string) =>
  /^(gb|big5|euc|iso-?2022|shift|sjis|ks_c|ksc|koi8|windows-?125|iso-?8859)/.test(name);

/** Finds ISO 2022 escapes in text whose label names no such charset: no ASCII text contains these sequences by chance. */
function escaped(bytes: Buffer): string | null {
  if (!bytes.includes(0x1b) || hasHigh(bytes)) return null;
  const text = bytes.toString('latin1');
  if (text.includes('\x1b$)C')) return decodeShifted(bytes);
  return /\x1b\$[@B]/.test(text) ? new TextDecoder('iso-2022-jp').decode(bytes) : null;
}

/** Charsets with two or four bytes per character. ASCII text in them contains NULs, so a body of pure ASCII bytes was labelled wrongly. */
const WIDE = /^(?:utf-?(?:16|32)(?:le|be)?|ucs-?[24](?:le|be)?|iso-10646-ucs-[24])$/;

/** RFC 2152: UTF-16 in base64 between `+` and `-`. The result is escaped or sanitised like any text. */
function decodeUtf7(bytes: Buffer): string {
  return decodeAsUtf8(bytes).replace(/\+([A-Za-z0-9+/]*)-?/g, (_, coded: string) => {
    if (coded === '') return '+';
    const units = Buffer.from(coded, 'base64');
    return units
      .subarray(0, units.length & ~1)
      .swap16()
      .toString('utf16le');
  });
}

/** RFC 1843: GB 2312 in seven bits between `~{` and `~}`; `~~` is a tilde, and a tilde at the end of a line joins the next line. */
function decodeHz(bytes: Buffer): string {
  const gb = new TextDecoder('gb18030');
  const decoded = bytes
    .toString('latin1')
    .replace(/~\{([\x21-\x7d\n\r]*?)(?:~\}|$)|~~|~\r?\n/g, (mark, inside?: string) => {
      if (inside !== undefined) return gb.decode(withHighBits(inside));
      return mark === '~~' ? '~' : '';
    });
  return decoded;
}

/** RFC 1557: KS X 1001 in seven bits between SO and SI (or the line's end), announced by ESC $ ) C. */
function decodeShifted(bytes: Buffer): string {
  const korean = new TextDecoder('euc-kr');
  return bytes
    .toString('latin1')
    .replaceAll('\x1b$)C', '')
    .replace(/\x0e([^\x0f\n]*)\x0f?/g, (_, inside: string) => korean.decode(withHighBits(inside)));
}

function withHighBits(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  for (let n = 0; n < bytes.length; n++) if ((bytes[n] as number) > 32) bytes[n] = (bytes[n] as number) | 128;
  return bytes;
}

/** Decodes as UTF-8, and anything invalid as windows-1252. (Not with TextDecoder, which reads windows-1252 as Latin-1 in Node 20.) */
function decodeAsUtf8(bytes: Buffer): string {
  return tryUtf8(bytes) ?? decodeMixed(bytes);
}

/** A UTF-8 sequence of more than one byte (RFC 3629 4). */
const SEQUENCES =
  /(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+|[\x80-\xff]/g;

/** Reads UTF-8 sequences as UTF-8 and all other bytes as windows-1252, so a footer in Latin-1 does not spoil the text above it. */
function decodeMixed(bytes: Buffer): string {
  return bytes.toString('latin1').replace(SEQUENCES, (run) => {
    const part = Buffer.from(run, 'latin1');
    return run.length > 1 ? part.toString('utf8') : decode(part, 'windows-1252');
  });
}

function tryUtf8(bytes: Buffer): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

function hasHigh(bytes: Buffer): boolean {
  for (let n = 0; n < bytes.length; n++) if ((bytes[n] as number) > 127) return true;
  return false;
}
