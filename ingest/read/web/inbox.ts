import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Epoch, readEpochs } from '../epochs';
import { type FetchOptions, type OpenOptions, SourceError, type SourceEvent } from '../types';
import { type Ask, ask, ServerError } from './http';
import { ASK_IN_FULL_AFTER_MS } from './limits';
import { type Manifest, readManifest } from './manifest';
import { fetchRepository, forgetOld, tidy } from './transfer';

/** An inbox on a server, and the folder of its copy. */
export interface Inbox {
  /** The URL of the list, with a slash at the end, or of a repository, without. */
  url: string;
  /** Its name: the last part of the URL's path. */
  list: string;
  folder: string;
  silence: number;
  /** Locks the folder during copying; otherwise another process would take our git for an orphan and end it. */
  lock?: ((folder: string) => Promise<() => Promise<void>>) | undefined;
  /** The epoch if `url` is the repository of a single epoch; then only that is read. */
  epoch: number | null;
}

/** What is remembered about the server beside the copy (`mirror.json`). A cache: without it, everything is requested again. */
interface Remembered {
  url: string;
  /** The manifest's URL without its name, after redirects within the host, because git does not follow them. Ends with a slash. */
  base: string;
  /** From the last full answer. */
  etag: string | null;
  lastModified: string | null;
  askedInFullAt: number;
  description?: string | null;
  repositories: Repository[];
}

interface Repository {
  epoch: number | null;
  /** The manifest's fingerprint now, and below, when it was last fetched. */
  fingerprint: string | null;
  fetched: string | null;
  /** The note that the user has already got. */
  said?: 'shorter' | 'gone';
}

const FRESH: Omit<Remembered, 'url' | 'base'> = { etag: null, lastModified: null, askedInFullAt: 0, repositories: [] };

const file = (inbox: Inbox) => join(inbox.folder, 'mirror.json');
const pathOf = (inbox: Inbox, epoch: number | null) =>
  epoch === null ? join(inbox.folder, 'v1.git') : join(inbox.folder, 'git', `${epoch}.git`);
const urlOf = (inbox: Inbox, base: string, epoch: number | null) =>
  inbox.epoch !== null ? inbox.url : epoch === null ? base : `${base}git/${epoch}.git`;
const isLeft = ({ fingerprint, fetched, said }: Repository) =>
  said !== 'gone' && (fingerprint === null || fingerprint !== fetched);

/** The copy of an inbox on this machine. */
export interface Copy {
  epochs: Epoch[];
  description: string | null;
  /** The server had something new. */
  news: boolean;
  failure: SourceError | null;
}

/**
 * Updates the copy of an inbox. If the server fails, the earlier copy remains usable. Epochs are copied in order, and copying stops at the
 * first failure: which of two mails with the same Message-ID was first must not depend on the server's failures.
 */
export async function copyInbox(inbox: Inbox, options: FetchOptions): Promise<Copy> {
  await mkdir(inbox.folder, { recursive: true });
  const unlock = await inbox.lock?.(inbox.folder);
  try {
    return await copied(inbox, options);
  } finally {
    await unlock?.();
  }
}

async function copied(inbox: Inbox, options: FetchOptions): Promise<Copy> {
  let known = await remembered(inbox);
  let failure: SourceError | null = null;
  let left: number | null | undefined;
  let news = false;
  try {
    known = (await look(inbox, known, options.onNote, options.signal)) ?? known;
    news = known.repositories.some(isLeft);
    left = await copy(inbox, known, options, (error) => {
      failure = error;
    });
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    failure = error;
  }
  const epochs = known.repositories
    .map(({ epoch }): Epoch => ({ path: pathOf(inbox, epoch), layout: epoch === null ? 'v1' : 'v2', number: epoch }))
    .filter(({ path, number }) => existsSync(path) && (left === undefined || number === null || number < (left ?? 0)));
  return { epochs, description: known.description ?? null, news, failure };
}

/** Reads a copy; ends with the error if not everything could be fetched. */
export async function* readCopy(
  { epochs, description, failure }: Copy,
  options: OpenOptions,
): AsyncGenerator<SourceEvent> {
  if (description !== null) options.onDescription?.(description);
  yield* readEpochs(epochs, options);
  if (failure !== null) throw failure;
}

/** Fetches the rest; returns the first epoch that failed, or undefined. */
async function copy(
  inbox: Inbox,
  known: Remembered,
  options: FetchOptions,
  onFailure: (error: SourceError) => void,
): Promise<number | null | undefined> {
  const left = known.repositories.filter(isLeft);
  for (const repository of left) {
    const name = repository.epoch === null ? 'the repository' : `epoch ${repository.epoch}`;
    try {
      await fetchOne(inbox, known.base, repository, name, options);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      onFailure(error);
      return repository.epoch;
    }
    await remember(inbox, known);
  }
  return undefined;
}

const PROGRESS_EVERY_MS = 10_000;

async function fetchOne(
  inbox: Inbox,
  base: string,
  repository: Repository,
  name: string,
  options: FetchOptions,
): Promise<void> {
  let last = performance.now();
  const path = pathOf(inbox, repository.epoch);
  const { fingerprint } = repository;
  const fetched = await fetchRepository(path, urlOf(inbox, base, repository.epoch), {
    silence: inbox.silence,
    signal: options.signal,
    onProgress(line) {
      if (performance.now() - last < PROGRESS_EVERY_MS) return;
      last = performance.now();
      options.onNote?.(`${name}: ${line}`);
    },
  });
  if (fetched === 'shorter' && repository.said !== 'shorter') {
    options.onNote?.(`the server lost the newest commits of ${name}; they are kept here`);
    repository.said = 'shorter';
  } else if (fetched !== 'shorter') delete repository.said;
  if (fetched === 'rewritten') await forgetOld(path);
  else if (fetched === 'grown') await tidy(path);
  repository.fetched = fingerprint;
}

/** Requests the manifest and remembers its content; null if the server says that nothing has changed. */
async function look(
  inbox: Inbox,
  known: Remembered,
  onNote?: (note: string) => void,
  signal?: AbortSignal,
): Promise<Remembered | null> {
  if (inbox.epoch !== null)
    return inFull(inbox, known, { epochs: new Map([[inbox.epoch, null]]), description: null, foreign: [] });
  const inFullAgain = Date.now() - known.askedInFullAt > ASK_IN_FULL_AFTER_MS;
  const conditions: Record<string, string> = {};
  if (!inFullAgain && known.etag) conditions['if-none-match'] = known.etag;
  if (!inFullAgain && known.lastModified) conditions['if-modified-since'] = known.lastModified;
  const asked: Ask = { headers: conditions, silence: inbox.silence, signal };
  const answer = await ask(`${inbox.url}manifest.js.gz`, asked).catch((error: unknown) => {
    if (error instanceof ServerError && (error.status === 404 || error.status === 410)) return null;
    throw error;
  });
  if (answer === null) return inFull(inbox, known, await withoutManifest(inbox, signal));
  if (answer.status === 304) {
    void answer.body.return(undefined);
    return null;
  }
  const manifest = await readManifest(answer, inbox.list, inbox.silence);
  if (manifest.foreign.length)
    onNote?.(`the manifest names ${manifest.foreign.length} repositories of other lists; they are ignored`);
  const now = inFull(inbox, known, manifest);
  now.base = new URL('.', answer.url).href;
  now.etag = answer.headers.get('etag');
  now.lastModified = answer.headers.get('last-modified');
  now.askedInFullAt = Date.now();
  for (const repository of now.repositories) {
    if (manifest.epochs.has(repository.epoch) || repository.said === 'gone') continue;
    onNote?.(`epoch ${repository.epoch} is no longer in the server's manifest; its mails are kept`);
    repository.said = 'gone';
  }
  await remember(inbox, now);
  return now;
}

/** For a server without manifests: a version 1 inbox at the URL itself, else all epochs that exist. */
async function withoutManifest(inbox: Inbox, signal?: AbortSignal): Promise<Manifest> {
  const isThere = (url: string) =>
    ask(`${url.replace(/\/$/, '')}/info/refs?service=git-upload-pack`, { silence: inbox.silence, signal }).then(
      ({ body, headers }) => {
        void body.return(undefined);
        return /^application\/x-git/.test(headers.get('content-type') ?? '');
      },
      (error: unknown) => {
        if (error instanceof ServerError && (error.status === 404 || error.status === 410)) return false;
        throw error;
      },
    );
  const epochs = new Map<number | null, string | null>();
  while (await isThere(urlOf(inbox, inbox.url, epochs.size))) epochs.set(epochs.size, null);
  if (!epochs.size && (await isThere(inbox.url))) epochs.set(null, null);
  if (!epochs.size)
    throw new ServerError(
      inbox.url,
      'not a public-inbox list: the server has neither manifest.js.gz nor a git repository there. Check the URL in a browser',
      404,
    );
  return { epochs, description: null, foreign: [] };
}

function inFull(inbox: Inbox, known: Remembered, manifest: Manifest): Remembered {
  const repositories = new Map(known.repositories.map((one) => [one.epoch, { ...one }]));
  for (const [epoch, fingerprint] of manifest.epochs) {
    const before = repositories.get(epoch);
    repositories.set(epoch, {
      epoch,
      fetched: before?.fetched ?? null,
      fingerprint,
      ...(before?.said === 'shorter' ? { said: 'shorter' } : {}),
    });
  }
  // If a version 1 inbox was converted to version 2, its mails are in the epochs.
  if (manifest.epochs.size && !manifest.epochs.has(null)) repositories.delete(null);
  return {
    ...FRESH,
    url: inbox.url,
    base: inbox.url,
    description: manifest.description ?? known.description ?? null,
    repositories: [...repositories.values()].sort((a, b) => (a.epoch ?? 0) - (b.epoch ?? 0)),
  };
}

async function remembered(inbox: Inbox): Promise<Remembered> {
  try {
    const known = JSON.parse(await readFile(file(inbox), 'utf8')) as Remembered;
    if (known.url !== inbox.url) throw new Error('another URL');
    // Somebody may have removed a copy to free space.
    for (const repository of known.repositories)
      if (!existsSync(pathOf(inbox, repository.epoch))) repository.fetched = null;
    return known;
  } catch {
    return { ...FRESH, url: inbox.url, base: inbox.url };
  }
}

async function remember(inbox: Inbox, known: Remembered): Promise<void> {
  const draft = `${file(inbox)}.${process.pid}`;
  await writeFile(draft, JSON.stringify(known));
  await rename(draft, file(inbox));
}
