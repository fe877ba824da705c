import { decodeUnlabelled } from './charset';

/** Headers of a raw mail, found on its bytes in one pass (RFC 5322 2.2, 3.2.2). */

/** Headers above this are cut: no client writes so much, and every byte of it is scanned. */
export const MAX_HEADER_BYTES = 1024 * 1024;

/** The headers of one mail that were asked for. Values are raw: each byte one character, as `headerText` reads them. */
export class HeaderBlock {
  constructor(
    /** Offset of the body: the empty line that ends the headers belongs to them. */
    readonly bodyAt: number,
    private readonly raw: Map<string, string[]>,
  ) {}

  /** Value of the first header of that name, unfolded. */
  first(name: string): string | undefined {
    const value = this.raw.get(name)?.[0];
    return value === undefined ? undefined : unfold(value);
  }

  /** Values of all headers of that name, unfolded, in the order they stand. */
  all(name: string): string[] {
    return this.raw.get(name)?.map(unfold) ?? [];
  }
}

/** Header names to look for; lower case. Names are told apart by length and first letter before they are cut out. */
export class WantedHeaders {
  readonly #shapes = new Set<number>();

  constructor(private readonly names: ReadonlySet<string>) {
    for (const name of names) this.#shapes.add(shape(name.length, name.charCodeAt(0)));
  }

  /** The name, lower case, if it is wanted; null if not. */
  match(text: string, at: number, colon: number): string | null {
    if (!this.#shapes.has(shape(colon - at, text.charCodeAt(at) | 32))) return null;
    const name = text.slice(at, colon).toLowerCase();
    return this.names.has(name) ? name : null;
  }
}

const shape = (length: number, letter: number) => length * 256 + letter;

/**
 * Scans the headers of a mail for those that are wanted. A line without a name is passed over, as mail clients do,
 * so that one broken line does not hide the rest.
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

/** Where the header that begins at `at` ends: the first line end that no white space follows. */
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
 * Where the body begins: behind the first empty line, whichever line ends the mail has. Lines above it that are no headers, without one
 * behind them, are the body's too: its author or a gateway left the empty line out, and they would be shown nowhere.
 */
function findBody(bytes: Buffer): number {
  const blank = afterBlankLine(bytes);
  if (blank <= 2) return blank;
  const last = bytes.lastIndexOf(10, Math.max(0, headEnd(bytes, blank) - 1));
  return isHeaderLine(bytes, last + 1) ? blank : stray(bytes, blank);
}

/** Where the last line of the header ends. */
function headEnd(bytes: Buffer, blank: number): number {
  let end = blank;
  while (end > 0 && (bytes[end - 1] === 10 || bytes[end - 1] === 13)) end--;
  return end;
}

/** `Name:` of printable characters (RFC 5322 2.2), or a line that goes on with one. */
function isHeaderLine(bytes: Buffer, at: number): boolean {
  for (let n = at; n < bytes.length && n < at + 200; n++) {
    const c = bytes[n] as number;
    if (c === 58) return n > at;
    if (c === 32 || c === 9) return n === at || bytes[n + 1] === 58 || isFrom(bytes, at);
    if (c < 33 || c > 126) return c === 10 || c === 13 ? n === at : false;
  }
  return true;
}

/** `From x` and `>From x`: an mbox's or a relay's line. */
const isFrom = (bytes: Buffer, at: number) => /^>?From /.test(bytes.toString('latin1', at, at + 6));

/** The first of the lines above `blank` that are no headers and have none below them. */
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

/** Behind the first empty line; the end of a mail without one. */
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

/** All headers of a mail for a page: name as written, and value unfolded with raw 8-bit bytes read as UTF-8. */
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

/** Of a longer value the page shows the beginning. */
const MAX_SHOWN_VALUE = 16 * 1024;

function shownValue(value: string): string {
  if (value.length <= MAX_SHOWN_VALUE) return value;
  return `${value.slice(0, MAX_SHOWN_VALUE)} \u2026 [${value.length - MAX_SHOWN_VALUE} more characters are in the raw mail]`;
}

const HIGH_BYTE = /[\x80-\xff]/;
/** A raw header value as text: 8-bit bytes are UTF-8 (RFC 6532), else of the charset that the body names, else windows-1252. */
export function headerText(raw: string, charset: string | null = null): string {
  return HIGH_BYTE.test(raw) ? decodeUnlabelled(Buffer.from(raw, 'latin1'), charset) : raw;
}

/** Whether these headers are of a mail that may have a part of HTML. */
export function mayHoldHtml(head: Buffer): boolean {
  return /^content-type:\s*(?:multipart\/|text\/html)/im.test(head.toString('latin1', 0, MAX_HEADER_BYTES));
}

/** Whether a raw mail looks as if it had a part of HTML: cheap, and right but for mails that quote MIME headers. */
export function seemsHtml(raw: Buffer): boolean {
  return raw.includes('html') && /^content-type:[ \t]*text\/html\b/im.test(raw.toString('latin1'));
}
