import libqp from 'libqp';

/** The transfer encoding of a body (RFC 2045 6). */
export type TransferEncoding = 'base64' | 'quoted-printable' | 'uuencode' | '';

/** Characters of the header that are read: an encoding is a word, perhaps after a comment. */
const MAX_HEADER = 1000;

/** The encoding that a header names, even in quotes, or with a semicolon or a comment; '' if it changes nothing. */
export function transferEncoding(header: string | undefined): TransferEncoding {
  const beginning = (header ?? '').slice(0, MAX_HEADER);
  const token = /^[\s"']*([a-z0-9-]{1,40})/i.exec(beginning.replace(/\([^)]*\)/g, ' '))?.[1]?.toLowerCase();
  if (token === 'base64' || token === 'quoted-printable') return token;
  return token !== undefined && /^(?:x-)?uu(?:e|encode)?$/.test(token) ? 'uuencode' : '';
}

/** Undoes a transfer encoding. A body that is not in the encoding that it claims is returned unchanged. */
export function decodeTransfer(body: Buffer, encoding: TransferEncoding): Buffer {
  if (encoding === 'quoted-printable') return libqp.decode(body);
  if (encoding === 'uuencode') return fromUuencode(body) ?? body;
  return encoding === 'base64' && looksBase64(body) ? fromBase64(body) : body;
}

/** Bytes at the beginning of a body that show whether it is base64. */
const BEGINNING = 4096;

/** Words have spaces between them; base64 has none within a line. A list's footer below it is ignored. */
function looksBase64(body: Buffer): boolean {
  const lines = body
    .toString('latin1', 0, BEGINNING)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const first = lines[0]?.trim() ?? '';
  return (
    first === '' ||
    !/\s/.test(first) ||
    lines.filter((line) => /^[A-Za-z0-9+/=]+\s*$/.test(line)).length * 2 > lines.length
  );
}

/**
 * Base64 by RFC 2045 6.8: characters outside the alphabet are skipped. If a list appended its footer as plain text after the
 * padding, the footer stays readable.
 */
function fromBase64(body: Buffer): Buffer {
  const text = body.toString('latin1');
  const pad = text.search(/=\s*\n(?=[^\n]*[^A-Za-z0-9+/=\s])/);
  if (pad < 0) return Buffer.from(text, 'base64');
  const end = text.indexOf('\n', pad) + 1;
  return Buffer.concat([Buffer.from(text.slice(0, end), 'base64'), body.subarray(end)]);
}

/** The file between `begin 644 name` and `end`, or null. */
function fromUuencode(body: Buffer): Buffer | null {
  const lines = body.toString('latin1').split(/\r?\n/);
  const begin = lines.findIndex((line) => /^begin [0-7]{3,4} /.test(line));
  if (begin < 0) return null;
  const parts: Buffer[] = [];
  for (const line of lines.slice(begin + 1)) {
    if (line === 'end') break;
    const length = line === '' ? 0 : (line.charCodeAt(0) - 32) & 63;
    if (length) parts.push(uuLine(line, length));
  }
  return Buffer.concat(parts);
}

function uuLine(line: string, length: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil(length / 3) * 3);
  const bits = (at: number) => ((line.charCodeAt(at) || 32) - 32) & 63;
  for (let from = 1, to = 0; to < length; from += 4, to += 3) {
    const word = (bits(from) << 18) | (bits(from + 1) << 12) | (bits(from + 2) << 6) | bits(from + 3);
    bytes.writeUIntBE(word, to, 3);
  }
  return bytes.subarray(0, length);
}
