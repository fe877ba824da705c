import { addTo } from '#mail/groups';
import { firstIdAt } from '#mail/ids';
import { textKey } from '#patch/fingerprint';
import { IN_SERIES, PATCH_KIND, type PatchFact, type Revision } from '#patch/kinds';
import { parseSubject, titleKey } from '#patch/subject';
import type { Reads, Transaction, Value } from '../open';
import { insertRows } from './insert';
import { manyRows } from './many';
import { loadFacts } from './patchfacts';

/** The columns of the tables of facts, `message_id` first, in the order of the ingest workers' rows (ingest/patch/rows.ts). */
export const PATCH_TABLES: Record<string, string> = {
  patch_dirty: 'message_id',
  patch:
    'message_id, kind, revision, part, position, total, marks, stable, title_key, author_key, patch_id, print, files, added, removed, change_id, base_commit, addressee, earlier',
  trailer: 'message_id, line, key, name, address, value',
  claim: 'message_id, line, nth, kind, source, msgid, title, title_key, oid, tree, speaker',
  mm_release: 'message_id, name, previous, patches, location',
  mm_remark: 'message_id, position, subject, text, unmerged, line',
  mm_entry: 'message_id, position, kind, file, title, note, line',
};

/**
 * How far apart in time (as message ids) patches may be that belong to a set of an author (ingest/patch/sets.ts), to versions by files
 * alone, or to versions by title (FILE_REACH and REACH in ingest/patch/link.ts). Two weeks are added, because a set's time is that of
 * its first mail and the last may come a week later.
 */
const SET_REACH = firstIdAt(14 * 86400);
const FILE_REACH = firstIdAt((183 + 14) * 86400);
const TITLE_REACH = firstIdAt((548 + 14) * 86400);

/** Mails linked in one transaction: limits memory, and how long the writer holds the lock. */
const DIRTY_AT_ONCE = 25_000;

/** Kinds of mails that belong to series; and below, those that replies can be about (pull requests too). */
const SERIES_KINDS = `(${IN_SERIES})`;
const TARGET_KINDS = `(${[...IN_SERIES, PATCH_KIND.pull]})`;

/**
 * Creates temporary tables: patches to be linked, mails whose claims are to be resolved, and series to be judged. Queries join them by
 * CROSS JOIN, so that SQLite begins with them (https://sqlite.org/optoverview.html, 8); otherwise it considers them as large as any
 * table, and reads all patches, claims or replies of the archive for a hundred new mails.
 */
export async function prepareLinking(db: Transaction): Promise<void> {
  await db.exec(`CREATE TEMP TABLE IF NOT EXISTS linking (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE IF NOT EXISTS claiming (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE IF NOT EXISTS touched (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE IF NOT EXISTS judging (id INTEGER PRIMARY KEY);`);
}

/** Dirty mails that are linked together: those after the first id, up to the second. */
export interface Part {
  after: number;
  last: number;
}

/** The next part of the mails to link; null if none is left after that id. */
export async function nextDirty(db: Reads, after: number): Promise<Part | null> {
  const row = await db.get<{ last: number | null }>(
    'SELECT max(message_id) AS last FROM (SELECT message_id FROM patch_dirty WHERE message_id > ? ORDER BY message_id LIMIT ?)',
    [after, DIRTY_AT_ONCE],
  );
  return row && row.last !== null ? { after, last: row.last } : null;
}

/** A part's mails, as a table. */
export const dirtyIn = ({ after, last }: Part) =>
  `(SELECT message_id FROM patch_dirty WHERE message_id > ${after} AND message_id <= ${last})`;

/** Updates replies and files, and collects the patches that may be related to the dirty mails. */
export async function gatherPatches(db: Transaction, part: Part): Promise<PatchFact[]> {
  const dirty = dirtyIn(part);
  await db.exec('DELETE FROM linking; DELETE FROM claiming; DELETE FROM touched;');
  await linkReplies(db, dirty);
  await indexFiles(db, dirty);
  await gatherKin(db, dirty);
  return loadFacts(db, await linkingIds(db));
}

export async function finishDirty(db: Transaction, { last }: Part): Promise<void> {
  await db.exec(`DELETE FROM patch_dirty WHERE message_id <= ${last}`);
}

const linkingIds = async (db: Reads) =>
  (await db.all<{ id: number }>('SELECT id FROM linking ORDER BY id')).map(({ id }) => id);

interface PlaceRow {
  thread: number;
  position: number;
  parent: number | null;
  id: number | null;
  target: number | null;
  kind: number | null;
  nth: number | null;
  title: number | null;
}

/** Threads whose replies are linked at a time: places of all threads of 25,000 mails take some 50 MB. */
const THREADS_AT_ONCE = 500;

async function linkReplies(db: Transaction, dirty: string): Promise<void> {
  const changed = await db.all<{ thread: number }>(
    `SELECT DISTINCT m.thread FROM message m WHERE m.id IN ${dirty} ORDER BY 1`,
  );
  for (let at = 0; at < changed.length; at += THREADS_AT_ONCE)
    await linkRepliesOf(db, JSON.stringify(changed.slice(at, at + THREADS_AT_ONCE).map(({ thread }) => thread)));
}

/** For every mail in these threads: the nearest patch, cover letter or pull request above it. */
async function linkRepliesOf(db: Transaction, threads: string): Promise<void> {
  const rows = await manyRows<PlaceRow>(
    db,
    'thread position parent id target kind nth title',
    `SELECT l.thread, l.position, l.parent, l.message_id AS id, p.message_id AS target, p.kind, p.position AS nth, p.title_key AS title
     FROM place l LEFT JOIN patch p ON p.message_id = l.message_id AND p.kind IN ${TARGET_KINDS}
     WHERE l.thread IN (SELECT m.thread FROM json_each(?) d CROSS JOIN message m ON m.thread = d.value CROSS JOIN patch q ON q.message_id = m.id)
     ORDER BY l.thread, l.position`,
    [threads],
  );
  const replies: Reply[] = [];
  let thread = -1;
  let above: (number | null)[] = [];
  for (const row of rows) {
    if (row.thread !== thread) [thread, above] = [row.thread, []];
    const parent = row.parent === null ? null : (above[row.parent] ?? null);
    above[row.position] = row.target ?? parent;
    if (row.id !== null && row.target === null && parent !== null) replies.push({ id: row.id, thread, to: parent });
  }
  await nameTheirPatch(db, replies, rows);
  await db.run(
    'DELETE FROM patch_reply WHERE message_id IN (SELECT id FROM message WHERE thread IN (SELECT value FROM json_each(?)))',
    [threads],
  );
  await insertRows(
    db,
    'INSERT OR REPLACE INTO patch_reply (message_id, patch_id)',
    replies.map(({ id, to }) => [id, to]),
  );
}

interface Reply {
  id: number;
  thread: number;
  to: number;
}

/** Some mailers place an answer "Re: [PATCH 2/7] x" below the cover letter; it is only about that patch. */
async function nameTheirPatch(db: Reads, replies: Reply[], rows: PlaceRow[]): Promise<void> {
  const covers = new Set(rows.flatMap(({ target, kind }) => (kind === PATCH_KIND.cover && target ? [target] : [])));
  const below = replies.filter(({ to }) => covers.has(to));
  const subjects = await db.all<{ id: number; subject: string }>(
    `SELECT id, subject FROM message WHERE id IN (SELECT value FROM json_each(?)) AND subject LIKE '%/%]%'`,
    [JSON.stringify(below.map(({ id }) => id))],
  );
  const subjectOf = new Map(subjects.map(({ id, subject }) => [id, subject]));
  const patches = new Map<string, number[]>();
  for (const { thread, target, nth, title } of rows) {
    if (target === null || !nth) continue;
    addTo(patches, `${thread} ${nth} ${title}`, target);
  }
  for (const reply of below) {
    const { position, title } = parseSubject(subjectOf.get(reply.id) ?? '');
    if (!position) continue;
    const named = patches.get(`${reply.thread} ${position} ${textKey(titleKey(title))}`) ?? [];
    reply.to = Math.max(...named.filter((id) => id < reply.id), 0) || reply.to;
  }
}

/**
 * Collects in `linking` the patches that may be related to the dirty ones: same author and file, title, change-id or thread, and those
 * named as earlier versions; then all mails of their series, because each revision's predecessor may change. Does not include an
 * author's patches to other files: the busiest authors send thousands in half a year.
 */
async function gatherKin(db: Transaction, dirty: string): Promise<void> {
  const own = (column: string) =>
    `SELECT ${column} FROM patch WHERE message_id IN ${dirty} AND kind IN ${SERIES_KINDS}`;
  const add = (where: string) =>
    db.run(`INSERT OR IGNORE INTO linking SELECT message_id FROM patch WHERE kind IN ${SERIES_KINDS} AND ${where}`);
  /** Patches with the same author or title, posted at most `reach` before the first or after the last dirty one. */
  const near = (column: string, reach: number) =>
    db.run(
      `INSERT OR IGNORE INTO linking SELECT p.message_id
       FROM (SELECT ${column} AS value, min(message_id) AS first, max(message_id) AS last FROM patch
             WHERE message_id IN ${dirty} AND kind IN ${SERIES_KINDS} GROUP BY 1) d
       CROSS JOIN patch p ON p.${column} = d.value AND p.message_id BETWEEN d.first - ${reach} AND d.last + ${reach}
       WHERE p.kind IN ${SERIES_KINDS}`,
    );
  await add(`message_id IN ${dirty}`);
  await near('author_key', SET_REACH);
  await near('title_key', TITLE_REACH);
  await db.run(
    `INSERT OR IGNORE INTO linking SELECT p.message_id
     FROM (SELECT q.author_key AS author, f.file, min(q.message_id) AS first, max(q.message_id) AS last
           FROM patch q JOIN patch_file f ON f.message_id = q.message_id
           WHERE q.message_id IN ${dirty} AND q.kind IN ${SERIES_KINDS} GROUP BY 1, 2) d
     CROSS JOIN patch_file n ON n.file = d.file AND n.message_id BETWEEN d.first - ${FILE_REACH} AND d.last + ${FILE_REACH}
     CROSS JOIN patch p ON p.message_id = n.message_id AND p.author_key = d.author
     WHERE p.kind IN ${SERIES_KINDS}`,
  );
  await add(`change_id IN (${own('change_id')})`);
  await add(
    `message_id IN (SELECT id FROM message WHERE thread IN (SELECT thread FROM message WHERE id IN (${own('message_id')})))`,
  );
  const named = await db.all<{ earlier: string }>(`${own('earlier')} AND earlier IS NOT NULL`);
  const ids = [...new Set(named.flatMap(({ earlier }) => earlier.split('\n')))];
  await db.run(
    `INSERT OR IGNORE INTO linking SELECT p.message_id FROM json_each(?) j JOIN message m ON m.msgid = j.value
     JOIN patch p ON p.message_id = m.id WHERE p.kind IN ${SERIES_KINDS}`,
    [JSON.stringify(ids)],
  );
  await db.run(
    `INSERT OR IGNORE INTO linking SELECT p.message_id FROM revision r CROSS JOIN patch p ON p.revision_id = r.id
     WHERE r.series_id IN (SELECT r.series_id FROM linking l CROSS JOIN patch p ON p.message_id = l.id CROSS JOIN revision r ON r.id = p.revision_id)`,
  );
}

/** Replaces the revisions of the mails in `linking`. Series rows follow in replaceSeries. */
export async function replaceRevisions(db: Transaction, revisions: Revision[]): Promise<void> {
  const former =
    'SELECT DISTINCT r.series_id FROM linking l CROSS JOIN patch p ON p.message_id = l.id CROSS JOIN revision r ON r.id = p.revision_id';
  await db.run(`INSERT OR IGNORE INTO touched ${former}`);
  await db.run('DELETE FROM revision WHERE series_id IN (SELECT id FROM touched)');
  await db.run('DELETE FROM series WHERE id IN (SELECT id FROM touched)');
  await db.run('DELETE FROM objection WHERE series_id IN (SELECT id FROM touched)');
  await insertRows(
    db,
    'INSERT OR REPLACE INTO revision (id, series_id, number, part, resend, cover_id, total, previous, link, likeness)',
    revisions.map((one) => [
      one.id,
      one.series,
      one.number,
      one.part || null,
      one.isResend ? 1 : 0,
      one.cover,
      one.total,
      one.previous,
      one.link,
      one.link ? one.likeness : null,
    ]),
  );
  const members = revisions.flatMap((one) => one.members.map((id) => [id, one.id]));
  await db.run(
    'UPDATE patch SET revision_id = j.value ->> 1 FROM json_each(?) j WHERE patch.message_id = j.value ->> 0 AND revision_id IS NOT j.value ->> 1',
    [JSON.stringify(members)],
  );
  await db.run('INSERT OR IGNORE INTO touched SELECT value FROM json_each(?)', [
    JSON.stringify([...new Set(revisions.map((one) => one.series))]),
  ]);
}

/** Records which patches change a file, to find related patches, copies and series. */
async function indexFiles(db: Transaction, dirty: string): Promise<void> {
  const rows = await db.all<{ id: number; files: string }>(
    `SELECT message_id AS id, files FROM patch WHERE message_id IN ${dirty} AND files IS NOT NULL`,
  );
  const pairs = rows.flatMap(({ id, files }) => files.split('\n').map((path): Value[] => [textKey(path), id]));
  pairs.sort((a, b) => (a[0] as number) - (b[0] as number));
  await insertRows(db, 'INSERT OR IGNORE INTO patch_file (file, message_id)', pairs);
}
