import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKPOINT_EVERY, isBlank, MAX_MAIL_BYTES, REASON_BLANK, REASON_TOO_LONG, REJECT_KEPT_BYTES } from './limits';
import { isOwnDirectory, openRegular } from './regular';
import { type OpenOptions, SourceError, type SourceEvent } from './types';

/** A file with one mail. `key` stays the same as long as the mail, even if the file is renamed. */
interface MailFile {
  key: string;
  /** Path below the source, for messages. */
  name: string;
}

/** Keys that are looked up at a time. */
const ASK = 500;
/** Files that are read at a time: keeps the disk busy, with little memory. */
const AHEAD = 16;

/** Reads the mails of a Maildir in `cur` and `new`, by name, which begins with the time of delivery. */
export async function* readMaildir(path: string, options: OpenOptions): AsyncGenerator<SourceEvent> {
  const files: MailFile[] = [];
  for (const folder of ['cur', 'new']) {
    if (!(await isOwnDirectory(join(path, folder)))) continue;
    for (const name of await namesIn(join(path, folder)))
      files.push({ key: maildirKey(name), name: `${folder}/${name}` });
  }
  yield* readFiles(path, files, options);
}

/** The unique part of the name: flags come after it (`:2,S`), and mail readers move a mail from `new` to `cur`. */
function maildirKey(name: string): string {
  return name.split(/[:;!]2,/, 1)[0] as string;
}

/** Reads a directory of `.eml` files, by name. */
export async function* readEmlFolder(path: string, options: OpenOptions): AsyncGenerator<SourceEvent> {
  const names = (await namesIn(path)).filter(isEml);
  yield* readFiles(
    path,
    names.map((name) => ({ key: name, name })),
    options,
  );
}

export function isEml(name: string): boolean {
  return /\.eml$/i.test(name);
}

/** Reads a file with a single mail. */
export async function* readEml(path: string, options: OpenOptions): AsyncGenerator<SourceEvent> {
  yield* readFiles(path, [{ key: '', name: '' }], options);
}

async function namesIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new SourceError(path, `cannot list directory: ${(error as Error).message}`);
  }
}

async function* readFiles(root: string, all: MailFile[], options: OpenOptions): AsyncGenerator<SourceEvent> {
  const files = await unseen(all, options);
  options.onTotal?.(files.length, 'mails');
  let seen: string[] = [];
  for (let at = 0; at < files.length; at += AHEAD) {
    const some = files.slice(at, at + AHEAD);
    const events = await Promise.all(some.map((file) => readOne(root, file.name)));
    for (const [n, event] of events.entries()) {
      if (!event) continue;
      yield event;
      seen.push((some[n] as MailFile).key);
    }
    if (seen.length >= CHECKPOINT_EVERY) {
      yield { kind: 'checkpoint', state: null, seen };
      seen = [];
    }
  }
  if (seen.length) yield { kind: 'checkpoint', state: null, seen };
}

async function unseen(files: MailFile[], options: OpenOptions): Promise<MailFile[]> {
  files.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const left: MailFile[] = [];
  for (let at = 0; at < files.length; at += ASK) {
    const some = files.slice(at, at + ASK);
    const seen = await options.isSeen(some.map((file) => file.key));
    left.push(...some.filter((file) => !seen.has(file.key)));
  }
  return left;
}

/** Null if the file is gone: a mail reader moved or removed it, and the next run finds it. */
async function readOne(root: string, name: string): Promise<SourceEvent | null> {
  const origin = { place: name || 'the file', epoch: null, oid: null, receivedAt: null };
  try {
    const { bytes, tooLong } = await readStart(join(root, name));
    if (tooLong) return { kind: 'reject', bytes, origin, reason: REASON_TOO_LONG };
    return isBlank(bytes) ? { kind: 'reject', bytes, origin, reason: REASON_BLANK } : { kind: 'mail', bytes, origin };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // A name that is not UTF-8 is read with U+FFFD in it, and the file cannot be opened with that name.
    if (code === 'ENOENT' && !name.includes('\ufffd')) return null;
    return { kind: 'reject', bytes: Buffer.alloc(0), origin, reason: `cannot read file: ${message}` };
  }
}

async function readStart(path: string): Promise<{ bytes: Buffer; tooLong: boolean }> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const tooLong = size > MAX_MAIL_BYTES;
    // Read only the length at the time of opening, in case the file is still being written.
    const bytes = Buffer.allocUnsafe(tooLong ? REJECT_KEPT_BYTES : size);
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return { bytes: bytes.subarray(0, at), tooLong };
  } finally {
    await file.close();
  }
}
