import { firstIdAt, IDS_PER_SECOND } from '#mail/ids';
import type { Snapshot } from '../open';
import { rfc3339 } from './export';

/** An announcement of the -mm tree as a line of /mm/. */
export interface MmReleaseLine {
  message_id: number;
  msgid: string;
  name: string;
  previous: string | null;
  patches: number | null;
  location: string | null;
  author: string;
  added: number;
  dropped: number;
}

const LINE = `r.message_id, m.msgid, r.name, r.previous, r.patches, r.location, i.name AS author,
  (SELECT count(*) FROM mm_entry e WHERE e.message_id = r.message_id AND e.kind = 'added') AS added,
  (SELECT count(*) FROM mm_entry e WHERE e.message_id = r.message_id AND e.kind = 'dropped') AS dropped`;
const JOINS = 'JOIN message m ON m.id = r.message_id JOIN identity i ON i.id = m.author_id';

/** The announcements, newest first. */
export function mmReleases(db: Snapshot, limit = 500): Promise<MmReleaseLine[]> {
  return db.all<MmReleaseLine>(`SELECT ${LINE} FROM mm_release r ${JOINS} ORDER BY r.message_id DESC LIMIT ?`, [limit]);
}

export interface MmRemarkLine {
  subject: string;
  text: string;
  unmerged: number;
  line: number;
}

/** A line of the changelog ('added', 'dropped', 'kept', 'note') or of the list of all patches ('all'). */
export interface MmEntryLine {
  kind: 'added' | 'dropped' | 'kept' | 'note' | 'all';
  file: string;
  title: string | null;
  note: string | null;
  line: number;
  /** The first known release with the patch, or null. */
  entered: string | null;
}

export interface MmRelease extends MmReleaseLine {
  remarks: MmRemarkLine[];
  entries: MmEntryLine[];
}

/** A release by its name, `2.6.9-mm1`; the first mail if there are several. */
export async function findMmRelease(db: Snapshot, name: string): Promise<MmRelease | null> {
  const line = await db.get<MmReleaseLine & Record<string, never>>(
    `SELECT ${LINE} FROM mm_release r ${JOINS} WHERE r.name = ? ORDER BY r.message_id LIMIT 1`,
    [name],
  );
  if (!line) return null;
  const remarks = await db.all<MmRemarkLine>(
    'SELECT subject, text, unmerged, line FROM mm_remark WHERE message_id = ? ORDER BY position',
    [line.message_id],
  );
  const entries = await db.all<MmEntryLine>(
    `SELECT e.kind, e.file, e.note, e.line,
       coalesce(e.title, (SELECT a.title FROM mm_entry a WHERE a.message_id = e.message_id AND a.kind = 'all' AND a.file = e.file)) AS title,
       CASE WHEN e.file <> '' THEN (SELECT r.name FROM mm_entry a JOIN mm_release r ON r.message_id = a.message_id
         WHERE a.file = e.file AND a.kind = 'added' ORDER BY a.message_id LIMIT 1) END AS entered
     FROM mm_entry e WHERE e.message_id = ? ORDER BY e.position`,
    [line.message_id],
  );
  return { ...line, remarks, entries };
}

/** An event of a patch file in the -mm tree, with the mail that reports it. */
export interface MmEvent {
  kind: 'added' | 'dropped' | 'kept' | 'all';
  file: string;
  title: string | null;
  note: string | null;
  message_id: number;
  msgid: string;
  /** The announced release; null for an mm-commits mail. */
  release: string | null;
}

const EVENT = `SELECT e.kind, e.file, e.title, e.note, e.message_id, m.msgid, r.name AS release
  FROM mm_entry e JOIN message m ON m.id = e.message_id LEFT JOIN mm_release r ON r.message_id = e.message_id`;

/** A patch file's history in the -mm tree, in order of time: when it entered, its releases, when and why it left. */
export function mmStay(db: Snapshot, file: string): Promise<MmEvent[]> {
  return db.all<MmEvent>(`${EVENT} WHERE e.file = ? ORDER BY e.message_id, e.position LIMIT 1000`, [file]);
}

/** The months with mm-commits mails, newest first, with the numbers of patches that entered and left. */
export function mmMonths(db: Snapshot): Promise<{ month: string; added: number; dropped: number }[]> {
  return db.all(
    `SELECT strftime('%Y-%m', e.message_id / ${IDS_PER_SECOND}, 'unixepoch') AS month, sum(e.kind = 'added') AS added, sum(e.kind = 'dropped') AS dropped
     FROM mm_entry e WHERE NOT EXISTS (SELECT 1 FROM mm_release r WHERE r.message_id = e.message_id) GROUP BY 1 ORDER BY 1 DESC`,
  );
}

/** Patches that entered or left by mm-commits mails between two times (Unix seconds, the second exclusive). */
export function mmEvents(db: Snapshot, from: number, to: number): Promise<MmEvent[]> {
  return db.all<MmEvent>(
    `${EVENT} WHERE e.message_id >= ? AND e.message_id < ? AND r.name IS NULL ORDER BY e.message_id LIMIT 5000`,
    [firstIdAt(from), firstIdAt(to)],
  );
}

/** Whether the note on a group of removed patches says that they were merged. */
export function isMerged(note: string | null): boolean {
  return note !== null && /^(?:merged\b|.*\bit was merged\b)/i.test(note);
}

/** `npm run export -- mm`: one object per announcement, sorted by time. */
export async function* exportMm(db: Snapshot): AsyncGenerator<object> {
  const releases = await db.all<{ message_id: number; name: string; msgid: string; sent_at: number }>(
    'SELECT r.message_id, r.name, m.msgid, m.sent_at FROM mm_release r JOIN message m ON m.id = r.message_id ORDER BY m.id',
  );
  for (const { message_id, name, msgid, sent_at } of releases) {
    const remarks = await db.all<MmRemarkLine>(
      `SELECT subject, text FROM mm_remark WHERE message_id = ? AND subject <> '' ORDER BY position`,
      [message_id],
    );
    const entries = await db.all<{ kind: string; file: string; note: string | null }>(
      'SELECT kind, file, note FROM mm_entry WHERE message_id = ? ORDER BY position',
      [message_id],
    );
    const left = entries.filter((entry) => entry.kind === 'dropped');
    yield {
      release: name,
      msgid,
      sent_at: rfc3339(sent_at),
      added: entries.filter((entry) => entry.kind === 'added').map((entry) => entry.file),
      dropped: left.filter((entry) => !isMerged(entry.note)).map((entry) => entry.file),
      merged: left.filter((entry) => isMerged(entry.note)).map((entry) => entry.file),
      remarks: remarks.map(({ subject, text }) => ({ subject, text })),
    };
  }
}

/** Whether the archive has announcements of the -mm tree, or mm-commits mails. */
export async function hasMm(db: Snapshot): Promise<boolean> {
  return (await db.get('SELECT 1 FROM mm_release UNION ALL SELECT 1 FROM mm_entry LIMIT 1')) !== undefined;
}
