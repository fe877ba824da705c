import { namesOf } from '#site/found';
import type { Snapshot } from '../open';
import { QueryCache } from './cache';
import { THREAD_JOINS, THREAD_LINE, type ThreadLine } from './list';
import { judged } from './verdictrows';

/** Other threads whose subjects name the same thing as a subject. */
export interface SameTopic {
  /** `EDAC/amd64` */
  name: string;
  /** The threads that began last, newest first. */
  threads: ThreadLine[];
}

const MOST = 5;
/** The narrower name is shown if it has at least this many threads. */
const ENOUGH = 3;
/** Newest mails with the name that are examined; most are answers. */
const LOOKED_AT = 400;

/** Null if the subject names nothing, or if no other thread names it. Leaves out the given thread, and those that begin with a patch of the given series. */
export async function sameTopic(
  db: Snapshot,
  subject: string,
  without: { thread?: number; series: number[] },
): Promise<SameTopic | null> {
  let best: SameTopic | null = null;
  for (const name of namesOf(subject)) {
    const threads = await naming(db, name, without);
    if (threads.length > (best?.threads.length ?? 0)) best = { name, threads };
    if (threads.length >= ENOUGH) break;
  }
  return best && { ...best, threads: await judged(db, best.threads, ({ first_id }) => first_id) };
}

type Line = ThreadLine & { series: number | null };

/** The threads that name a topic are the same on all pages of its threads. */
const cache = new QueryCache<Line[]>(500);

/** Threads with the name in their subject; for a series in several threads, the newest. */
async function naming(
  db: Snapshot,
  name: string,
  { thread, series }: { thread?: number; series: number[] },
): Promise<ThreadLine[]> {
  const rows = await cache.get(db, name, () => newestNaming(db, name));
  const seen = new Set<number | null>(series);
  const others = rows
    .filter((line) => line.thread !== thread)
    .slice(0, MOST * 4)
    .filter(({ series }) => !seen.has(series) && (series === null || seen.add(series)));
  return others.slice(0, MOST).map(({ series: _, ...line }) => line);
}

/** One more than `naming` needs, which leaves out the page's own thread. */
const newestNaming = (db: Snapshot, name: string) =>
  db.all<Line>(
    `SELECT ${THREAD_LINE}, (SELECT r.series_id FROM patch p JOIN revision r ON r.id = p.revision_id WHERE p.message_id = t.first_id) AS series FROM (SELECT rowid AS id FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT ${LOOKED_AT}) f
     CROSS JOIN message own ON own.id = f.id CROSS JOIN thread t ON t.id = own.thread AND t.first_id = own.id ${THREAD_JOINS}
     ORDER BY f.id DESC LIMIT ${MOST * 4 + 1}`,
    [`{subject} : "${name.replace(/"/g, ' ')}"`],
  );
