import { firstIdAt, timeOf } from '#mail/ids';
import { isMachine } from '#patch/robots';
import { STATE } from '#patch/state';
import type { Snapshot } from '../open';
import { SERIES_JOINS, SERIES_LINE, type SeriesLine } from './series';
import type { Thread } from './thread';

/** A series that fixes what a mail reports, and how that is known. */
export interface Fixing {
  series: SeriesLine;
  why: 'names the report' | 'names the reporter';
}

const TAKEN_FIRST = `s.status IN ('${STATE.merged}', '${STATE.applied}') DESC`;
const REPORTED = `'Reported-by', 'Reported-and-tested-by'`;

/** A Message-ID as a phrase for the index; null if its words may occur in any sentence. */
export function namePhrase(msgid: string): string | null {
  const words = (msgid.match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
  return words.includes(' ') ? `{own aside} : "${words}"` : null;
}

/**
 * A later patch that names the report in a trailer (`Closes:`, `Link:`), or in its text if it also says that it was reported or what it
 * fixes; else a patch that names the reporter. `text` is the text of the report.
 */
export async function fixOf(
  db: Snapshot,
  report: { id: number; msgid: string; author: string; address: string },
  thread: Thread,
  text: string,
): Promise<Fixing | null> {
  const named = await fixNaming(db, report);
  if (named) return { series: named, why: 'names the report' };
  const reporter = isMachine(report.author, report.address)
    ? await fixOfBug(db, report.id)
    : await fixForReporter(db, report, thread, text);
  return reporter && { series: reporter, why: 'names the reporter' };
}

async function fixNaming(db: Snapshot, { id, msgid }: { id: number; msgid: string }): Promise<SeriesLine | null> {
  const phrase = namePhrase(msgid);
  if (!phrase) return null;
  const found = await db.get<SeriesLine & Record<string, never>>(
    `SELECT ${SERIES_LINE} FROM search f JOIN patch p ON p.message_id = f.rowid JOIN revision r ON r.id = p.revision_id
     JOIN series s ON s.id = r.series_id ${SERIES_JOINS} WHERE f.search MATCH ?1 AND f.rowid > ?2
       AND EXISTS (SELECT 1 FROM trailer t WHERE t.message_id = p.message_id
         AND (t.key IN ('Fixes', ${REPORTED}) OR (t.key IN ('Closes', 'Link', 'BugLink', 'Bugzilla', 'References') AND instr(t.value, ?3))))
     ORDER BY ${TAKEN_FIRST}, p.message_id DESC LIMIT 1`,
    [phrase, id, msgid],
  );
  return found ?? null;
}

/** The fix of a bug for which a robot has a special address: `syzbot+0123456789abcdef@...`. */
async function fixOfBug(db: Snapshot, id: number): Promise<SeriesLine | null> {
  const found = await db.get<SeriesLine & Record<string, never>>(
    `SELECT ${SERIES_LINE} FROM trailer b JOIN trailer t ON t.key IN (${REPORTED}) AND t.address = b.address
     JOIN patch p ON p.message_id = t.message_id JOIN revision r ON r.id = p.revision_id JOIN series s ON s.id = r.series_id ${SERIES_JOINS}
     WHERE b.message_id = ?1 AND b.key IN (${REPORTED}) AND b.address LIKE 'syzbot+%@%' AND t.message_id > ?1
     ORDER BY ${TAKEN_FIRST}, p.message_id DESC LIMIT 1`,
    [id],
  );
  return found ?? null;
}

/** A patch that names the reporter belongs to the thread if it was sent within this time after the thread's last mail. */
const SOON = 30 * 86_400;

/** A patch by somebody who wrote in the thread, sent soon after it, that names the reporter and changes a file named in the report. */
async function fixForReporter(
  db: Snapshot,
  { id, address }: { id: number; address: string },
  thread: Thread,
  text: string,
): Promise<SeriesLine | null> {
  const rows = await db.all<SeriesLine & { files: string | null }>(
    `SELECT ${SERIES_LINE}, p.files FROM trailer t JOIN patch p ON p.message_id = t.message_id JOIN message pm ON pm.id = p.message_id
     JOIN revision r ON r.id = p.revision_id JOIN series s ON s.id = r.series_id ${SERIES_JOINS}
     WHERE t.key IN (${REPORTED}) AND t.address = ?1 AND t.message_id > ?2 AND t.message_id < ?3
       AND pm.author_id IN (SELECT author_id FROM message WHERE thread = ?4 AND author_id <> (SELECT author_id FROM message WHERE id = ?2))
     ORDER BY ${TAKEN_FIRST}, p.message_id DESC LIMIT 20`,
    [address, id, firstIdAt(timeOf(thread.last_id) + SOON), thread.id],
  );
  const report = `${thread.subject}\n${text}`;
  return rows.find(({ files }) => namesFile(report, files)) ?? null;
}

/** Whether a text names a file, by path or by the module's name. */
function namesFile(text: string, files: string | null): boolean {
  return (files ?? '').split('\n').some((path) => {
    const name = /([^/]+)\.[chS]$/.exec(path)?.[1] ?? '';
    return name.length > 5 && text.includes(name);
  });
}
