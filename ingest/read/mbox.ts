import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { gunzip, isGzip, readCompressed, readPlain } from './bytes';
import { fileTypeOf } from './filetype';
import { isFromLine, startsWithFrom } from './fromline';
import { CHECKPOINT_EVERY, isBlank, REASON_BLANK, REASON_TOO_LONG } from './limits';
import { withAddress } from './pipermail';
import { openRegular } from './regular';
import { type MboxMail, MboxSplitter } from './splitter';
import { type OpenOptions, SourceError, type SourceEvent } from './types';

type MboxKind = 'mbox' | 'pipermail';

/** The state of a plain file: how far it was read, and hashes to check that this part has not changed. */
interface PlainState {
  size: number;
  offset: number;
  /** SHA-256 of up to 64 KiB at the beginning; and below, of the last 4 KiB before `offset`. */
  head: string;
  tail: string;
}

/** The state of a compressed file, which can only be read from the beginning. `sha256` is null if only `mails` were read. */
interface GzipState {
  size: number;
  mtimeMs: number;
  mails: number;
  sha256: string | null;
}

const HEAD_BYTES = 64 * 1024;
const TAIL_BYTES = 4 * 1024;

/** Reads a plain mbox. If it has only grown since the last run, continues where that run ended. */
export async function* readMbox(path: string, kind: MboxKind, options: OpenOptions): AsyncGenerator<SourceEvent> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const start = await offsetToReadFrom(file, size, options);
    options.onTotal?.(size - start, 'bytes');
    let offset = start;
    let unmarked = 0;
    for await (const mails of cut(readPlain(path, start), new MboxSplitter(start), options)) {
      for (const mail of mails) {
        if (unmarked >= CHECKPOINT_EVERY) {
          yield { kind: 'checkpoint', state: await plainState(file, size, offset) };
          unmarked = 0;
        }
        yield eventOf(mail, kind);
        offset = mail.end;
        unmarked++;
      }
    }
    if (offset > start || start === 0) yield { kind: 'checkpoint', state: await plainState(file, size, offset) };
  } finally {
    await file.close();
  }
}

/** Yields mails, those of a chunk together. */
async function* cut(
  chunks: AsyncIterable<Buffer>,
  splitter: MboxSplitter,
  options: Pick<OpenOptions, 'onNote'>,
): AsyncGenerator<MboxMail[]> {
  for await (const chunk of chunks) yield splitter.push(chunk);
  yield splitter.end();
  if (splitter.kept)
    options.onNote?.(
      `lines beginning with "From " that were treated as text, because no headers follow them: ${splitter.kept}`,
    );
}

function eventOf(mail: MboxMail, kind: MboxKind): SourceEvent {
  const origin = { place: `offset ${mail.at}`, epoch: null, oid: null, receivedAt: null, fromLine: mail.fromLine };
  if (mail.tooLong) return { kind: 'reject', bytes: mail.bytes, origin, reason: REASON_TOO_LONG };
  if (isBlank(mail.bytes)) return { kind: 'reject', bytes: mail.bytes, origin, reason: REASON_BLANK };
  return { kind: 'mail', bytes: kind === 'pipermail' ? withAddress(mail.bytes) : mail.bytes, origin };
}

async function plainState(file: FileHandle, size: number, offset: number): Promise<PlainState> {
  const [head, tail] = await Promise.all([
    hashOf(file, 0, Math.min(HEAD_BYTES, offset)),
    hashOf(file, Math.max(0, offset - TAIL_BYTES), offset),
  ]);
  return { size: Math.max(size, offset), offset, head, tail };
}

async function hashOf(file: FileHandle, start: number, end: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
  return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
}

async function offsetToReadFrom(file: FileHandle, size: number, options: OpenOptions): Promise<number> {
  const state = options.state as PlainState | undefined | null;
  if (typeof state?.offset !== 'number') return 0;
  const same = size >= state.size && (await stillThere(file, state)) && (await mailBeginsAt(file, state.offset));
  if (!same)
    options.onNote?.('the file was changed since the last run, not only extended; reading it again from the start');
  return same ? state.offset : 0;
}

async function stillThere(file: FileHandle, state: PlainState): Promise<boolean> {
  const now = await plainState(file, state.size, state.offset);
  return now.head === state.head && now.tail === state.tail;
}

/** Whether a mail begins at `offset`; if not, the last run ended within a mail that was still being written. */
async function mailBeginsAt(file: FileHandle, offset: number): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, offset);
  const bytes = buffer.subarray(0, bytesRead);
  let at = 0;
  while (bytes[at] === 10 || bytes[at] === 13) at++;
  return at === bytes.length || (startsWithFrom(bytes, at) && isFromLine(bytes, at, true) === true);
}

/** Reads a compressed mbox. If it is cut off, yields its complete mails, then throws. */
export async function* readMboxGzip(path: string, kind: MboxKind, options: OpenOptions): AsyncGenerator<SourceEvent> {
  const file = await openRegular(path);
  const { size, mtimeMs } = await file.stat().finally(() => file.close());
  const state = options.state as GzipState | undefined | null;
  if (await isUnchanged(path, state, size, mtimeMs)) return;
  let skip = state && state.sha256 === null && state.size === size && state.mtimeMs === mtimeMs ? state.mails : 0;
  let mails = skip;
  let unmarked = 0;
  const hash = createHash('sha256');
  for await (const cutMails of wholeMails(path, hashed(readCompressed(path), hash), options)) {
    for (const mail of cutMails) {
      if (skip-- > 0) continue;
      if (unmarked >= CHECKPOINT_EVERY) {
        yield { kind: 'checkpoint', state: { size, mtimeMs, mails, sha256: null } satisfies GzipState };
        unmarked = 0;
      }
      yield eventOf(mail, kind);
      mails++;
      unmarked++;
    }
  }
  yield { kind: 'checkpoint', state: { size, mtimeMs, mails, sha256: hash.digest('hex') } satisfies GzipState };
}

async function isUnchanged(
  path: string,
  state: GzipState | undefined | null,
  size: number,
  mtimeMs: number,
): Promise<boolean> {
  if (!state?.sha256 || state.size !== size) return false;
  if (state.mtimeMs === mtimeMs) return true;
  const hash = createHash('sha256');
  for await (const chunk of readCompressed(path)) hash.update(chunk);
  return hash.digest('hex') === state.sha256;
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Leaves out the last mail before a cut, because an incomplete mail would keep out the complete one later. */
function wholeMails(
  location: string,
  compressed: AsyncIterable<Buffer>,
  options: OpenOptions,
): AsyncGenerator<MboxMail[]> {
  return cut(unpacked(location, compressed, options), new MboxSplitter(), options);
}

async function* unpacked(
  location: string,
  compressed: AsyncIterable<Buffer>,
  options: OpenOptions,
  maxRatio?: number,
): AsyncGenerator<Buffer> {
  try {
    yield* gunzip(compressed, maxRatio);
  } catch (error) {
    options.onNote?.('the compressed file is cut off or damaged; the mails before that place were read');
    if (error instanceof SourceError) throw error;
    throw new SourceError(location, `cannot decompress the whole file (${(error as Error).message}); fetch it again`);
  }
}

/** Reads an mbox from a stream, compressed or not. A stream cannot be resumed. */
export async function* readStream(stream: NodeJS.ReadableStream, options: OpenOptions): AsyncGenerator<SourceEvent> {
  const found = yield* readMails(buffers(stream), '-', options);
  if (!found) throw new SourceError('-', 'standard input contains no mail; it must be an mbox');
  yield { kind: 'checkpoint', state: null };
}

/** Reads the mails of an mbox or pipermail month from a stream. @returns whether there were any */
export async function* readMails(
  chunks: AsyncGenerator<Buffer>,
  location: string,
  options: OpenOptions,
  maxRatio?: number,
): AsyncGenerator<SourceEvent, boolean> {
  try {
    const first = await firstBytes(chunks);
    const joined = chain(first, chunks);
    const plain = isGzip(first) ? unpacked(location, joined, options, maxRatio) : joined;
    const head = await firstBytes(plain);
    if (isBlank(head)) return false;
    const kind = kindOf(head, location);
    for await (const mails of cut(chain(head, plain), new MboxSplitter(), options)) {
      for (const mail of mails) yield eventOf(mail, kind);
    }
    return true;
  } finally {
    await chunks.return(undefined);
  }
}

/** @param head the beginning of the file, decompressed */
function kindOf(head: Buffer, location: string): MboxKind {
  const type = fileTypeOf(head);
  if (type !== 'other') return type === 'pipermail' ? 'pipermail' : 'mbox';
  const what = location === '-' ? 'standard input is ' : '';
  const page = /^\s*<(?:!doctype|html)/i.test(head.toString('latin1', 0, 200)) ? ' but a web page' : '';
  throw new SourceError(
    location,
    `${what}not an mbox${page}: it begins neither with a "From " line nor with mail headers`,
  );
}

async function* buffers(stream: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** Reads enough to recognise the kind of file; a pipe may give a single byte at a time. */
async function firstBytes(chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  while (length < TAIL_BYTES) {
    const { value, done } = await chunks.next();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  return Buffer.concat(parts);
}

async function* chain(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length) yield first;
  yield* rest;
}
