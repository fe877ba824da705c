import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from './load';
import { publicInboxEnv } from './peers';
import { freePort, measure, type Server, startServer } from './process';
import { median, percentile } from './stats';
import { figure, kilobytes, type Table, times } from './table';

const ALONE = 12;
const TOGETHER = 40;
const CLIENTS = 8;

/** Our server on a database. */
export async function startOurs(database: string): Promise<Server> {
  const port = await freePort();
  return startServer('node', ['scripts/start.mjs'], { THREADLINE_DB: database, PORT: String(port) }, port, '/healthz');
}

/** public-inbox's server for the inbox made by its benchmark in `folder`. */
export async function startTheirs(folder: string, list: string): Promise<Server> {
  const port = await freePort();
  return startServer(
    'public-inbox-httpd',
    ['-l', `http://127.0.0.1:${port}`],
    publicInboxEnv(folder),
    port,
    `/${list}/`,
  );
}

/** The measurements of a URL, with one client and with several. */
interface Timed {
  alone: number[];
  aloneFirst: number[];
  together: number[];
  perSecond: number;
  bytes: number;
  zipped: number;
  status: number;
}

let stamp = 0;

/** A page's URL with a new unused parameter each time, so that no cached page answers. */
export const uncached = (url: string) => () => `${url}${url.includes('?') ? '&' : '?'}b=${stamp++}`;

/** A query that excludes a new word without matches each time, so that neither cached pages nor cached matches answer it. */
export const uncachedQuery = (query: string) => () => encodeURIComponent(`(${query}) NOT zzqxbench${stamp++}`);

async function time(fresh: () => string, count = ALONE): Promise<Timed> {
  await load(fresh, { count: 2, clients: 1 });
  const alone = await load(fresh, { count, clients: 1 });
  const together = await load(fresh, { count: TOGETHER, clients: CLIENTS });
  const zipped = await load(fresh, { count: 1, clients: 1, gzip: true });
  return {
    alone: alone.total,
    aloneFirst: alone.firstByte,
    together: together.total,
    perSecond: TOGETHER / together.seconds,
    bytes: alone.bytes,
    zipped: zipped.bytes,
    status: Math.max(alone.status, together.status),
  };
}

const ms = (values: number[]) => figure(median(values));
const p99 = (values: number[]) => figure(percentile(values, 0.99));

/** A query in the languages of all programs; '-' if a program has no such query. */
export interface BenchQuery {
  id: string;
  query: string;
  notmuch: string;
  mu: string;
}

/** Reads queries from a file with a header line: id, whether it is timed, kind, then the query for lore, notmuch and mu. */
export function readQueries(path: string): BenchQuery[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([id = '', , , query = '', notmuch = '-', mu = '-']) => ({ id, query, notmuch, mu }));
}

/** Runs of a command-line program for a query. */
const COMMAND_RUNS = 5;

async function timeCommand(line: string, env: Record<string, string>): Promise<number> {
  const seconds: number[] = [];
  for (let n = 0; n < COMMAND_RUNS; n++) seconds.push((await measure(`${line} > /dev/null 2>&1; :`, [], env)).seconds);
  return median(seconds) * 1000;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** Measures the first 200 results of notmuch and mu. These are commands, so their start is included. */
async function commandCells({ notmuch, mu }: BenchQuery, folder: string): Promise<string[]> {
  const config = join(folder, 'notmuch', 'notmuch-config');
  const home = join(folder, 'mu', 'mu');
  const cells: string[] = [];
  cells.push(
    notmuch !== '-' && existsSync(config)
      ? figure(await timeCommand(`notmuch search --limit=200 -- ${quoted(notmuch)}`, { NOTMUCH_CONFIG: config }))
      : '–',
  );
  cells.push(
    mu !== '-' && existsSync(home)
      ? figure(await timeCommand(`mu find --muhome=${home} --maxnum=200 --sortfield=date --reverse ${quoted(mu)}`, {}))
      : '–',
  );
  return cells;
}

/** Requests of each kind to each server before measuring: servers run for weeks; V8 compiles for some sixty requests. */
const WARMING = 60;

/** The first 200 results of each query: our JSON (the engine), our page with snippets and facets, public-inbox's page, notmuch and mu. */
export async function searchTable(
  queries: BenchQuery[],
  list: string,
  ours: Server,
  theirs: Server | null,
  folder: string,
  say: (text: string) => void,
): Promise<Table> {
  const rows: string[][] = [];
  const engineOf = (q: () => string) => () => `${ours.base}/api/v1/search?q=${q()}&list=${list}&limit=200&facets=1`;
  const pageOf = (q: () => string) => () => `${ours.base}/search/?q=${q()}&list=${list}`;
  const theirsOf = (q: () => string) => () => `${theirs?.base}/${list}/?q=${q()}`;
  say('search: warming');
  for (const { query } of queries)
    for (const urlOf of [engineOf, pageOf, ...(theirs ? [theirsOf] : [])])
      await load(urlOf(uncachedQuery(query)), { count: WARMING, clients: 1 });
  for (const one of queries) {
    const { id, query } = one;
    say(`search ${id}: ${query}`);
    const q = uncachedQuery(query);
    const engine = await time(engineOf(q));
    const page = await time(pageOf(q));
    const same = `${ours.base}/search/?q=${encodeURIComponent(query)}&list=${list}`;
    await load(() => same, { count: 1, clients: 1 });
    const again = await load(() => same, { count: ALONE, clients: 1 });
    const other = theirs ? await time(theirsOf(q)) : null;
    const isRefused = other !== null && other.status >= 400 && other.status !== 404;
    rows.push([
      id,
      query,
      ms(engine.alone),
      p99([...engine.alone, ...engine.together]),
      ms(page.alone),
      ms(page.together),
      p99([...page.alone, ...page.together]),
      ms(again.total),
      other ? (isRefused ? `HTTP ${other.status}` : ms(other.alone)) : '–',
      other ? ms(other.together) : '–',
      other ? p99([...other.alone, ...other.together]) : '–',
      other && !isRefused ? times(median(other.alone) / median(engine.alone)) : '–',
      other && !isRefused ? times(median(other.alone) / median(page.alone)) : '–',
      ...(await commandCells(one, folder)),
    ]);
  }
  return {
    title: 'Search',
    notes: [
      `Milliseconds to the first 200 results: medians of ${ALONE} requests of one client and of ${TOGETHER} of ${CLIENTS} clients, and the 99th percentile of both. "engine" is our JSON with snippets and facets, "page" has the histogram too. Each request avoids caches (it excludes a new word that no mail has); "again" is the page of a query that was asked before. The ratios are public-inbox's median over ours, one client. Both servers have answered each query ${WARMING} times before. notmuch and mu are commands, whose start is part of their time.`,
    ],
    columns: [
      '',
      'query',
      'engine',
      'engine p99',
      'page',
      'page @8',
      'page p99',
      'again',
      'public-inbox',
      'p-i @8',
      'p-i p99',
      'engine ratio',
      'page ratio',
      'notmuch',
      'mu',
    ],
    rows,
  };
}

/** Pages of one kind; on public-inbox's server, if `isShared`, the same paths have pages like ours. They are requested in turn. */
export interface PageKind {
  kind: string;
  paths: string[];
  isShared?: boolean;
}

/** Threads of one size that are measured: readers seldom ask for the same thread twice. */
const THREADS_OF_A_SIZE = 40;

interface ThreadFacts {
  root: string;
  messages: number;
}

/**
 * The pages of a list to measure: the list, its largest thread, threads of about 14 mails and of their first messages, threads of 2 and
 * of 1. Where the root of a thread is missing, public-inbox has no page at its address; such threads are left out.
 */
export async function pageKinds(list: string, ours: Server, theirs: Server | null = null): Promise<PageKind[]> {
  const threads: ThreadFacts[] = [];
  for (let before: number | null | undefined; before !== null; ) {
    const url = `${ours.base}/api/v1/lists/${list}/threads${before === undefined ? '' : `?before=${before}`}`;
    const page = (await (await fetch(url)).json()) as { threads: ThreadFacts[]; next: number | null };
    threads.push(...page.threads);
    before = page.next;
  }
  const pathOf = ({ root }: ThreadFacts, view: string) => `/${list}/${encodeURIComponent(root)}/${view}`;
  const isThere = async (thread: ThreadFacts) => {
    for (const server of theirs ? [ours, theirs] : [ours])
      if ((await fetch(server.base + pathOf(thread, ''), { method: 'HEAD' })).status !== 200) return false;
    return true;
  };
  const first = async (sorted: ThreadFacts[], count: number) => {
    const found: ThreadFacts[] = [];
    for (const thread of sorted) {
      if (found.length === count) break;
      if (await isThere(thread)) found.push(thread);
    }
    return found;
  };
  const nearest = (wanted: number) =>
    first(
      threads.toSorted((a, b) => Math.abs(a.messages - wanted) - Math.abs(b.messages - wanted)),
      THREADS_OF_A_SIZE,
    );
  const largest = await first(
    threads.toSorted((a, b) => b.messages - a.messages),
    1,
  );
  const [some, pairs, alone] = [await nearest(14), await nearest(2), await nearest(1)];
  const of = (kind: string, shown: ThreadFacts[], view: string): PageKind[] =>
    shown.length ? [{ kind, paths: shown.map((thread) => pathOf(thread, view)), isShared: true }] : [];
  const sized = (shown: ThreadFacts[]) => {
    const sizes = shown.map(({ messages }) => messages);
    const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
    return of(`thread of ${low === high ? low : `${low} to ${high}`} mails`, shown, 't/');
  };
  return [
    { kind: 'list', paths: [`/${list}/`], isShared: true },
    ...of(`thread, the largest (${largest[0]?.messages} mails)`, largest, 't/'),
    ...sized(some),
    ...sized(pairs),
    ...sized(alone),
    ...of('message', some, ''),
  ];
}

/** Pages that peers do not have: the largest topic, the person with the most mails, the series with most versions on the first page. */
export async function ownKinds(ours: Server): Promise<PageKind[]> {
  const json = async (path: string) => (await fetch(`${ours.base}/api/v1${path}`)).json();
  const { topics } = (await json('/topics')) as { topics: { slug: string; messages: number }[] };
  const { people } = (await json('/people')) as { people: { id: string; messages: number }[] };
  const { series } = (await json('/series')) as { series: { id: number; revisions: number; patches: number }[] };
  const topic = topics.toSorted((a, b) => b.messages - a.messages)[0];
  const person = people[0];
  const long = series.toSorted((a, b) => b.revisions * b.patches - a.revisions * a.patches)[0];
  return [
    { kind: 'home', paths: ['/'] },
    ...(topic ? [{ kind: `topic ${topic.slug} (${topic.messages} mails)`, paths: [`/topics/${topic.slug}/`] }] : []),
    ...(person
      ? [{ kind: `person (${person.messages} mails)`, paths: [`/people/${encodeURIComponent(person.id)}/`] }]
      : []),
    ...(long ? [{ kind: `series (${long.revisions} versions)`, paths: [`/series/${long.id}/`] }] : []),
    { kind: '-mm', paths: ['/mm/'] },
  ];
}

export async function pageTable(
  title: string,
  kinds: PageKind[],
  ours: Server,
  theirs: Server | null,
  say: (text: string) => void,
): Promise<Table> {
  const rows: string[][] = [];
  for (const { kind, paths, isShared } of kinds) {
    say(`page: ${kind}`);
    const inTurn = (server: Server) => {
      let n = 0;
      return () => uncached(`${server.base}${paths[n++ % paths.length]}`)();
    };
    const timeOf = async (server: Server) => {
      await load(inTurn(server), { count: WARMING, clients: 1 });
      return time(inTurn(server), Math.max(paths.length, ALONE));
    };
    const own = await timeOf(ours);
    const kept = await load(() => `${ours.base}${paths[0]}`, { count: TOGETHER, clients: CLIENTS });
    rows.push([kind, 'Threadline', ...cells(own), figure(TOGETHER / kept.seconds)]);
    if (!theirs || !isShared) continue;
    const peer = await timeOf(theirs);
    rows.push([kind, 'public-inbox', ...cells(peer), times(own.perSecond / peer.perSecond)]);
  }
  return {
    title,
    notes: [
      `Milliseconds, median of ${ALONE} requests of one client, or of one for each of up to ${THREADS_OF_A_SIZE} threads; requests per second of ${CLIENTS} clients (${TOGETHER} requests), without caches. Both servers have answered ${WARMING} requests of each kind before. The last column: requests per second of a cached page, and for public-inbox how many times as many uncached pages we serve.`,
    ],
    columns: ['page', 'program', 'first byte', 'whole', 'p99', 'size', 'compressed', 'per second', 'cached'],
    rows,
  };
}

const cells = (timed: Timed) => [
  ms(timed.aloneFirst),
  ms(timed.alone),
  p99(timed.alone),
  kilobytes(timed.bytes),
  kilobytes(timed.zipped),
  figure(timed.perSecond),
];

/** The path of a peer's index of an archive below the benchmark's folder. */
export const inboxFolder = (folder: string, archive: string) => join(folder, archive, 'public-inbox');
