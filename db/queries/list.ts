import { firstIdAt } from '#mail/ids';
import type { Snapshot } from '../open';
import { QueryCache } from './cache';
import type { ListSummary } from './home';
import { judged, type Verdict } from './verdictrows';

/** A thread as a line of a list. */
export interface ThreadLine {
  thread: number;
  root: string;
  subject: string;
  messages: number;
  participants: number;
  first_id: number;
  last_id: number;
  author: string;
  address: string;
  /** The msgid of an existing mail of the thread, since the root may be a ghost. */
  msgid: string;
  /** The verdict of the series with which the thread begins. */
  verdict?: Verdict | undefined;
}

export interface ThreadPage {
  threads: ThreadLine[];
  /** `before` of the next (older) page; null at the end. */
  next: number | null;
}

/** Threads on a page, as at lore. */
const THREADS_A_PAGE = 200;

export const THREAD_LINE = `t.id AS thread, t.root, t.subject, t.messages, t.participants, t.first_id, t.last_id,
  i.name AS author, i.address, m.msgid`;
export const THREAD_JOINS = 'JOIN identity i ON i.id = t.author_id JOIN message m ON m.id = t.first_id';

export interface ListRow extends Omit<ListSummary, 'first_at' | 'last_at'> {
  id: number;
}

const known = new QueryCache<Map<string, ListRow>>(1);

/** Finds a list. Lists are read once for each version of the data, because every page of a list needs its row. */
export async function findList(db: Snapshot, name: string): Promise<ListRow | undefined> {
  return (await known.get(db, '', () => allLists(db))).get(name);
}

async function allLists(db: Snapshot): Promise<Map<string, ListRow>> {
  const rows = await db.all<ListRow & Record<string, never>>(
    'SELECT id, name, list_id, description, messages, synthetic FROM list',
  );
  return new Map(rows.map((row) => [row.name, row]));
}

const firstOf = (line: ThreadLine) => line.first_id;

/** Threads of a list (null: of all), newest mail first; only those with a last_id below `before`. */
export async function newestThreads(db: Snapshot, listId: number | null, before: number | null): Promise<ThreadPage> {
  const limit = THREADS_A_PAGE + 1;
  const top = before ?? Number.MAX_SAFE_INTEGER;
  const threads =
    listId === null
      ? await db.all<ThreadLine>(
          `SELECT ${THREAD_LINE} FROM thread t ${THREAD_JOINS} WHERE t.last_id < ? ORDER BY t.last_id DESC LIMIT ${limit}`,
          [top],
        )
      : await db.all<ThreadLine>(
          `SELECT ${THREAD_LINE} FROM thread_list tl JOIN thread t ON t.id = tl.thread ${THREAD_JOINS}
           WHERE tl.list_id = ? AND tl.last_id < ? ORDER BY tl.last_id DESC LIMIT ${limit}`,
          [listId, top],
        );
  const more = threads.length > THREADS_A_PAGE;
  const shown = await judged(db, more ? threads.slice(0, THREADS_A_PAGE) : threads, firstOf);
  return { threads: shown, next: more ? (shown.at(-1)?.last_id ?? null) : null };
}

/** The `before` of the page with the threads next newer than an id; null if that is the newest page. */
export async function pageNewerThan(db: Snapshot, listId: number | null, after: number): Promise<number | null> {
  const from = listId === null ? 'thread WHERE' : 'thread_list WHERE list_id = ? AND';
  const row = await db.get<{ last_id: number }>(
    `SELECT last_id FROM ${from} last_id >= ? ORDER BY last_id LIMIT 1 OFFSET ${THREADS_A_PAGE}`,
    [...(listId === null ? [] : [listId]), after],
  );
  return row?.last_id ?? null;
}

/** Threads with mail on a list in a span of time (Unix seconds), ordered by their first mail in it. */
export async function threadsBetween(
  db: Snapshot,
  listId: number | null,
  from: number,
  to: number,
): Promise<(ThreadLine & { here: number })[]> {
  const threads = await db.all<ThreadLine & { here: number }>(
    `SELECT ${THREAD_LINE}, s.here FROM (
       SELECT m.thread, count(*) AS here, min(m.id) AS first FROM message m
       WHERE m.id >= ?1 AND m.id < ?2 AND (?3 IS NULL OR EXISTS (SELECT 1 FROM posting p WHERE p.list_id = ?3 AND p.message_id = m.id))
       GROUP BY m.thread) s
     JOIN thread t ON t.id = s.thread ${THREAD_JOINS} ORDER BY s.first DESC LIMIT 5000`,
    [firstIdAt(from), firstIdAt(to), listId],
  );
  return judged(db, threads, firstOf);
}
