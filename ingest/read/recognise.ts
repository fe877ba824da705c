import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readDescription } from './description';
import { type Epoch, readEpochs } from './epochs';
import { fileTypeAt } from './filetype';
import { isEml, readEml, readEmlFolder, readMaildir } from './folder';
import { gitAnswer } from './git';
import type { Layout } from './history';
import { readMbox, readMboxGzip, readStream } from './mbox';
import { isOwnDirectory } from './regular';
import { openRepository } from './repository';
import { type OpenOptions, type Source, SourceError, type SourceEvent, type SourceKind } from './types';
import { recogniseUrl, type WebOptions } from './url';
import { SILENCE_SECONDS } from './web/limits';

/** The accepted sources, for the usage and error messages. */
export const ACCEPTED =
  'a public-inbox directory or repository, an mbox or pipermail month (.gz too), a Maildir, a directory of .eml files, the URL of a list, an mbox or a pipermail archive, or - for an mbox on standard input';

/** A directory of such files (monthly archives, for example) is read file by file. */
const MAILBOX_NAME = /\.(?:mbox|mbx|txt)(?:\.gz)?$/i;
const EPOCH_NAME = /^(\d{1,6})\.git$/;

/**
 * Finds out what a location is, and how to read it. A directory of mailboxes gives one source for each.
 * @throws SourceError if it does not exist or contains no mail archive
 */
export async function recognise(
  location: string,
  options: { stdin?: NodeJS.ReadableStream; web?: WebOptions } = {},
): Promise<Source[]> {
  if (location === '-') return [source('stdin', '-', null, (open) => readStream(options.stdin ?? process.stdin, open))];
  if (/^https?:\/\//i.test(location))
    return recogniseUrl(location, options.web ?? { folder: resolve('mirrors'), silence: SILENCE_SECONDS });
  const path = resolve(location);
  try {
    const found = (await stat(path)).isDirectory() ? await directory(path) : [await file(path, await realpath(path))];
    if (found.length) return found;
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new SourceError(location, code === 'ENOENT' ? 'no such file or directory' : `cannot read file: ${message}`);
  }
  throw new SourceError(location, `contains no mail archive. Accepted: ${ACCEPTED}`);
}

function source(
  kind: SourceKind,
  location: string,
  listName: string | null,
  open: (options: OpenOptions) => AsyncIterable<SourceEvent>,
): Source {
  return { kind, location, listName, open: (options) => namingErrors(location, open(options)) };
}

/** Turns system errors (a file that is gone or unreadable) into errors of this source, so that only this source ends. */
async function* namingErrors(location: string, events: AsyncIterable<SourceEvent>): AsyncGenerator<SourceEvent> {
  try {
    yield* events;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    throw new SourceError(location, `cannot read file: ${(error as Error).message}`);
  }
}

async function directory(path: string): Promise<Source[]> {
  const names = new Set(await readdir(path));
  const epochs = await epochsIn(path, names);
  if (epochs.length) return [epochSource(path, epochs, listOf(path, names))];
  if (names.has('objects') && names.has('HEAD')) return [await repository(path, path)];
  if (names.has('cur') || names.has('new')) return [source('maildir', path, null, (open) => readMaildir(path, open))];
  if ([...names].some(isEml)) return [source('eml', path, null, (open) => readEmlFolder(path, open))];
  if (names.has('.git')) return [await repository(path, path)];
  const boxes = [...names].filter((name) => MAILBOX_NAME.test(name)).sort();
  return (await Promise.all(boxes.map((name) => mailbox(join(path, name))))).flat();
}

/** A file among other mailboxes. If it cannot be read, only this source fails, when it is opened; other text files are skipped. */
async function mailbox(path: string): Promise<Source[]> {
  try {
    return [await file(path, path)];
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return path.endsWith('.txt') ? [] : [source('mbox', path, null, () => failing(error))];
  }
}

// biome-ignore lint/correctness/useYield: it fails before its first event
async function* failing(error: SourceError): AsyncGenerator<SourceEvent> {
  throw error;
}

/** `git/0.git`, `git/1.git` ... of an inbox, or of the directory `git` itself, ordered by number. */
async function epochsIn(path: string, names: Set<string>): Promise<Epoch[]> {
  const inside = names.has('git') && (await isOwnDirectory(join(path, 'git'))) ? join(path, 'git') : path;
  const epochs: Epoch[] = [];
  for (const name of inside === path ? names : await readdir(inside)) {
    const number = EPOCH_NAME.exec(name)?.[1];
    if (number !== undefined && (await isOwnDirectory(join(inside, name))))
      epochs.push({ path: join(inside, name), layout: 'v2', number: Number(number) });
  }
  return epochs.sort((a, b) => Number(a.number) - Number(b.number));
}

function listOf(path: string, names: Set<string>): string {
  return basename(names.has('git') || basename(path) !== 'git' ? path : dirname(path));
}

function epochSource(path: string, epochs: Epoch[], listName: string | null): Source {
  const [first] = epochs;
  const isV1 = first?.layout === 'v1';
  return source(isV1 ? 'public-inbox-v1' : 'public-inbox-v2', path, listName, async function* (open) {
    if (first && listName !== null) {
      // In a version 2 inbox it is beside `git`; an epoch's description also names the list.
      const above = dirname(first.path);
      const around = isV1 ? null : await readDescription(basename(above) === 'git' ? dirname(above) : above);
      const text = around ?? (await readDescription(first.path));
      if (text !== null) open.onDescription?.(text);
    }
    yield* readEpochs(epochs, open);
  });
}

/** A single repository; the files in its newest commit show the layout. */
async function repository(path: string, gitDirectory: string): Promise<Source> {
  const number = EPOCH_NAME.exec(basename(path))?.[1];
  const layout = await layoutOf(gitDirectory);
  if (layout === null) throw new SourceError(path, `a git repository that contains no mails. Accepted: ${ACCEPTED}`);
  const epoch = { path: gitDirectory, layout, number: number === undefined ? null : Number(number) };
  return epochSource(path, [epoch], layout === 'v1' ? basename(path).replace(/\.git$/, '') : inboxAround(path));
}

/** The inbox's directory around `inbox/git/0.git`; null for a single repository, whose name does not name a list. */
function inboxAround(path: string): string | null {
  const above = dirname(path);
  return EPOCH_NAME.test(basename(path)) && basename(above) === 'git' ? basename(dirname(above)) : null;
}

async function layoutOf(gitDirectory: string): Promise<Layout | null> {
  const { head, ...opened } = await openRepository(gitDirectory);
  // Without a commit, assume the layout in which public-inbox makes repositories now.
  const tree = head === null ? null : await gitAnswer({ head, ...opened }, ['ls-tree', '--name-only', head]);
  if (tree === null) return 'v2';
  const names = tree.split('\n').filter(Boolean);
  if (names.some((name) => name === 'm' || name === 'd')) return 'v2';
  return names.length === 0 || names.some((name) => /^[0-9a-f]{2}$/.test(name)) ? 'v1' : null;
}

/** `real`: the same file with links resolved if the user named it; files within a directory must not be links. */
async function file(path: string, real: string): Promise<Source> {
  const { type, gzip } = await fileTypeAt(real).catch((error: NodeJS.ErrnoException) => {
    throw new SourceError(path, error.code === undefined ? String(error) : `cannot read file: ${error.message}`);
  });
  if (type === 'other')
    throw new SourceError(
      path,
      `not a mail archive: it begins with neither a "From " line nor mail headers. Accepted: ${ACCEPTED}`,
    );
  if (type === 'mail' && !gzip) return source('eml', path, null, (open) => readEml(real, open));
  const kind = type === 'pipermail' ? 'pipermail' : 'mbox';
  return source(kind, path, null, (open) => (gzip ? readMboxGzip : readMbox)(real, kind, open));
}
