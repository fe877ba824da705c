import { PATCH_KIND } from '#patch/kinds';
import type { Snapshot } from '../open';
import { namePhrase } from './fixes';
import { CARRIED } from './onlist';

/** A mail that reports a regression, a crash or another bug, recognised by what it does, whoever wrote it. */
export interface Report {
  id: number;
  msgid: string;
  subject: string;
  author: string;
  address: string;
  /** The newest series that names it in a trailer, or was posted later in its thread; null if there is none. */
  fix: { series: number; title: string; status: string } | null;
}

/** In any mail: words of somebody who searched for the commit. Below, only at the beginning of a thread: a trace, or the word in the subject. */
const SAID = '{own aside subject} : (regzbot OR "first bad commit" OR NEAR(regression bisect, 40))';
const SHOWN =
  'subject : regression OR {own aside} : ("call trace" OR "kernel bug" OR "unable to handle kernel" OR "general protection fault")';
const MOST = 100;

/** The first report of each thread in a span of ids (times), in order of time. Patches are not reports. */
export async function reportsBetween(db: Snapshot, from: number, to: number, list: number | null): Promise<Report[]> {
  const rows = await db.all<Omit<Report, 'fix'> & { thread: number }>(
    `SELECT m.id, m.msgid, m.subject, m.thread, i.name AS author, i.address FROM (
       SELECT rowid AS id, 0 AS begins FROM search WHERE search MATCH ?1 AND rowid >= ?3 AND rowid < ?4
       UNION ALL SELECT rowid, 1 FROM search WHERE search MATCH ?2 AND rowid >= ?3 AND rowid < ?4) f
     JOIN message m ON m.id = f.id JOIN thread t ON t.id = m.thread JOIN identity i ON i.id = m.author_id
     WHERE (f.begins = 0 OR t.first_id = m.id) AND ${CARRIED('m.id', '?5')}
       AND NOT EXISTS (SELECT 1 FROM patch p WHERE p.message_id = m.id AND p.kind <> ${PATCH_KIND.reply})
     GROUP BY m.thread HAVING m.id = min(m.id) ORDER BY m.id LIMIT ${MOST}`,
    [SAID, SHOWN, from, to, list],
  );
  const found: Report[] = [];
  for (const { thread, ...row } of rows) found.push({ ...row, fix: await fixOf(db, row, thread) });
  return found;
}

interface Fixing {
  series: number;
  title: string;
  status: string;
}

/** A later patch that names the mail below its description, or is in its thread. */
async function fixOf(
  db: Snapshot,
  { id, msgid }: { id: number; msgid: string },
  thread: number,
): Promise<Report['fix']> {
  const name = namePhrase(msgid);
  const series = `SELECT s.id AS series, s.title, s.status FROM patch p JOIN revision r ON r.id = p.revision_id JOIN series s ON s.id = r.series_id`;
  const named = name
    ? await db.get<Fixing & Record<string, never>>(
        `${series} JOIN search f ON f.rowid = p.message_id WHERE f.search MATCH ?1 AND f.rowid > ?2 ORDER BY p.message_id DESC LIMIT 1`,
        [name, id],
      )
    : undefined;
  if (named) return named;
  const posted = await db.get<Fixing & Record<string, never>>(
    `${series} JOIN message m ON m.id = p.message_id WHERE m.thread = ?1 AND m.id > ?2 AND p.kind = ${PATCH_KIND.patch}
     ORDER BY m.id DESC LIMIT 1`,
    [thread, id],
  );
  return posted ?? null;
}
