import { DatabaseError } from '#db/open';
import { stampOf } from '#ingest/read/stamp';
import { type Source, SourceError } from '#ingest/read/types';
import { ServerError } from '#ingest/read/web/http';
import type { Counts, Summary } from '#ingest/run';

/** Longest wait after failures, unless a server asks for more. */
const MAX_BACK_OFF_SECONDS = 3600;

export interface Following {
  /** Seconds between two looks at a source. */
  every: number;
  json: boolean;
  signal: AbortSignal;
  recognise(location: string): Promise<Source[]>;
  ingest(sources: Source[]): Promise<Summary>;
}

/** One location, and when it is looked at next: by `performance.now()`, as clocks are set. */
interface Followed {
  location: string;
  at: number;
  failures: number;
  /** What a local one looked like when it was last read whole; a URL's `hasNews` is asked once this is set at all. */
  stamp: string | null;
}

type Outcome = { counts: Counts | null; seconds: number; failure: Error | null };

/** Reads sources again and again until told to stop: each in its own time, one after another, with a line for each time. */
export async function follow(locations: string[], following: Following): Promise<void> {
  const all = locations.map((location): Followed => ({ location, at: 0, failures: 0, stamp: null }));
  while (!following.signal.aborted) {
    const next = all.reduce((a, b) => (b.at < a.at ? b : a));
    await until(next.at, following.signal);
    if (following.signal.aborted) break;
    const outcome = await sync(next, following);
    if (following.signal.aborted) break;
    next.failures = outcome.failure ? next.failures + 1 : 0;
    const wait = secondsToWait(following.every, next.failures, retryAfterOf(outcome.failure));
    next.at = performance.now() + wait * 1000;
    process.stdout.write(`${following.json ? json(next, outcome, wait) : line(next, outcome, wait)}\n`);
  }
}

/**
 * Seconds until the next look: spread by a tenth, so that followers of one server do not come all at once; doubled with each failure
 * in a row, spread more; never sooner than the server asks.
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

async function sync(followed: Followed, following: Following): Promise<Outcome> {
  const started = performance.now();
  const outcome = (counts: Counts | null, failure: Error | null): Outcome => ({
    counts,
    failure,
    seconds: (performance.now() - started) / 1000,
  });
  try {
    const sources = await following.recognise(followed.location);
    const stamp = await stampNow(followed, sources, following.signal);
    if (stamp === null) return outcome(null, null);
    const summary = await following.ingest(sources);
    const failure = summary.failed[0] ?? null;
    followed.stamp = failure ? null : stamp;
    return outcome(summary, failure);
  } catch (error) {
    if (!(error instanceof SourceError || error instanceof DatabaseError)) throw error;
    return outcome(null, error);
  }
}

/** What a location looks like now; null where that is as it was when it was last read. */
async function stampNow(followed: Followed, sources: Source[], signal: AbortSignal): Promise<string | null> {
  const remote = sources.every((source) => source.kind === 'url');
  if (!remote) {
    const stamp = await stampOf(followed.location);
    return stamp === followed.stamp ? null : stamp;
  }
  if (followed.stamp === null) return 'read';
  const news = await Promise.all(sources.map((source) => source.hasNews?.(signal) ?? true));
  return news.includes(true) ? 'read' : null;
}

/** Resolves at a time of `performance.now()`, or once told to stop. */
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
  const told = failure
    ? `${counts?.read ? `${read}; ` : ''}failed ${failures === 1 ? 'once' : `${failures} times`}: ${failure.message}`
    : read;
  return `${new Date().toISOString()} ${location}: ${told}; next in ${Math.round(wait)} s`;
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
