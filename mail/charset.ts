import { decode } from 'libmime/lib/charset';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const windows1252 = new TextDecoder('windows-1252');

/** Charsets of one byte a character under which UTF-8 gives mojibake but never an error. */
const SINGLE_BYTE = /^(iso-?8859-?\d+|latin-?\d|windows-?125\d|cp-?125\d)$/i;

/**
 * Text of bytes whose charset a header names, or fails to name.
 * A label may lie: bytes that are valid UTF-8 beyond ASCII are UTF-8 whatever single-byte charset is named, for no
 * other text looks so by chance; where UTF-8 (or ASCII, or nothing) is named and the bytes are not, windows-1252 is
 * read, which shows every byte. Unknown names are read the same way.
 */
export function decodeText(bytes: Buffer, charset: string | null): string {
  const named = (charset ?? '').trim().toLowerCase();
  if (named === '' || isUtf8Name(named)) return decodeAsUtf8(bytes);
  if (SINGLE_BYTE.test(named)) {
    const text = tryUtf8(bytes);
    if (text !== null && hasHigh(bytes)) return text;
  }
  try {
    const text = decode(bytes, named);
    return text.includes('\ufffd') && !isKnownMultibyte(named) ? decodeAsUtf8(bytes) : text;
  } catch {
    return decodeAsUtf8(bytes);
  }
}

const isUtf8Name = (name: string) =>
  ['ascii', 'usascii', 'utf8', '7bit', 'ansix341968', 'unknown8bit', 'xunknown'].includes(
    name.replace(/[^a-z0-9]+/g, ''),
  );

const isKnownMultibyte = (name: string) =>
  /^(gb|big5|euc|iso-?2022|shift|sjis|ks_c|ksc|koi8|windows-?125|iso-?8859)/.test(name);

function decodeAsUtf8(bytes: Buffer): string {
  return tryUtf8(bytes) ?? windows1252.decode(bytes);
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
