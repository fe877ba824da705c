import { decodeUnlabelled } from './charset';

/** Finds the headers of a raw mail in one pass over its bytes (RFC 5322 2.2, 3.2.2). */

/** A longer header section is cut: no client writes so much, and every byte of it is scanned. */
export const MAX_HEADER_BYTES = 1024 * 1024;

/** The wanted headers of a mail. Values are raw, one character per byte, as `headerText` expects. */
export class HeaderBlock {
  constructor(
    /** Offset of the body, after the empty line that ends the headers. */
    readonly bodyAt: number,
    private readonly raw: Map<string, string[]>,
  ) {}

  /** The value of the first header with that name, unfolded. */
  first(name: string): string | undefined {
    const value = this.raw.get(name)?.[0];
    return value === undefined ? undefined : unfold(value);
  }

  /** The values of all headers with that name, unfolded, in order. */
  all(name: string): string[] {
    return this.raw.get(name)?.map(unfold) ?? [];
  }
}

/** Header names to look for, in lower case. Length and first letter are compared before a name is cut out. */
export class WantedHeaders {
  readonly #shapes = new Set<number>();

  constructor(private readonly names: ReadonlySet<string>) {
    for (const name of names) this.#shapes.add(shape(name.length, name.charCodeAt(0)));
  }

  /** The name in lower case if it is one of the requested headers, else null. */
  match(text: string, at: number, colon: number): string | null {
    if (!this.#shapes.has(shape(colon - at, text.charCodeAt(at) | 32))) return null;
    const name = text.slice(at, colon).toLowerCase();
    return this.names.has(name) ? name : null;
  }
}

const shape = (length: number, letter: number) => length * 256 + letter;

/**
 * Scans a mail for the wanted headers. Skips lines without a name, as mail clients do, so that one broken line does not hide
 * the rest.
 */
export function scanHeaders(bytes: Buffer, wanted: WantedHeaders): HeaderBlock {
  const bodyAt = findBody(bytes);
  const text = bytes.toString('latin1', 0, Math.min(bodyAt, MAX_HEADER_BYTES));
  const values = new Map<string, string[]>();
  let at = 0;
  while (at < text.length) {
    const colon = text.indexOf(':', at);
    if (colon < 0) break;
    const end = foldedEnd(text, at);
    const name = colon < end ? wanted.match(text, at, text.charCodeAt(colon - 1) === 32 ? colon - 1 : colon) : null;
    if (name !== null) {
      const value = text.slice(colon + 1, end);
      const known = values.get(name);
      if (known) known.push(value);
      else values.set(name, [value]);
    }
    at = end + 1;
  }
  return new HeaderBlock(bodyAt, values);
}

/** The end of the header that begins at `at`: the first line end that is not followed by white space. */
function foldedEnd(text: string, at: number): number {
  let end = text.indexOf('\n', at);
  while (end >= 0 && isWhite(text.charCodeAt(end + 1))) end = text.indexOf('\n', end + 1);
  return end < 0 ? text.length : end;
}

const isWhite = (code: number) => code === 32 || code === 9;

function unfold(raw: string): string {
  const flat = raw.includes('\n') || raw.includes('\r') ? raw.replace(/(?:\r?\n|\r)[ \t]*/g, ' ') : raw;
  return flat.trim();
}

/**
 * Where the body begins: after the first empty line, with any kind of line end. Lines directly above it that are not headers belong to
 * the body too: the author or a gateway left out the empty line, and otherwise they would not be shown.
 */
function findBody(bytes: Buffer): number {
  const blank = afterBlankLine(bytes);
  if (blank <= 2) return blank;
  const last = bytes.lastIndexOf(10, Math.max(0, headEnd(bytes, blank) - 1));
  return isHeaderLine(bytes, last + 1) ? blank : stray(bytes, blank);
}

/** The end of the last header line. */
function headEnd(bytes: Buffer, blank: number): number {
  let end = blank;
  while (end > 0 && (bytes[end - 1] === 10 || bytes[end - 1] === 13)) end--;
  return end;
}

/** `Name:` of printable characters (RFC 5322 2.2), or the continuation of a header. */
function isHeaderLine(bytes: Buffer, at: number): boolean {
  for (let n = at; n < bytes.length && n < at + 200; n++) {
    const c = bytes[n] as number;
    if (c === 58) return n > at;
    if (c === 32 || c === 9) return n === at || bytes[n + 1] === 58 || isFrom(bytes, at);
    if (c < 33 || c > 126) return c === 10 || c === 13 ? n === at : false;
  }
  return true;
}

/** `From x` and `>From x`, added by an mbox or a relay. */
const isFrom = (bytes: Buffer, at: number) => /^>?From /.test(bytes.toString('latin1', at, at + 6));

/** The first of the lines above `blank` that are not headers and have no header below them. */
function stray(bytes: Buffer, blank: number): number {
  let at = headEnd(bytes, blank);
  let first = blank;
  while (at > 0) {
    const start = bytes.lastIndexOf(10, at - 1) + 1;
    if (isHeaderLine(bytes, start)) break;
    first = start;
    at = start - 1;
  }
  return first === 0 ? blank : first;
}

/** The offset after the first empty line, or the end of a mail without one. */
function afterBlankLine(bytes: Buffer): number {
  if (bytes[0] === 10) return 1;
  if (bytes[0] === 13 && bytes[1] === 10) return 2;
  const lf = bytes.indexOf('\n\n');
  const near = lf < 0 ? bytes : bytes.subarray(0, lf);
  const crlf = near.indexOf('\n\r\n');
  if (crlf >= 0) return crlf + 3;
  return lf < 0 ? bytes.length : lf + 2;
}

const CHARSET = /^content-type:[^\n]{0,200}(?:\n[ \t][^\n]{0,200}){0,5}?charset="?([\w.:-]{1,60})/im;

/** All headers of a mail for a page: the name as written, and the value unfolded with raw 8-bit bytes read as UTF-8. */
export function allHeaders(head: Buffer): { name: string; value: string }[] {
  const lines = head.toString('latin1', 0, MAX_HEADER_BYTES).split(/\r?\n(?![ \t])/);
  const charset = CHARSET.exec(lines.join('\n'))?.[1] ?? null;
  return lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0
      ? [{ name: line.slice(0, colon), value: shownValue(headerText(unfold(line.slice(colon + 1)), charset)) }]
      : [];
  });
}

/** Pages show only the beginning of a longer value. */
const MAX_SHOWN_VALUE = 16 * 1024;

function shownValue(value: string): string {
  if (value.length <= MAX_SHOWN_VALUE) return value;
  return `${value.slice(0, MAX_SHOWN_VALUE)} \u2026 [${value.length - MAX_SHOWN_VALUE} more characters are in the raw mail]`;
}

const HIGH_BYTE = /[\x80-\xff]/;
/** Decodes a raw header value: 8-bit bytes are UTF-8 (RFC 6532), else in the charset of the body, else windows-1252. */
export function headerText(raw: string, charset: string | null = null): string {
  return HIGH_BYTE.test(raw) ? decodeUnlabelled(Buffer.from(raw, 'latin1'), charset) : raw;
}

/** Whether a mail with these headers may have an HTML part. */
export function mayHoldHtml(head: Buffer): boolean {
  return /^content-type:\s*(?:multipart\/|text\/html)/im.test(head.toString('latin1', 0, MAX_HEADER_BYTES));
}

/** Whether a raw mail seems to have an HTML part. Cheap; wrong only for mails that quote MIME headers. */
export function seemsHtml(raw: Buffer): boolean {
  return raw.includes('html') && /^content-type:[ \t]*text\/html\b/im.test(raw.toString('latin1'));
}
