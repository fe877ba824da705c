import libmime from 'libmime';
import { decodeText } from './charset';
import { type HeaderBlock, scanHeaders, WantedHeaders } from './header';
import { readStructured } from './param';
import { decodeTransfer, type TransferEncoding, transferEncoding } from './transfer';

/** A part of a mail (RFC 2045 to 2049). A multipart has children; any other part has a body. */
export interface Part {
  /** Lower-case media type. */
  type: string;
  disposition: 'inline' | 'attachment';
  name: string | null;
  /** The value of Content-ID without brackets, or null. */
  cid: string | null;
  charset: string | null;
  flowed: boolean;
  delSp: boolean;
  encoding: TransferEncoding;
  /** As sent, with its transfer encoding. */
  body: Buffer;
  children: Part[];
}

export interface Parts {
  root: Part;
  /** Guesses that were made, in words for a page. */
  notes: string[];
}

const WANTED = new WantedHeaders(
  new Set(['content-type', 'content-disposition', 'content-transfer-encoding', 'content-id']),
);

/** Depth of nested parts; deeper ones are read as text. */
const MAX_DEPTH = 50;

/** Types that are shown inline, unless they are attached. */
const SHOWN = new Set(['text/plain', 'text/html', 'message/delivery-status']);

/** Splits a mail into its parts. Never throws; each part is a view of its bytes. */
export function readParts(mail: Buffer): Parts {
  const notes: string[] = [];
  return { root: readPart(mail, 'text/plain', 0, notes), notes };
}

function readPart(bytes: Buffer, fallback: string, depth: number, notes: string[]): Part {
  const block = scanHeaders(bytes, WANTED);
  const part = describe(block, bytes.subarray(block.bodyAt), fallback, depth === 0);
  const { multipart, boundary } = multipartOf(block);
  if (!multipart) return part;
  const pieces = depth < MAX_DEPTH ? piecesOf(part, boundary) : null;
  if (!pieces?.length) {
    notes.push('no boundary between its parts was found: shown as text');
    return { ...part, type: 'text/plain', disposition: 'inline' };
  }
  if (boundary === null) notes.push('no boundary between its parts is named: guessed from the text');
  const inner = part.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  part.children = pieces.map((piece) => readPart(piece, inner, depth + 1, notes));
  return part;
}

/** RFC 2045 6.4 forbids encoding a multipart, but some gateways encode all of it, including the boundary lines. */
function piecesOf(part: Part, boundary: string | null): Buffer[] | null {
  const pieces = splitAt(part.body, boundary);
  return pieces?.length || part.encoding === '' ? pieces : splitAt(contentOf(part), boundary);
}

function multipartOf(block: HeaderBlock): { multipart: boolean; boundary: string | null } {
  const { value, params } = contentType(block);
  return { multipart: value.startsWith('multipart/'), boundary: params.get('boundary')?.trimEnd() || null };
}

/** The first Content-Type that is not empty. */
const contentType = (block: HeaderBlock) =>
  readStructured(block.all('content-type').find((value) => value !== '') ?? '');

function describe(block: HeaderBlock, body: Buffer, fallback: string, isRoot: boolean): Part {
  const { value, params } = contentType(block);
  const { value: disposition, params: placing } = readStructured(block.first('content-disposition') ?? '');
  const name = placing.get('filename') ?? params.get('name') ?? null;
  const charset = params.get('charset') ?? null;
  const type = typeOf(value, name, disposition, fallback, isRoot);
  const isFile = value === 'application/octet-stream' || !(SHOWN.has(type) || type.startsWith('multipart/'));
  const isAttached = (disposition !== '' && disposition !== 'inline') || isFile;
  const isText = type === 'text/plain';
  return {
    type,
    disposition: isAttached ? 'attachment' : 'inline',
    name,
    cid: block.first('content-id')?.replace(/^<|>$/g, '').trim() || null,
    charset,
    flowed: isText && params.get('format')?.trim().toLowerCase() === 'flowed',
    delSp: params.get('delsp')?.trim().toLowerCase() === 'yes',
    encoding: transferEncoding(block.first('content-transfer-encoding')),
    body,
    children: [],
  };
}

/** Replaces an invalid or meaningless type. */
function typeOf(value: string, name: string | null, disposition: string, fallback: string, isRoot: boolean): string {
  if (value === '' && name !== null) return libmime.detectMimeType(name) || 'application/octet-stream';
  if (value === '' && disposition === 'attachment') return 'application/octet-stream';
  if (value === 'application/octet-stream' && name !== null) return libmime.detectMimeType(name) || value;
  if (value === '' || value === 'text' || value === 'plain' || value === 'text/')
    return value === '' ? fallback : 'text/plain';
  // If the whole mail is some kind of text and not a file, it is what its author says.
  if (isRoot && name === null && disposition !== 'attachment' && /^text\/(?!html$)/.test(value)) return 'text/plain';
  return value;
}

/** The parts between boundary lines (RFC 2046 5.1.1); text before the first and after the last line is not a part. */
function splitAt(body: Buffer, boundary: string | null): Buffer[] | null {
  const mark = boundary ?? boundaryByLook(body);
  if (mark === null) return null;
  const delimiter = Buffer.from(`--${mark}`, 'utf8');
  const pieces: Buffer[] = [];
  let start = -1;
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    if (at > 0 && body[at - 1] !== 10) continue;
    const lineEnd = body.indexOf(10, at);
    const end = lineEnd < 0 ? body.length : lineEnd;
    const rest = body.toString('latin1', at + delimiter.length, Math.min(end, at + delimiter.length + 200));
    if (!/^(?:--)?\s*$/.test(rest)) continue;
    if (start >= 0) pieces.push(body.subarray(start, beforeLineEnd(body, start, at)));
    start = lineEnd < 0 ? body.length : lineEnd + 1;
    if (rest.startsWith('--')) return pieces;
  }
  if (start >= 0 && start < body.length) pieces.push(body.subarray(start));
  return pieces;
}

/** The line end before a boundary belongs to the boundary. */
function beforeLineEnd(body: Buffer, start: number, at: number): number {
  if (at <= start) return start;
  return body[at - 2] === 13 ? Math.max(start, at - 2) : at - 1;
}

/** Finds a line that begins with two dashes and is followed by a header of a part. */
function boundaryByLook(body: Buffer): string | null {
  const found = /^--(\S{1,200})[ \t]*\r?\ncontent-/im.exec(body.toString('latin1', 0, 64 * 1024));
  return found?.[1] ?? null;
}

/** The bytes of a part, with its transfer encoding undone. */
export const contentOf = (part: Part): Buffer => decodeTransfer(part.body, part.encoding);

/** The text of a part: transfer encoding, charset and format=flowed (RFC 3676) undone, line ends LF. */
export function textOf(part: Pick<Part, 'type' | 'body' | 'encoding' | 'charset' | 'flowed' | 'delSp'>): string {
  const bytes = decodeTransfer(part.body, part.encoding);
  let text = decodeText(bytes, part.charset ?? (part.type === 'text/html' ? charsetOfHtml(bytes) : null));
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  if (part.flowed) text = libmime.decodeFlowed(text, part.delSp);
  return text.includes('\r') ? text.replace(/\r\n/g, '\n') : text;
}

/** HTML 13.2.3.2: if nothing else names a charset, a `meta` element in the first bytes may. */
function charsetOfHtml(bytes: Buffer): string | null {
  return (
    /<meta[^>]{0,200}charset\s{0,9}=\s{0,9}["']?([\w-]{1,40})/i.exec(bytes.toString('latin1', 0, 2048))?.[1] ?? null
  );
}

/** All parts that are not shown inline, in order. */
export function attachedParts(part: Part): Part[] {
  return part.type.startsWith('multipart/')
    ? part.children.flatMap(attachedParts)
    : part.disposition === 'attachment'
      ? [part]
      : [];
}

/** The parts that are shown inline, in order. Of alternatives, the first plain text with words in it, else the first part with words. */
export function shownParts(part: Part): { part: Part; text: string }[] {
  if (!part.type.startsWith('multipart/'))
    return part.disposition === 'attachment' ? [] : [{ part, text: textOf(part) }];
  const children = part.children.map(shownParts);
  if (part.type !== 'multipart/alternative') return children.flat();
  const hasWords = (shown: { text: string }[]) => shown.some(({ text }) => text.trim() !== '');
  const plain = children.find((shown) => hasWords(shown.filter((one) => one.part.type !== 'text/html')));
  return plain ?? children.find(hasWords) ?? [];
}

/** Every inline HTML part, whatever alternatives it has. */
export function htmlParts(part: Part): Part[] {
  if (part.type.startsWith('multipart/')) return part.children.flatMap(htmlParts);
  return part.type === 'text/html' && part.disposition === 'inline' ? [part] : [];
}
