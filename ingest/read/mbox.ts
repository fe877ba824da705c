import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { isBlank } from './git';
import { type OpenOptions, type Origin, type SourceEvent, SourceError } from './types';

const CHECKPOINT_EVERY = 1000;
/** A mail above this is rejected, its beginning kept: no list carries one, but a damaged or hostile file may look like it. */
export const MAX_MAIL_BYTES = 256 * 1024 * 1024;
/** What is kept of a mail that is too large. */
const KEPT_OF_TOO_LARGE = 1024 * 1024;
/** Longest `From ` line that is looked at. */
const MAX_FROM_LINE = 512;

const HEAD_BYTES = 64 * 1024;
const TAIL_BYTES = 4096;

/** Where an mbox was read to, and what stood there, to tell a grown file from another one. */
interface MboxState {
  size: number;
  offset: number;
  head: string;
  tail: string;
}

interface GzipState {
  size: number;
  mtimeMs: number;
  sha256: string;
}

/** Reads a plain mbox, going on where the last run ended if the file only grew. */
export async function* readMboxFile(path: string, options: OpenOptions, pipermail: boolean): AsyncGenerator<SourceEvent> {
  const before = options.state as MboxState | undefined;
  const { size } = await stat(path);
  let start = 0;
  if (before) {
    if (await grewFrom(path, before, size)) start = before.offset;
    else options.onNote?.(`${path}: changed since the last run other than by growing; reading it again from the start`);
  }
  if (start === size) return;
  options.onTotal?.(size - start, 'bytes');
  const head = await hashOf(path, 0, HEAD_BYTES);
  const stateAt = async (offset: number): Promise<MboxState> => ({
    size,
    offset,
    head,
    tail: await hashOf(path, Math.max(0, offset - TAIL_BYTES), Math.min(offset, TAIL_BYTES)),
  });
  let n = 0;
  let end = start;
  for await (const mail of splitMbox(createReadStream(path, { start }))) {
    end = start + mail.end;
    yield eventOf(mail, start, pipermail);
    if (++n % CHECKPOINT_EVERY === 0) yield { kind: 'checkpoint', state: await stateAt(end) };
  }
  yield { kind: 'checkpoint', state: await stateAt(end) };
}

async function grewFrom(path: string, before: MboxState, size: number): Promise<boolean> {
  if (size < before.offset) return false;
  const head = await hashOf(path, 0, Math.min(HEAD_BYTES, before.size));
  const first = before.size < HEAD_BYTES ? head : await hashOf(path, 0, HEAD_BYTES);
  const tail = await hashOf(path, Math.max(0, before.offset - TAIL_BYTES), Math.min(before.offset, TAIL_BYTES));
  return first === before.head && tail === before.tail;
}

async function hashOf(path: string, start: number, length: number): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
    return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
  } finally {
    await file.close();
  }
}

/** Reads a gzipped mbox: whole, unless it is the file that was read before. */
export async function* readMboxGzip(path: string, options: OpenOptions, pipermail: boolean): AsyncGenerator<SourceEvent> {
  const { size, mtimeMs } = await stat(path);
  const before = options.state as GzipState | undefined;
  if (before && before.size === size && before.mtimeMs === mtimeMs) return;
  const hash = createHash('sha256');
  const file = createReadStream(path);
  file.on('data', (chunk) => hash.update(chunk));
  const unzipped = createGunzip();
  file.on('error', (error) => unzipped.destroy(error));
  file.pipe(unzipped);
  try {
    for await (const mail of splitMbox(unzipped)) yield eventOf(mail, 0, pipermail);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SourceError(path, `the gzip data ends or breaks off (${reason}); the mails before that were read. Fetch the file again`);
  }
  yield { kind: 'checkpoint', state: { size, mtimeMs, sha256: hash.digest('hex') } satisfies GzipState };
}

/** Reads an mbox from a stream that comes once, such as standard input. */
export async function* readMboxStream(stream: AsyncIterable<Buffer>): AsyncGenerator<SourceEvent> {
  for await (const mail of splitMbox(stream)) yield eventOf(mail, 0, false);
}

/** One mail of an mbox: its `From ` line, its bytes with `>From ` unescaped, and where it stood in the stream. */
export interface MboxMail {
  fromLine: string;
  bytes: Buffer;
  start: number;
  /** Where the next `From ` line begins. */
  end: number;
  tooLarge: boolean;
}

function eventOf(mail: MboxMail, offset: number, pipermail: boolean): SourceEvent {
  const origin: Origin = {
    place: `offset ${offset + mail.start}`,
    epoch: null,
    oid: null,
    receivedAt: dateOfFromLine(mail.fromLine),
  };
  if (mail.tooLarge) return { kind: 'reject', bytes: mail.bytes, origin, reason: `larger than ${MAX_MAIL_BYTES} bytes; its beginning is kept` };
  if (isBlank(mail.bytes)) return { kind: 'reject', bytes: mail.bytes, origin, reason: 'holds no mail at all' };
  return { kind: 'mail', bytes: pipermail ? unmaskFrom(mail.bytes) : mail.bytes, origin };
}

/** Arrival by the `From ` line: asctime in UTC unless it names a zone (RFC 4155). */
function dateOfFromLine(line: string): number | null {
  const found = /(\w{3}) +(\d{1,2}) +(\d{1,2}:\d{2}(?::\d{2})?) *([A-Z]{3,4}|[+-]\d{4})? +(\d{4})(?: +([+-]\d{4}))?/.exec(line);
  if (!found) return null;
  const [, month, day, time, zone, year, zoneAfter] = found;
  const at = Date.parse(`${day} ${month} ${year} ${time} ${zoneAfter ?? zone ?? '+0000'}`);
  return Number.isNaN(at) || at < 0 ? null : Math.floor(at / 1000);
}

/** Mailman's pipermail writes `From: user at host (Name)`; the address is put back in that header only. */
function unmaskFrom(bytes: Buffer): Buffer {
  const end = bytes.indexOf('\n\n');
  const head = bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
  const mended = head.replace(/^(From: *\S{1,200}) at (\S{1,200})/m, '$1@$2');
  return mended === head ? bytes : Buffer.concat([Buffer.from(mended, 'latin1'), bytes.subarray(head.length)]);
}

/**
 * Cuts an mbox into mails (RFC 4155 and its kin). A mail begins at a `From ` line at the start or after an empty line;
 * a line in a body that only looks so is told apart by its missing date. Content-Length (mboxcl) holds where it leads
 * exactly to the next `From ` line or the end. Throws nothing; a stream without any `From ` line gives no mail.
 */
export async function* splitMbox(stream: AsyncIterable<Buffer>): AsyncGenerator<MboxMail> {
  let buffer = Buffer.alloc(0);
  /** Offset in the stream of buffer[0], which is the start of a mail's `From ` line. */
  let base = 0;
  let searched = 0;
  let dropped = 0;
  const chunks: Buffer[] = [];
  let waiting = 0;
  const absorb = () => {
    if (waiting) buffer = Buffer.concat([buffer, ...chunks]);
    chunks.length = 0;
    waiting = 0;
  };
  for await (const chunk of stream) {
    chunks.push(chunk);
    waiting += chunk.length;
    // A long mail is searched in growing steps, so that joining its chunks stays linear.
    if (waiting < Math.min(buffer.length / 2, 16 * 1024 * 1024)) continue;
    absorb();
    for (let cut = nextCut(buffer, searched, false); cut !== null; cut = nextCut(buffer, searched, false)) {
      yield mailOf(buffer.subarray(0, cut), base, cut + dropped, dropped > 0);
      base += cut + dropped;
      dropped = 0;
      buffer = buffer.subarray(cut);
      searched = 0;
    }
    searched = Math.max(0, buffer.length - MAX_FROM_LINE);
    if (buffer.length > MAX_MAIL_BYTES) {
      dropped += searched - KEPT_OF_TOO_LARGE;
      buffer = Buffer.concat([buffer.subarray(0, KEPT_OF_TOO_LARGE), buffer.subarray(searched)]);
      searched = KEPT_OF_TOO_LARGE;
    }
  }
  absorb();
  for (let cut = nextCut(buffer, searched, true); cut !== null; cut = nextCut(buffer, searched, true)) {
    yield mailOf(buffer.subarray(0, cut), base, cut + dropped, dropped > 0);
    base += cut + dropped;
    dropped = 0;
    buffer = buffer.subarray(cut);
    searched = 0;
  }
  if (buffer.length) yield mailOf(buffer, base, buffer.length + dropped, dropped > 0);
}

const NEW_FROM = Buffer.from('\nFrom ');

/** Where the mail at the buffer's start ends: the next `From ` line that begins a mail; null where none is in sight. */
function nextCut(buffer: Buffer, searched: number, complete: boolean): number | null {
  const length = contentLengthEnd(buffer, complete);
  if (length === 'wait') return null;
  for (let at = buffer.indexOf(NEW_FROM, length ?? searched); at >= 0; at = buffer.indexOf(NEW_FROM, at + 1)) {
    const afterEmpty = buffer[at - 1] === 10 || (buffer[at - 1] === 13 && buffer[at - 2] === 10);
    if (!afterEmpty && at + 1 !== length) continue;
    const end = buffer.indexOf(10, at + 1);
    if (end < 0 && !complete) return null;
    if (isFromLine(buffer.toString('latin1', at + 1, Math.min(end < 0 ? buffer.length : end, at + MAX_FROM_LINE)))) return at + 1;
  }
  return null;
}

/** A time of day and a year, as every delivery agent writes; `From here on it works` has neither. */
function isFromLine(line: string): boolean {
  return /\d{1,2}:\d{2}.*\b(19|20)\d{2}\b/.test(line);
}

/** Position just before the line end that Content-Length leads to, if a `From ` line or the end follows it. */
function contentLengthEnd(buffer: Buffer, complete: boolean): number | 'wait' | null {
  const headEnd = headerEnd(buffer);
  if (headEnd === null) return null;
  const found = /^Content-Length: *(\d{1,9}) *\r?$/im.exec(buffer.toString('latin1', 0, Math.min(headEnd, 64 * 1024)));
  if (!found) return null;
  const end = headEnd + Number(found[1]);
  if (end > MAX_MAIL_BYTES) return null;
  if (end + 7 > buffer.length) return complete ? null : 'wait';
  const after = buffer.toString('latin1', end, end + 7);
  if (/^\r?\n?From /.test(after) || /^From /.test(after)) return Math.max(0, end - 1);
  return null;
}

/** Where the body begins, after the `From ` line and the headers. */
function headerEnd(buffer: Buffer): number | null {
  const lf = buffer.indexOf('\n\n');
  const crlf = buffer.indexOf('\r\n\r\n');
  if (lf < 0 && crlf < 0) return null;
  return lf >= 0 && (crlf < 0 || lf < crlf) ? lf + 2 : crlf + 4;
}

function mailOf(whole: Buffer, start: number, size: number, tooLarge: boolean): MboxMail {
  const lineEnd = whole.indexOf(10);
  const fromLine = whole.toString('latin1', 0, lineEnd < 0 ? whole.length : Math.min(lineEnd, MAX_FROM_LINE));
  let mail = lineEnd < 0 ? Buffer.alloc(0) : whole.subarray(lineEnd + 1);
  // The empty line that parts mails belongs to neither.
  if (mail.length > 1 && mail[mail.length - 1] === 10) {
    if (mail[mail.length - 2] === 10) mail = mail.subarray(0, -1);
    else if (mail[mail.length - 2] === 13 && mail[mail.length - 3] === 10) mail = mail.subarray(0, -2);
  }
  return { fromLine, bytes: unescapeFrom(mail), start, end: start + size, tooLarge };
}

const ESCAPED_FROM = Buffer.from('>From ');

/**
 * Takes one `>` from lines that begin with `>From `, `>>From `, ... (mboxrd). In an mboxo file a line that had a `>`
 * of its own cannot be told from an escaped one; in mboxcl2 nothing is escaped, which Content-Length tells.
 */
function unescapeFrom(mail: Buffer): Buffer {
  const parts: Buffer[] = [];
  let kept = 0;
  for (let at = mail.indexOf(ESCAPED_FROM); at >= 0; at = mail.indexOf(ESCAPED_FROM, at + 1)) {
    let first = at;
    while (first > 0 && mail[first - 1] === 62) first--;
    if (first > 0 && mail[first - 1] !== 10) continue;
    parts.push(mail.subarray(kept, first));
    kept = first + 1;
  }
  if (!parts.length) return mail;
  return Buffer.concat([...parts, mail.subarray(kept)]);
}
