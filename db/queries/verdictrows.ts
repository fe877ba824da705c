import { STATE } from '#patch/state';
import { STANDING } from '#patch/trailer';
import type { Snapshot } from '../open';
import { CacheById } from './cache';
import { STATUS } from './status';

/** The state of a series, for a row. */
export interface Verdict {
  status: string;
  /** The number of the newest version, with its part: `20`, `5.1`. */
  version: string;
  /** message.id of the basis of the status: the mail that proves it, the newest review, or the last mail. Ids are times. */
  since_id: number;
  /** Unix seconds of the archive's newest mail, to which ages are computed, whatever the clock says. */
  now_at: number;
}

const REVIEWED = `(SELECT max(t.message_id) FROM patch rp JOIN patch_reply y ON y.patch_id = rp.message_id JOIN trailer t ON t.message_id = y.message_id
  WHERE rp.revision_id = s.posted_id AND t.key IN (${STANDING.map((key) => `'${key}'`).join(', ')}))`;

/** The columns of a Verdict; `s` is the series. */
export const VERDICT = `${STATUS} AS status,
  coalesce((SELECT n.number || coalesce(n.part, '') FROM revision n WHERE n.id = s.posted_id), '1') AS version,
  coalesce(s.proof_id, CASE s.status WHEN '${STATE.reviewed}' THEN ${REVIEWED} WHEN '${STATE.underDiscussion}' THEN s.last_id END, s.posted_id) AS since_id,
  coalesce((SELECT max(last_at) FROM list), 0) AS now_at`;

/** Caches verdicts by the id of a thread's first mail, since lists and searches show the same threads again and again. */
const cache = new CacheById<Verdict | null>(50_000);

/** The verdicts of threads by the id of their first mail; null if that is not a patch of a series. */
export function verdictsOfThreads(db: Snapshot, firsts: number[]): Promise<(Verdict | null)[]> {
  return cache.all(db, firsts, async (missing) => {
    const rows = await db.all<Verdict & { id: number }>(
      `SELECT p.message_id AS id, ${VERDICT} FROM json_each(?) j JOIN patch p ON p.message_id = j.value
       JOIN revision r ON r.id = p.revision_id JOIN series s ON s.id = r.series_id`,
      [JSON.stringify(missing)],
    );
    const found = new Map(rows.map(({ id, ...verdict }) => [id, verdict]));
    return missing.map((id) => found.get(id) ?? null);
  });
}

/** The same threads, with the verdict for those that begin a series; `firstOf` gives the id of a thread's first mail. */
export async function judged<T>(
  db: Snapshot,
  threads: T[],
  firstOf: (thread: T) => number,
): Promise<(T & { verdict?: Verdict | undefined })[]> {
  const verdicts = await verdictsOfThreads(db, threads.map(firstOf));
  return threads.map((line, n) => ({ ...line, verdict: verdicts[n] ?? undefined }));
}
