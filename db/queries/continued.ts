import type { Snapshot } from '../open';
import type { SeriesLine } from './series';
import type { Thread } from './thread';

/** A later thread that names a mail of this thread, or has a later version of its patches. */
export interface Continued {
  root: string;
  msgid: string;
  subject: string;
  firstId: number;
  why: 'names it' | 'a later version';
}

/** Mails whose Message-IDs are searched: the first and the newest. Each costs about 0.6 ms with 130,000 mails. */
const MOST_NAMED = 120;
/** The words of a shorter Message-ID may occur in any sentence. */
const SHORTEST_NAME = 12;

/** Later threads that name a Message-ID of this thread (as links to lore do), and those with a later version. */
export async function continuedIn(db: Snapshot, thread: Thread, series: SeriesLine[]): Promise<Continued[]> {
  const row = 't.root, f.msgid, t.subject, t.first_id AS firstId';
  const later = 'm.thread <> ?2 AND t.first_id > ?3 ORDER BY t.first_id LIMIT 12';
  const versions = await db.all<Omit<Continued, 'why'> & Record<string, never>>(
    `SELECT DISTINCT ${row} FROM json_each(?1) j JOIN revision r ON r.series_id = j.value JOIN message m ON m.id = r.id
     JOIN thread t ON t.id = m.thread JOIN message f ON f.id = t.first_id WHERE ${later}`,
    [JSON.stringify(series.map(({ id }) => id)), thread.id, thread.first_id],
  );
  const names = namesOf(thread);
  const naming = names.length
    ? await db.all<Omit<Continued, 'why'> & Record<string, never>>(
        `SELECT DISTINCT ${row} FROM search s JOIN message m ON m.id = s.rowid JOIN thread t ON t.id = m.thread JOIN message f ON f.id = t.first_id
         WHERE s.search MATCH ?1 AND ${later}`,
        [`{own aside} : (${names.map((name) => `"${name}"`).join(' OR ')})`, thread.id, thread.first_id],
      )
    : [];
  const known = new Set(versions.map(({ root }) => root));
  return [
    ...versions.map((line) => ({ ...line, why: 'a later version' as const })),
    ...naming.filter(({ root }) => !known.has(root)).map((line) => ({ ...line, why: 'names it' as const })),
  ].sort((a, b) => a.firstId - b.firstId);
}

/** Message-IDs of a thread as phrases of the index. */
function namesOf({ rows, first_id }: Thread): string[] {
  const newest = rows.filter(({ ghost }) => ghost === null).sort((a, b) => b.id - a.id);
  const first = newest.filter(({ id }) => id === first_id);
  return [...first, ...newest.filter(({ id }) => id !== first_id)]
    .slice(0, MOST_NAMED)
    .map(({ msgid }) => (msgid.match(/[\p{L}\p{N}]+/gu) ?? []).join(' '))
    .filter((name) => name.length >= SHORTEST_NAME && name.includes(' '));
}
