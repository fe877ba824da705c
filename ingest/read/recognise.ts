import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { mailFiles, readFiles } from './files';
import { type Epoch, gitOutput, readEpochs } from './git';
import { readMboxFile, readMboxGzip, readMboxStream } from './mbox';
import { type Source, SourceError, type SourceKind } from './types';
import { recogniseUrl } from './url';

const ACCEPTED =
  'accepted are a public-inbox directory or repository, an mbox (plain or .gz), a Maildir, a directory of .eml files, a pipermail month (.txt, .txt.gz), the URL of a public-inbox list, and - for an mbox on standard input';

/** What stands at a location, found by looking at it. Throws SourceError where nothing that can be read does. */
export async function recognise(location: string, stdin: AsyncIterable<Buffer> = process.stdin): Promise<Source[]> {
  if (location === '-') return [source('stdin', '-', null, () => readMboxStream(stdin))];
  if (/^https?:\/\//.test(location)) return recogniseUrl(location);
  const path = resolve(location);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new SourceError(location, error.code === 'ENOENT' ? 'there is no such file or directory' : error.message);
  });
  return [found.isDirectory() ? await recogniseDirectory(path) : await recogniseFile(path)];
}

function source(kind: SourceKind, location: string, listName: string | null, open: Source['open']): Source {
  return { kind, location, listName, open };
}

async function recogniseDirectory(path: string): Promise<Source> {
  const names = await readdir(path).catch((error: Error) => {
    throw new SourceError(path, error.message);
  });
  if (names.includes('git')) {
    const epochs = await epochsOf(join(path, 'git'));
    if (epochs.length) return source('public-inbox-v2', path, basename(path), (options) => readEpochs(epochs, options));
  }
  if (names.includes('HEAD') && names.includes('objects')) return recogniseRepository(path);
  if (names.includes('.git')) return recogniseRepository(join(path, '.git'));
  const folders = ['cur', 'new'].filter((name) => names.includes(name));
  if (folders.length) {
    const files = await mailFiles(path, folders, () => true);
    return source('maildir', path, null, (options) => readFiles(path, files, options));
  }
  const mails = await mailFiles(path, [''], (name) => name.endsWith('.eml'));
  if (mails.length) return source('eml', path, null, (options) => readFiles(path, mails, options));
  throw new SourceError(path, `this directory holds no archive; ${ACCEPTED}`);
}

/** `0.git`, `1.git`, ... by number. */
async function epochsOf(folder: string): Promise<Epoch[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const number = /^(\d+)\.git$/.exec(name)?.[1];
      return number === undefined ? [] : [{ path: join(folder, name), number: Number(number) }];
    })
    .sort((a, b) => a.number - b.number);
}

/** A bare repository: an epoch `N.git`, or a v1 inbox. Its list is named by the folder above `git/`, or by its own. */
async function recogniseRepository(path: string): Promise<Source> {
  const files = await gitOutput(path, ['ls-tree', '--name-only', 'HEAD'], true);
  const isV2 = files !== null && files.split('\n').every((name) => name === 'm' || name === 'd' || name === '');
  const isV1 = files?.split('\n').some((name) => /^[0-9a-f]{2}$/.test(name)) ?? false;
  const number = /^(\d+)\.git$/.exec(basename(path))?.[1];
  const above = dirname(path);
  const name = basename(above) === 'git' ? basename(dirname(above)) : basename(path).replace(/\.git$/, '');
  if (files !== null && !isV2 && !isV1) {
    throw new SourceError(path, 'this git repository holds no mail: neither a public-inbox epoch (file m) nor a v1 inbox');
  }
  const epoch = { path, number: isV1 ? null : Number(number ?? 0) };
  const listName = number !== undefined && basename(above) !== 'git' ? null : name;
  return source(isV1 ? 'public-inbox-v1' : 'public-inbox-v2', path, listName || null, (options) => readEpochs([epoch], options));
}

/** Enough to see a mail's first lines. */
const LOOK_BYTES = 64 * 1024;

async function recogniseFile(path: string): Promise<Source> {
  const start = await firstBytes(path);
  const zipped = start[0] === 0x1f && start[1] === 0x8b;
  const text = zipped ? unzippedStart(path, start) : start.toString('latin1');
  const [line = '', next = ''] = text.replace(/^\s+/, '').split(/\r?\n/);
  if (!line.startsWith('From ') || (next !== '' && !/^(>?From |[!-9;-~]+ ?:)/.test(next))) {
    if (!zipped && isSingleMail(line, next)) {
      return source('eml', path, null, (options) => readFiles(dirname(path), [basename(path)], options));
    }
    throw new SourceError(path, `this file is no mail archive: it does not begin with a "From " line; ${ACCEPTED}`);
  }
  const pipermail = / at /.test(line) && /\.txt(\.gz)?$/.test(path);
  const read = zipped ? readMboxGzip : readMboxFile;
  return source(pipermail ? 'pipermail' : 'mbox', path, null, (options) => read(path, options, pipermail));
}

const isSingleMail = (line: string, next: string) => /^[!-9;-~]+:( |$)/.test(line) && /^([!-9;-~]+:|\s)/.test(next);

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: Error) => {
    throw new SourceError(path, error.message);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOK_BYTES), 0, LOOK_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function unzippedStart(path: string, start: Buffer): string {
  try {
    // Z_SYNC_FLUSH: what can be read of data that breaks off.
    return gunzipSync(start, { finishFlush: 2, maxOutputLength: 64 * 1024 * 1024 }).toString('latin1', 0, LOOK_BYTES);
  } catch (error) {
    throw new SourceError(path, `its gzip data cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

