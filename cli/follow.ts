import { DatabaseError } from '#db/open';
import { stampOf } from '#ingest/read/stamp';
import { type Source, SourceError } from '#ingest/read/types';
import { ServerError } from '#ingest/read/web/http';
import type { Counts, Summary } from '#ingest/run';

/** The longest wait after failures, unless a server asks for a longer one. */
const MAX_BACK_OFF_SECONDS = 3600;

export interface Following {
  /** Seconds between two checks of a source. */
  every: number;
  json: boolean;
  signal: AbortSignal;
  recognise(location: string): Promise<Source[]>;
  /** The last checkpoint of a source. */
  stateOf(source: Source): Promise<unknown>;
  onNote(location: string, note: string): void;
  /** A look at a location has ended, whatever came of it. */
  onDone?(location: string): void;
  ingest(sources: Source[], signal: AbortSignal): Promise<Summary>;
}

/** One location, and how it has gone so far. */
interface Followed {
  location: string;
  failures: number;
  /** Its state when it was last read to the end; for a URL, only whether it has been read. */
  stamp: string | null;
}

/** Lets one at a time through, in the order in which they came. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {});
    return mine;
  }
}

type Outcome = { counts: Counts | null; seconds: number; failure: Error | null };

/**
 * Reads sources again and again until stopped, and prints a line each time. Each source has its own schedule: different hosts are asked in
 * parallel, each with one request at a time. Writes happen one after another.
 */
export async function follow(locations: string[], options: Following): Promise<void> {
  const fault = new AbortController();
  const following = { ...options, signal: AbortSignal.any([options.signal, fault.signal]) };
  const writing = new Turns();
  const hosts = new Map<string, Turns>();
  const loops = locations.map(async (location) => {
    const host = hostOf(location);
    const turns = hosts.get(host) ?? new Turns();
    hosts.set(host, turns);
    await keepUp(location, following, turns, writing);
  });
  // A bug here stops all loops, but none in the middle of a step.
  for (const loop of loops) loop.catch(() => fault.abort());
  const failed = (await Promise.allSettled(loops)).find((loop) => loop.status === 'rejected');
  if (failed) throw failed.reason;
}

/** The host without its port, since the load is on one machine. A path counts as a host. */
const hostOf = (location: string) =>
  /^https?:/i.test(location) && URL.canParse(location) ? new URL(location).hostname : location;

async function keepUp(location: string, following: Following, host: Turns, writing: Turns): Promise<void> {
  const { signal } = following;
  const one: Followed = { location, failures: 0, stamp: null };
  for (;;) {
    const outcome = await host.take(() => sync(one, following, writing));
    following.onDone?.(location);
    if (signal.aborted) return;
    one.failures = outcome.failure ? one.failures + 1 : 0;
    const wait = secondsToWait(following.every, one.failures, retryAfterOf(outcome.failure));
    process.stdout.write(`${following.json ? json(one, outcome, wait) : line(one, outcome, wait)}\n`);
    await until(performance.now() + wait * 1000, signal);
    if (signal.aborted) return;
  }
}

/**
 * Seconds until the next look. Spread by a tenth, so that followers of one server do not all come at once. Doubled, and spread more, with
 * each failure in a row. Never sooner than the server asks.
 */
export function secondsToWait(
  every: number,
  failures: number,
  retryAfter: number | null,
  random = Math.random(),
): number {
  const most = Math.max(every, MAX_BACK_OFF_SECONDS);
  const wait = Math.min(every * 2 ** failures, most);
  const spread = failures ? 0.75 + random / 2 : 0.9 + random / 5;
  return Math.max(wait * spread, (retryAfter ?? 0) * (1 + random / 10));
}

const retryAfterOf = (failure: Error | null) => (failure instanceof ServerError ? failure.retryAfter : null);

const NOTHING: Outcome = { counts: null, seconds: 0, failure: null };

/** Looks at a location once. Its seconds leave out the time spent waiting for other writers. */
async function sync(followed: Followed, following: Following, writing: Turns): Promise<Outcome> {
  if (following.signal.aborted) return NOTHING;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  // Stops fetching the rest of a mailbox that could not be written.
  const over = new AbortController();
  try {
    const news = await newsOf(followed, following, AbortSignal.any([following.signal, over.signal]));
    const looked = seconds();
    if (news === null) return { ...NOTHING, seconds: looked };
    const summary = await writing.take(async () => {
      if (following.signal.aborted) return null;
      return following.ingest(news.sources, following.signal);
    });
    if (summary === null) return NOTHING;
    const failure = summary.failed[0] ?? null;
    followed.stamp = failure ? null : news.stamp;
    return { counts: summary, seconds: looked + summary.seconds, failure };
  } catch (error) {
    if (!(error instanceof SourceError || error instanceof DatabaseError)) throw error;
    return { counts: null, seconds: seconds(), failure: error };
  } finally {
    over.abort();
  }
}

interface News {
  sources: Source[];
  stamp: string;
}

/** What to read from a location; null if it has not changed since it was last read to the end. */
async function newsOf(followed: Followed, following: Following, signal: AbortSignal): Promise<News | null> {
  const sources = await following.recognise(followed.location);
  const [first] = sources;
  if (first?.fetch) return fetchedNews(first, followed, following, signal);
  const stamp = await stampOf(followed.location);
  return stamp === followed.stamp ? null : { sources, stamp };
}

/** A URL is one source. If what was fetched could not be written, it is read the next time even without news. */
async function fetchedNews(
  source: Source,
  followed: Followed,
  following: Following,
  signal: AbortSignal,
): Promise<News | null> {
  const {
    news,
    failure,
    source: here,
  } = await (source.fetch as NonNullable<Source['fetch']>)({
    state: await following.stateOf(source),
    onNote: (note) => following.onNote(source.location, note),
    signal,
  });
  if (news || followed.stamp === null) {
    followed.stamp = null;
    return { sources: [here], stamp: 'read' };
  }
  if (failure) throw failure;
  return null;
}

/** Resolves at a time of `performance.now()`, or when `signal` aborts. */
function until(at: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const milliseconds = Math.max(0, at - performance.now());
    const timer = setTimeout(end, Math.min(milliseconds, 0x7fffffff));
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    }
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}

function line({ location, failures }: Followed, { counts, seconds, failure }: Outcome, wait: number): string {
  const read = counts
    ? `${counts.read} read: ${counts.stored} stored, ${counts.duplicate} duplicate, ${counts.deleted} deleted, ${counts.rejected} rejected; ${seconds.toFixed(1)} s`
    : 'nothing new';
  const result = failure
    ? `${counts?.read ? `${read}; ` : ''}failed ${failures === 1 ? 'once' : `${failures} times`}: ${failure.message}`
    : read;
  return `${new Date().toISOString()} ${location}: ${result}; next in ${Math.round(wait)} s`;
}

function json({ location }: Followed, { counts, seconds, failure }: Outcome, wait: number): string {
  const { read = 0, stored = 0, duplicate = 0, deleted = 0, rejected = 0, bytes = 0 } = counts ?? {};
  const figures = { read, stored, duplicate, deleted, rejected, bytes };
  return JSON.stringify({
    at: new Date().toISOString(),
    source: location,
    ...figures,
    seconds: Number(seconds.toFixed(3)),
    error: failure?.message ?? null,
    next: Math.round(wait),
  });
}
