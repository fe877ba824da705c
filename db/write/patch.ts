import type { PatchAnalysis, PatchFact, Revision, StoredClaim } from '#mail/patch';
import { textKey } from '#mail/print';
import { parseSubject } from '#mail/subject';
import type { Connection, Value } from '../open';
import { insertRows } from './insert';
import { writeSeries } from './series';

/** Columns of the tables of facts, `message_id` first, as the ingest workers send their rows (ingest/patch/rows.ts). */
export const PATCH_TABLES: Record<string, string> = {
  patch_dirty: 'message_id',
  patch:
    'message_id, kind, revision, part, position, total, marks, stable, title_key, author_key, patch_id, print, files, added, removed, change_id, base_commit, earlier',
  trailer: 'message_id, line, key, name, address, value',
  claim: 'message_id, line, nth, kind, source, msgid, title, title_key, oid, tree',
  mm_release: 'message_id, name, previous, patches, location',
  mm_remark: 'message_id, position, subject, text, unmerged, line',
  mm_entry: 'message_id, position, kind, file, title, note, line',
};

/** A copy comes at most two years after the patch (ingest/patch/outcome.ts REACH), in message ids (8 a second). */
const COPY_REACH = 730 * 86400 * 8;

/**
 * How far apart in time (message ids, 8 a second) an author's patches may be of one set (ingest/patch/sets.ts `fits`, with a week to
 * spare), versions by their files alone, and patches of one title by it (ingest/patch/link.ts FILE_REACH and REACH, with two months
 * to spare, since a set counts from its first mail).
 */
const SET_REACH = 14 * 86400 * 8;
const FILE_REACH = (183 + 60) * 86400 * 8;
const TITLE_REACH = (548 + 60) * 86400 * 8;

/** Mails linked in one transaction: bounds memory, and how long the writer holds the lock. */
const DIRTY_AT_ONCE = 40_000;

/** PATCH_KIND of mails that belong to series (patch, cover, stable), and of those that replies can speak of (pull requests too). */
const SERIES_KINDS = '(1, 2, 5)';
const TARGET_KINDS = '(1, 2, 3, 5)';

/**
 * Brings series, replies, outcomes and states up to date with the mails stored since the last call. Needs `place` of their
 * threads to be up to date. Killed in between, the next call goes on. What comes out does not depend on the batches.
 */
export async function linkPatches(db: Connection, analysis: PatchAnalysis): Promise<void> {
  await db.exec(`CREATE TEMP TABLE IF NOT EXISTS linking (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE IF NOT EXISTS claiming (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE IF NOT EXISTS touched (id INTEGER PRIMARY KEY);`);
  for (;;) {
    const last = await db.get<{ id: number | null }>(
      'SELECT max(message_id) AS id FROM (SELECT message_id FROM patch_dirty ORDER BY message_id LIMIT ?)',
      [DIRTY_AT_ONCE],
    );
    if (last?.id == null) return;
    const upTo = last.id;
    await db.transaction(() => linkDirty(db, analysis, upTo));
  }
}

async function linkDirty(db: Connection, analysis: PatchAnalysis, last: number): Promise<void> {
  const dirty = `(SELECT message_id FROM patch_dirty WHERE message_id <= ${last})`;
  await db.exec('DELETE FROM linking; DELETE FROM claiming; DELETE FROM touched;');
  await linkReplies(db, dirty);
  await indexFiles(db, dirty);
  await gatherKin(db, dirty);
  const facts = await loadFacts(db, await linkingIds(db));
  const revisions = analysis.linkSeries(facts);
  await replaceRevisions(db, revisions);
  await resolveOutcomes(db, analysis, dirty, new Map(facts.map((fact) => [fact.id, fact])));
  await touchSeries(db, dirty);
  await writeSeries(db, analysis);
  await db.exec(`DELETE FROM patch_dirty WHERE message_id <= ${last}`);
}

interface PlaceRow {
  thread: number;
  position: number;
  parent: number | null;
  id: number | null;
  target: number | null;
}

/** For every mail of the threads that changed: the nearest patch, cover letter or pull request above it. */
async function linkReplies(db: Connection, dirty: string): Promise<void> {
  const threads = `SELECT DISTINCT m.thread FROM message m WHERE m.id IN ${dirty}`;
  const rows = await db.all<PlaceRow>(
    `SELECT l.thread, l.position, l.parent, l.message_id AS id, p.message_id AS target
     FROM place l LEFT JOIN patch p ON p.message_id = l.message_id AND p.kind IN ${TARGET_KINDS}
     WHERE l.thread IN (SELECT thread FROM message WHERE id IN (SELECT message_id FROM patch) AND thread IN (${threads}))
     ORDER BY l.thread, l.position`,
  );
  const replies: Value[][] = [];
  let thread = -1;
  let above: (number | null)[] = [];
  for (const row of rows) {
    if (row.thread !== thread) [thread, above] = [row.thread, []];
    const parent = row.parent === null ? null : (above[row.parent] ?? null);
    above[row.position] = row.target ?? parent;
    if (row.id !== null && row.target === null && parent !== null) replies.push([row.id, parent]);
  }
  await db.run(`DELETE FROM patch_reply WHERE message_id IN (SELECT id FROM message WHERE thread IN (${threads}))`);
  await insertRows(db, 'INSERT OR REPLACE INTO patch_reply (message_id, patch_id)', replies);
}

/**
 * Gathers in `linking` the patches that the dirty ones may have to do with: same author and file, title, change-id or thread, and those
 * named as earlier versions; then all mails of their series, because each revision's predecessor may change. An author's patches to
 * other files are left out: the busiest send thousands in half a year.
 */
async function gatherKin(db: Connection, dirty: string): Promise<void> {
  const own = (column: string) =>
    `SELECT ${column} FROM patch WHERE message_id IN ${dirty} AND kind IN ${SERIES_KINDS}`;
  const add = (where: string) =>
    db.run(`INSERT OR IGNORE INTO linking SELECT message_id FROM patch WHERE kind IN ${SERIES_KINDS} AND ${where}`);
  /** Patches of the same author or title, posted not longer than `reach` before the first or after the last dirty one of theirs. */
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
    `INSERT OR IGNORE INTO linking SELECT p.message_id FROM patch p JOIN revision r ON r.id = p.revision_id
     WHERE r.series_id IN (SELECT r.series_id FROM linking l JOIN patch p ON p.message_id = l.id JOIN revision r ON r.id = p.revision_id)`,
  );
}

interface FactRow {
  id: number;
  msgid: string;
  sent_at: number;
  thread: number;
  refs: string;
  subject: string;
  kind: number;
  revision: number;
  part: string | null;
  position: number | null;
  total: number | null;
  marks: number;
  stable: string | null;
  title_key: number;
  author_key: number;
  patch_id: string | null;
  print: string | null;
  files: string | null;
  change_id: string | null;
  earlier: string | null;
}

/** References kept of each mail: the root and the nearest ones tell of threads and parents; chains of hundreds would not fit memory. */
const REFS_KEPT = 6;

const linkingIds = async (db: Connection) =>
  (await db.all<{ id: number }>('SELECT id FROM linking ORDER BY id')).map(({ id }) => id);

/** Facts read at a time: their rows are three times as large as what is kept of them. */
const FACTS_AT_ONCE = 4000;

/** Facts of the patches among `ids`, in their order. */
async function loadFacts(db: Connection, ids: number[]): Promise<PatchFact[]> {
  const facts: PatchFact[] = [];
  for (let at = 0; at < ids.length; at += FACTS_AT_ONCE) {
    const rows = await db.all<FactRow>(
      `SELECT m.id, m.msgid, m.sent_at, m.thread, m.refs, m.subject, p.kind, p.revision, p.part, p.position, p.total, p.marks,
         p.stable, p.title_key, p.author_key, p.patch_id, p.print, p.files, p.change_id, p.earlier
       FROM json_each(?) j CROSS JOIN patch p ON p.message_id = j.value CROSS JOIN message m ON m.id = j.value ORDER BY j.key`,
      [JSON.stringify(ids.slice(at, at + FACTS_AT_ONCE))],
    );
    for (const row of rows) facts.push(factOf(row));
  }
  return facts;
}

function factOf(row: FactRow): PatchFact {
  // Named apart: the getter below would keep the whole row.
  const { subject } = row;
  const refs = row.refs ? row.refs.split(' ') : [];
  return {
    id: row.id,
    msgid: row.msgid,
    sentAt: row.sent_at,
    thread: row.thread,
    refs: refs.length > REFS_KEPT ? [refs[0] as string, ...refs.slice(1 - REFS_KEPT)] : refs,
    authorKey: row.author_key,
    kind: row.kind as PatchFact['kind'],
    revision: row.revision,
    revisionPart: row.part ?? '',
    position: row.position,
    total: row.total,
    marks: row.marks,
    stable: row.stable,
    // Taken apart only for the few pairs whose titles differ.
    get title() {
      return parseSubject(subject).title;
    },
    titleKey: row.title_key,
    patchId: row.patch_id,
    print: decodePrint(row.print),
    files: row.files ? row.files.split('\n').map(textKey) : [],
    changeId: row.change_id,
    earlier: row.earlier ? row.earlier.split('\n') : [],
  };
}

function decodePrint(text: string | null): Uint32Array {
  const bytes = Buffer.from(text ?? '', 'base64');
  const print = new Uint32Array(bytes.length >> 2);
  for (let i = 0; i < print.length; i++) print[i] = bytes.readUInt32LE(i * 4);
  return print;
}

/** Puts the revisions of the mails in `linking` in place of the former ones. Series rows follow in writeSeries. */
async function replaceRevisions(db: Connection, revisions: Revision[]): Promise<void> {
  const former =
    'SELECT DISTINCT r.series_id FROM linking l JOIN patch p ON p.message_id = l.id JOIN revision r ON r.id = p.revision_id';
  await db.run(`INSERT OR IGNORE INTO touched ${former}`);
  await db.run('DELETE FROM revision WHERE series_id IN (SELECT id FROM touched)');
  await db.run('DELETE FROM series WHERE id IN (SELECT id FROM touched)');
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

/** Which patches touch a file: for related series. */
async function indexFiles(db: Connection, dirty: string): Promise<void> {
  const rows = await db.all<{ id: number; files: string }>(
    `SELECT message_id AS id, files FROM patch WHERE message_id IN ${dirty} AND files IS NOT NULL`,
  );
  const pairs = rows.flatMap(({ id, files }) => files.split('\n').map((path): Value[] => [textKey(path), id]));
  pairs.sort((a, b) => (a[0] as number) - (b[0] as number));
  await insertRows(db, 'INSERT OR IGNORE INTO patch_file (file, message_id)', pairs);
}

interface ClaimRow extends Omit<StoredClaim, 'self' | 'titleKey'> {
  title_key: number | null;
}

/** Resolves the claims of new mails, and those that may mean patches of `linking`. */
async function resolveOutcomes(
  db: Connection,
  analysis: PatchAnalysis,
  dirty: string,
  known: Map<number, PatchFact>,
): Promise<void> {
  await gatherClaims(db, dirty);
  const rows = await db.all<ClaimRow>(
    `SELECT c.message_id AS evidence, c.line, c.kind, c.source, c.msgid, c.title, c.title_key, c.oid, c.tree, r.patch_id AS parent
     FROM claiming n JOIN claim c ON c.message_id = n.id LEFT JOIN patch_reply r ON r.message_id = c.message_id ORDER BY 1, 2, c.nth`,
  );
  if (rows.length === 0) return;
  const revisions = await revisionOfEach(db);
  const missing = [...revisions.keys()].filter((id) => !known.has(id));
  for (const fact of await loadFacts(db, missing)) known.set(fact.id, fact);
  const facts = [...revisions.keys()].map((id) => known.get(id) as PatchFact);
  const claims = rows.map(
    ({ title_key, ...row }): StoredClaim => ({ ...row, titleKey: title_key, self: known.get(row.evidence) ?? null }),
  );
  const outcomes = analysis.resolveClaims(claims, facts, (id) => revisions.get(id) ?? null);
  await db.run(
    `INSERT OR IGNORE INTO touched SELECT r.series_id FROM outcome o JOIN claiming c ON c.id = o.evidence_id
     JOIN patch p ON p.message_id = o.patch_id JOIN revision r ON r.id = p.revision_id`,
  );
  await db.run('DELETE FROM outcome WHERE evidence_id IN (SELECT id FROM claiming)');
  await insertRows(
    db,
    'INSERT OR IGNORE INTO outcome (patch_id, evidence_id, line, kind, source, how, oid, tree)',
    outcomes.map((one) => [one.patch, one.evidence, one.line, one.kind, one.source, one.how, one.oid, one.tree]),
  );
}

/**
 * Gathers in `claiming` the mails whose claims are to be resolved again: the new ones, those that may mean patches of `linking`, and
 * what was said of the patches that these may mean (it decides between equal versions).
 */
async function gatherClaims(db: Connection, dirty: string): Promise<void> {
  const add = (where: string) =>
    db.run(`INSERT OR IGNORE INTO claiming SELECT DISTINCT message_id FROM claim WHERE ${where}`);
  const replies = 'message_id IN (SELECT r.message_id FROM patch_reply r JOIN linking l ON l.id = r.patch_id)';
  // Replies of the same threads too: another patch may now stand nearest above them.
  await add(`message_id IN (SELECT id FROM message WHERE thread IN (SELECT thread FROM message WHERE id IN ${dirty}))`);
  await gatherTargets(db);
  await add('title_key IN (SELECT p.title_key FROM linking l JOIN patch p ON p.message_id = l.id)');
  await add('msgid IN (SELECT m.msgid FROM linking l JOIN message m ON m.id = l.id)');
  await add(replies);
  await gatherTargets(db);
  await add(replies);
}

/** Adds to `linking` the patches that the claims may mean, those posted with them, and the patches that the claims' mails carry. */
async function gatherTargets(db: Connection): Promise<void> {
  const add = (select: string) => db.run(`INSERT OR IGNORE INTO linking ${select}`);
  await add('SELECT p.message_id FROM claiming n JOIN patch p ON p.message_id = n.id');
  await add(
    'SELECT p.message_id FROM claiming n JOIN claim c ON c.message_id = n.id JOIN patch p ON p.title_key = c.title_key',
  );
  await add(
    'SELECT p.message_id FROM claiming n JOIN claim c ON c.message_id = n.id JOIN message m ON m.msgid = c.msgid JOIN patch p ON p.message_id = m.id',
  );
  // Copies (tip, stable, mm, notices) are compared with patches of their patch_id and files, of the two years before.
  const copies = 'claiming n JOIN patch p ON p.message_id = n.id AND p.kind IN (4, 5, 7, 8)';
  await add(`SELECT q.message_id FROM ${copies} JOIN patch q ON q.patch_id = p.patch_id`);
  await add(
    `SELECT g.message_id FROM ${copies} JOIN patch_file f ON f.message_id = n.id JOIN patch_file g ON g.file = f.file
     AND g.message_id BETWEEN n.id - ${COPY_REACH} AND n.id`,
  );
  await add('SELECT r.patch_id FROM claiming n JOIN patch_reply r ON r.message_id = n.id');
  await add(
    'SELECT q.message_id FROM linking l JOIN patch p ON p.message_id = l.id JOIN patch q ON q.revision_id = p.revision_id',
  );
}

/** The mails in `linking`, ascending, with the revision of each; null where it belongs to none (pull requests, scripts' mails). */
async function revisionOfEach(db: Connection): Promise<Map<number, number | null>> {
  const rows = await db.all<{ id: number; revision: number | null }>(
    'SELECT p.message_id AS id, p.revision_id AS revision FROM linking l JOIN patch p ON p.message_id = l.id ORDER BY l.id',
  );
  return new Map(rows.map(({ id, revision }) => [id, revision]));
}

/** Series whose replies or outcomes changed need their state again. */
async function touchSeries(db: Connection, dirty: string): Promise<void> {
  const seriesOf = (patches: string) =>
    `SELECT r.series_id FROM patch p JOIN revision r ON r.id = p.revision_id WHERE p.message_id IN (${patches})`;
  await db.run(
    `INSERT OR IGNORE INTO touched ${seriesOf(`SELECT patch_id FROM patch_reply WHERE message_id IN ${dirty}`)}`,
  );
  await db.run(
    `INSERT OR IGNORE INTO touched ${seriesOf('SELECT o.patch_id FROM outcome o JOIN claiming c ON c.id = o.evidence_id')}`,
  );
}
