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

/** Announcements, newest first. */
export function mmReleases(db: Snapshot, limit = 500): Promise<MmReleaseLine[]> {
  return db.all<MmReleaseLine>(`SELECT ${LINE} FROM mm_release r ${JOINS} ORDER BY r.message_id DESC LIMIT ?`, [limit]);
}

export interface MmRemarkLine {
  subject: string;
  text: string;
  unmerged: number;
  line: number;
}

/** One line of the changelog ('added', 'dropped', 'kept', 'note') or of the list of all patches ('all'). */
export interface MmEntryLine {
  kind: 'added' | 'dropped' | 'kept' | 'note' | 'all';
  file: string;
  title: string | null;
  note: string | null;
  line: number;
  /** Release in which the patch first entered, of the releases known here; null where none tells. */
  entered: string | null;
}

export interface MmRelease extends MmReleaseLine {
  remarks: MmRemarkLine[];
  entries: MmEntryLine[];
}

/** One release by its name, `2.6.9-mm1`; the first mail of that name where there are several. */
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

/** What a note on a group that left says of where it went. */
export function isMerged(note: string | null): boolean {
  return note !== null && /^merged\b/i.test(note);
}

/** `npm run export -- mm`: one object an announcement, sorted by time. */
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
