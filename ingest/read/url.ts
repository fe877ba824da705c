import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Fetched, type FetchOptions, type OpenOptions, type Source, SourceError, type SourceEvent } from './types';
import { fetchAhead } from './web/ahead';
import { type BoxState, readBox, readSearch } from './web/box';
import { ask, ServerError } from './web/http';
import { type Copy, copyInbox, type Inbox, readCopy } from './web/inbox';
import { monthsOf, pageAt, readMonths } from './web/months';

/** The folder for copies of inboxes, and how long a server may be silent. */
export interface WebOptions {
  folder: string;
  /** Seconds. */
  silence: number;
  /** Locks a copy, below `folder`, while it is updated. */
  lock?(copy: string): Promise<() => Promise<void>>;
}

const BOX_NAME = /\.(?:mbox|mbx|txt|eml)(?:\.gz)?$|\.gz$|\/raw$/i;
const EPOCH_PATH = /\/([^/]+)\/git\/(\d{1,6})\.git\/?$/;
/** Views of a message or thread in public-inbox: flat, nested, feed. */
const VIEW = /\/(?:T|t|t\.atom|t\.mbox\.gz|raw)\/?$/;
/** Paths that mean all lists of a server. */
const EVERY_LIST = new Set(['all', 'r']);

/**
 * Archives on the web. The form of a URL shows what it is. The server is asked when the source is opened, so that naming a source needs
 * no network, and a server that fails affects only its own source.
 */
export function recogniseUrl(location: string, web: WebOptions): Source[] {
  const url = URL.canParse(location) ? new URL(location) : null;
  if (url === null) throw new SourceError(location, 'not a URL');
  if (url.username || url.password)
    throw new SourceError(
      url.origin + url.pathname,
      'contains a name or password; leave it out, since only public archives are read',
    );
  url.hash = '';
  if (url.searchParams.has('q')) return [search(url, web)];
  if (EPOCH_PATH.test(url.pathname)) return [epoch(url, web)];
  if (isMessage(url)) return [thread(url, web)];
  if (BOX_NAME.test(url.pathname)) return [box(url.href, listOf(url.pathname.replace(/[^/]*$/, '')), web)];
  return [inbox(url, web)];
}

function source(
  location: string,
  listName: string | null,
  fallback: string,
  open: (options: OpenOptions) => AsyncIterable<SourceEvent>,
): Source {
  const found: Source = { kind: 'url', location, listName, fallback, open };
  return { ...found, fetch: (options) => fetchAhead(found, options) };
}

/** The last part of the path, decoded; null if it means all lists. */
function listOf(path: string): string | null {
  const last = decoded(path.replace(/\/+$/, '').split('/').at(-1) ?? '');
  return last === '' || EVERY_LIST.has(last) ? null : last;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function search(url: URL, web: WebOptions): Source {
  url.searchParams.set('x', 'm');
  // Results in a mailbox are complete and have a fixed order.
  for (const name of ['o', 'r', 'l']) url.searchParams.delete(name);
  return source(url.href, listOf(url.pathname), url.hostname, (options) => readSearch(url.href, web.silence, options));
}

/** `/{list}/{msgid}/` and its views: a Message-ID has an @. */
function isMessage(url: URL): boolean {
  const parts = url.pathname.replace(VIEW, '/').split('/').filter(Boolean);
  const asked = VIEW.test(url.pathname) && parts.length > 1 && !/\/git\//.test(url.pathname);
  return asked || decoded(parts.at(-1) ?? '').includes('@');
}

/** The URL of a message means its thread, as on the server's page; `raw` means only the message. */
function thread(url: URL, web: WebOptions): Source {
  const base = url.pathname.replace(VIEW, '').replace(/\/+$/, '');
  const list = listOf(base.replace(/[^/]*$/, ''));
  if (/\/raw$/.test(url.pathname))
    return source(url.href, list, url.hostname, (options) => readOne(url.href, web, options));
  const message = `${url.origin}${base}/`;
  const parts = base.split('/').filter(Boolean);
  const isIndirect = parts.length < 2 || parts.at(-2) === 'r';
  const location = `${message}t.mbox.gz`;
  return source(location, list, url.hostname, async function* (options) {
    const target = isIndirect ? new URL('t.mbox.gz', await landing(message, web, options)).href : location;
    yield* readOne(target, web, options);
  });
}

/** The target of `/r/{msgid}/`. */
async function landing(url: string, web: WebOptions, options: OpenOptions): Promise<string> {
  const answer = await ask(url, { silence: web.silence, signal: options.signal });
  void answer.body.return(undefined);
  return answer.url;
}

function box(location: string, list: string | null, web: WebOptions): Source {
  // Mails in a monthly archive seldom name their list, but its folder does.
  return source(location, null, list ?? new URL(location).hostname, (options) => readOne(location, web, options));
}

async function* readOne(url: string, web: WebOptions, options: OpenOptions): AsyncGenerator<SourceEvent> {
  const before = options.state as Partial<BoxState> | null | undefined;
  const now = yield* readBox(url, { silence: web.silence }, before, options);
  if (now !== null) yield { kind: 'checkpoint', state: now };
}

/** The folder of an inbox's copy, by the location of its source. */
export function copyFolder(location: string, folder: string): string {
  const url = new URL(location);
  const list = EPOCH_PATH.exec(url.pathname)?.[1];
  return folderOf(url, list === undefined ? (listOf(url.pathname) ?? '') : decoded(list), {
    folder,
    silence: 0,
  });
}

function folderOf(url: URL, list: string, web: WebOptions): string {
  const hash = createHash('sha256').update(url.href).digest('hex').slice(0, 12);
  const name = `${url.hostname}-${list}`.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 100);
  return join(web.folder, `${name}-${hash}`);
}

function epoch(url: URL, web: WebOptions): Source {
  url.pathname = url.pathname.replace(/\/$/, '');
  url.search = '';
  const [, name = '', number = ''] = EPOCH_PATH.exec(url.pathname) ?? [];
  const list = decoded(name);
  const one: Inbox = {
    url: url.href,
    list,
    folder: folderOf(url, list, web),
    silence: web.silence,
    lock: web.lock,
    epoch: Number(number),
  };
  const found = source(url.href, list, list, (options) => readInbox(one, options));
  return { ...found, fetch: async (options) => fetched(found, await copyInbox(one, options)) };
}

function inbox(url: URL, web: WebOptions): Source {
  url.search = '';
  url.pathname = url.pathname.replace(/\/(?:index\.html?|manifest\.js\.gz)?$/, '').replace(/\/*$/, '/');
  const list = listOf(url.pathname);
  if (list === null)
    throw new SourceError(
      url.href,
      'names a whole server or all its lists; give the URL of one list, such as https://lore.kernel.org/linux-pm/',
    );
  const folder = folderOf(url, list, web);
  const one: Inbox = { url: url.href, list, folder, silence: web.silence, lock: web.lock, epoch: null };
  const found = source(url.href, list, list, (options) => readList(one, options));
  return { ...found, fetch: (options) => fetchList(found, one, options) };
}

async function* readInbox(one: Inbox, options: OpenOptions): AsyncGenerator<SourceEvent> {
  yield* readCopy(await copyInbox(one, options), options);
}

const fetched = (source: Source, copy: Copy): Fetched => ({
  news: copy.news,
  failure: copy.failure,
  source: { ...source, open: (options) => readCopy(copy, options) },
});

const isAbsent = (error: unknown, one: Inbox) =>
  error instanceof ServerError && error.status === 404 && error.location === one.url;

const hasMonths = (state: unknown) => Boolean((state as { months?: object } | undefined)?.months);

/** Reads a list from public-inbox, else from the index of pipermail's months. */
async function* readList(one: Inbox, options: OpenOptions): AsyncGenerator<SourceEvent> {
  if (hasMonths(options.state)) return yield* readIndex(one, options);
  const copy = await copyInbox(one, options);
  if (isAbsent(copy.failure, one)) yield* readIndex(one, options, copy.failure);
  else yield* readCopy(copy, options);
}

async function fetchList(found: Source, one: Inbox, options: FetchOptions): Promise<Fetched> {
  if (hasMonths(options.state)) return fetchAhead({ ...found, open: (open) => readIndex(one, open) }, options);
  const copy = await copyInbox(one, options);
  if (!isAbsent(copy.failure, one)) return fetched(found, copy);
  return fetchAhead({ ...found, open: (open) => readIndex(one, open, copy.failure) }, options);
}

/** Reads the months of an index page; `orElse` is thrown if it is not one. */
async function* readIndex(
  one: Inbox,
  options: OpenOptions,
  orElse: SourceError | null = null,
): AsyncGenerator<SourceEvent> {
  const page = await pageAt(one.url, one.silence, options.signal).catch((error: unknown) => {
    throw orElse ?? error;
  });
  const names = monthsOf(page.text, page.url);
  if (!names.length && orElse !== null) throw orElse;
  yield* readMonths(page.url, names, one.silence, options);
}
