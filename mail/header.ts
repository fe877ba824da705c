/** Headers of a raw mail, found on its bytes in one pass (RFC 5322 2.2, 3.2.2). */

/** Headers above this are cut: no client writes so much, and every byte of it is scanned. */
export const MAX_HEADER_BYTES = 1024 * 1024;

export interface HeaderBlock {
  /** Offset of the body: the empty line that ends the headers belongs to them. */
  bodyAt: number;
  /** Raw values by lower-case name, unfolded, each byte one character; in the order they stand. */
  values: Map<string, string[]>;
}

/**
 * Scans the headers of a mail for those in `wanted` (lower case). A line without a name is passed over, as mail clients do,
 * so that one broken line does not hide the rest. Bytes above 127 stay as they are: `headerText` decodes them.
 */
export function scanHeaders(bytes: Buffer, wanted: ReadonlySet<string>): HeaderBlock {
  const bodyAt = findBody(bytes);
  const text = bytes.toString('latin1', 0, Math.min(bodyAt, MAX_HEADER_BYTES));
  const values = new Map<string, string[]>();
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const colon = text.indexOf(':', at);
    const name = colon > at && colon < end && colon - at < 60 ? text.slice(at, colon).trimEnd().toLowerCase() : '';
    let next = end + 1;
    while (isWhite(text.charCodeAt(next))) {
      end = text.indexOf('\n', next);
      if (end < 0) end = text.length;
      next = end + 1;
    }
    if (wanted.has(name)) {
      const value = unfold(text.slice(colon + 1, end));
      const known = values.get(name);
      if (known) known.push(value);
      else values.set(name, [value]);
    }
    at = next;
  }
  return { bodyAt, values };
}

const isWhite = (code: number) => code === 32 || code === 9;

function unfold(raw: string): string {
  const flat = raw.includes('\n') || raw.includes('\r') ? raw.replace(/(?:\r?\n|\r)[ \t]*/g, ' ') : raw;
  return flat.trim();
}

/** The first empty line ends the headers, whichever line ends the mail has; a mail without one is all headers. */
function findBody(bytes: Buffer): number {
  if (bytes[0] === 10) return 1;
  if (bytes[0] === 13 && bytes[1] === 10) return 2;
  const lf = bytes.indexOf('\n\n');
  const near = lf < 0 ? bytes : bytes.subarray(0, lf);
  const crlf = near.indexOf('\n\r\n');
  if (crlf >= 0) return crlf + 3;
  return lf < 0 ? bytes.length : lf + 2;
}

/** All headers of a mail for a page: name as written, and value unfolded with raw 8-bit bytes read as UTF-8. */
export function allHeaders(head: Buffer): { name: string; value: string }[] {
  const lines = head.toString('latin1', 0, MAX_HEADER_BYTES).split(/\r?\n(?![ \t])/);
  return lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 ? [{ name: line.slice(0, colon), value: headerText(unfold(line.slice(colon + 1))) }] : [];
  });
}

const HIGH_BYTE = /[\x80-\xff]/;
const utf8 = new TextDecoder('utf-8', { fatal: true });
const windows1252 = new TextDecoder('windows-1252');

/** A raw header value as text: 8-bit bytes are UTF-8 (RFC 6532), and where they are not, windows-1252. */
export function headerText(raw: string): string {
  if (!HIGH_BYTE.test(raw)) return raw;
  const bytes = Buffer.from(raw, 'latin1');
  try {
    return utf8.decode(bytes);
  } catch {
    return windows1252.decode(bytes);
  }
}
