import { firstIdAt } from '#mail/ids';
import { CLAIM, type Outcome, type PatchFact, SPOKEN, type StoredClaim } from '#patch/kinds';
import type { Reads, Transaction } from '../open';
import { insertRows } from './insert';
import { manyRows } from './many';
import { dirtyIn, type Part } from './patch';
import { loadFacts } from './patchfacts';

/** Copies, and mails that name a patch by title, come at most two years after the patch (REACH in ingest/patch/outcome.ts). */
const COPY_REACH = firstIdAt(730 * 86400);
/** The ids of one second: the order within a second is decided by times. */
const SECOND = firstIdAt(1);

interface ClaimRow extends Omit<StoredClaim, 'self' | 'titleKey' | 'isDirect'> {
  title_key: number | null;
  direct: number;
}

/** Claims to be resolved, the patches that they may be about, and the revision of each. */
export interface ClaimFacts {
  claims: StoredClaim[];
  facts: PatchFact[];
  revisionOf(id: number): number | null;
}

/** The claims in new mails, and claims that may be about patches in `linking`. `known`: facts that were already read, by id. */
export async function gatherClaims(db: Transaction, part: Part, known: Map<number, PatchFact>): Promise<ClaimFacts> {
  await gatherClaiming(db, dirtyIn(part));
  const rows = await manyRows<ClaimRow>(
    db,
    'evidence line kind source msgid title title_key oid tree parent direct',
    `SELECT c.message_id AS evidence, c.line, c.kind, c.source, c.msgid, c.title, c.title_key, c.oid, c.tree, r.patch_id AS parent,
       c.kind = ${CLAIM.changesRequested} AND EXISTS (SELECT 1 FROM place l JOIN place q ON q.thread = l.thread AND q.position = l.parent
         WHERE l.message_id = c.message_id AND q.message_id = r.patch_id) AS direct
     FROM claiming n CROSS JOIN claim c ON c.message_id = n.id LEFT JOIN patch_reply r ON r.message_id = c.message_id ORDER BY 1, 2, c.nth`,
  );
  if (rows.length === 0) return { claims: [], facts: [], revisionOf: () => null };
  const revisions = await revisionOfEach(db);
  const facts = await factsOf(db, [...revisions.keys()], known);
  const claims = rows.map(
    ({ title_key, direct, ...row }): StoredClaim => ({
      ...row,
      titleKey: title_key,
      isDirect: direct === 1,
      self: known.get(row.evidence) ?? null,
    }),
  );
  return { claims, facts, revisionOf: (id) => revisions.get(id) ?? null };
}

/** Replaces the outcomes of the mails in `claiming`. */
export async function replaceOutcomes(db: Transaction, found: Outcome[]): Promise<void> {
  await db.run(
    `INSERT OR IGNORE INTO touched SELECT r.series_id FROM claiming c CROSS JOIN outcome o ON o.evidence_id = c.id
     CROSS JOIN patch p ON p.message_id = o.patch_id CROSS JOIN revision r ON r.id = p.revision_id`,
  );
  await db.run('DELETE FROM outcome WHERE evidence_id IN (SELECT id FROM claiming)');
  await addOutcomes(db, found);
}

export const addOutcomes = (db: Transaction, outcomes: Outcome[]) =>
  insertRows(
    db,
    'INSERT OR IGNORE INTO outcome (patch_id, evidence_id, line, kind, source, how, oid, tree)',
    outcomes.map((one) => [one.patch, one.evidence, one.line, one.kind, one.source, one.how, one.oid, one.tree]),
  );

/** Claims in mails with a patch for which no patch was found. */
export function openCopies(claims: StoredClaim[], found: Outcome[]): StoredClaim[] {
  const done = new Set(found.map(({ evidence, line }) => `${evidence} ${line}`));
  return claims.filter(
    ({ source, self, titleKey, evidence, line }) =>
      !SPOKEN.includes(source) && titleKey !== null && self?.print.length && !done.has(`${evidence} ${line}`),
  );
}

/** The facts of patches in the order of `ids`; unknown ones are read and added to `known`. */
async function factsOf(db: Reads, ids: number[], known: Map<number, PatchFact>): Promise<PatchFact[]> {
  const missing = ids.filter((id) => !known.has(id));
  for (const fact of await loadFacts(db, missing)) known.set(fact.id, fact);
  return ids.map((id) => known.get(id) as PatchFact);
}

/** For a second try: all patches that the authors of these claims' mails posted in the two years before. */
export async function gatherByAuthor(
  db: Reads,
  claims: StoredClaim[],
  known: Map<number, PatchFact>,
): Promise<{ facts: PatchFact[]; applied: Set<number> }> {
  const rows = await db.all<{ id: number; applied: number }>(
    `SELECT q.message_id AS id, EXISTS (SELECT 1 FROM outcome o WHERE o.patch_id = q.message_id AND o.kind IN (${CLAIM.applied}, ${CLAIM.queued})) AS applied
     FROM (SELECT DISTINCT q.message_id FROM json_each(?) j CROSS JOIN patch p ON p.message_id = j.value
       CROSS JOIN patch q ON q.author_key = p.author_key AND q.message_id BETWEEN p.message_id - ${COPY_REACH} AND p.message_id) q`,
    [JSON.stringify([...new Set(claims.map(({ evidence }) => evidence))])],
  );
  const ids = rows.map(({ id }) => id);
  return {
    facts: await factsOf(db, ids, known),
    applied: new Set(rows.flatMap(({ id, applied }) => (applied ? [id] : []))),
  };
}

/**
 * Collects in `claiming` the mails whose claims must be resolved again: the new ones, those that may be about patches in `linking`, and
 * those about the patches that these may be about (they decide between equal versions).
 */
async function gatherClaiming(db: Transaction, dirty: string): Promise<void> {
  const add = (where: string) =>
    db.run(`INSERT OR IGNORE INTO claiming SELECT DISTINCT message_id FROM claim WHERE ${where}`);
  const replies = 'message_id IN (SELECT r.message_id FROM linking l CROSS JOIN patch_reply r ON r.patch_id = l.id)';
  // Also replies in the same threads: another patch may now be the nearest above them.
  await add(`message_id IN (SELECT id FROM message WHERE thread IN (SELECT thread FROM message WHERE id IN ${dirty}))`);
  // Copies with the patch_id, the files or the authors of new patches, from the two years after them: an archive may be read after the
  // copies made from it.
  await add(
    `source NOT IN (${SPOKEN}) AND message_id IN (SELECT q.message_id FROM patch d JOIN patch q ON q.patch_id = d.patch_id
       AND q.message_id BETWEEN d.message_id - ${SECOND} AND d.message_id + ${COPY_REACH} WHERE d.message_id IN ${dirty})`,
  );
  await add(
    `source NOT IN (${SPOKEN}) AND message_id IN (SELECT g.message_id
     FROM (SELECT file, min(message_id) AS first, max(message_id) AS last FROM patch_file WHERE message_id IN ${dirty} GROUP BY 1) d
     CROSS JOIN patch_file g ON g.file = d.file AND g.message_id BETWEEN d.first AND d.last + ${COPY_REACH})`,
  );
  await add(
    `source NOT IN (${SPOKEN}) AND message_id IN (SELECT q.message_id
     FROM (SELECT author_key, min(message_id) AS first, max(message_id) AS last FROM patch WHERE message_id IN ${dirty} GROUP BY 1) d
     CROSS JOIN patch q ON q.author_key = d.author_key AND q.message_id BETWEEN d.first AND d.last + ${COPY_REACH})`,
  );
  await gatherTargets(db);
  await db.run(
    `INSERT OR IGNORE INTO claiming SELECT DISTINCT c.message_id FROM linking l CROSS JOIN patch p ON p.message_id = l.id
     CROSS JOIN claim c ON c.title_key = p.title_key AND c.message_id BETWEEN l.id - ${SECOND} AND l.id + ${COPY_REACH}`,
  );
  await add('msgid IN (SELECT m.msgid FROM linking l CROSS JOIN message m ON m.id = l.id)');
  await add(replies);
  await gatherTargets(db);
  await add(replies);
}

/** The range of ids of patches that a claim with this id may be about. */
const before = (id: string) => `${id} - ${COPY_REACH} AND ${id} + ${SECOND}`;

/** Adds to `linking` the patches that the claims may be about, those posted with them, and the patches in the claims' mails. */
async function gatherTargets(db: Transaction): Promise<void> {
  const add = (select: string) => db.run(`INSERT OR IGNORE INTO linking ${select}`);
  await add('SELECT p.message_id FROM claiming n CROSS JOIN patch p ON p.message_id = n.id');
  await add(
    `SELECT p.message_id FROM claiming n CROSS JOIN claim c ON c.message_id = n.id
     CROSS JOIN patch p ON p.title_key = c.title_key AND p.message_id BETWEEN ${before('n.id')}`,
  );
  await add(
    'SELECT p.message_id FROM claiming n CROSS JOIN claim c ON c.message_id = n.id CROSS JOIN message m ON m.msgid = c.msgid CROSS JOIN patch p ON p.message_id = m.id',
  );
  // Mails of any kind that contain a patch and say that it was applied are compared with patches with their title and patch_id,
  // and with those to their files from the two years before.
  const copies = `(SELECT DISTINCT c.message_id AS id FROM claiming n CROSS JOIN claim c ON c.message_id = n.id
     WHERE c.source NOT IN (${SPOKEN}) AND c.title_key IS NOT NULL) n CROSS JOIN patch p ON p.message_id = n.id AND p.print IS NOT NULL`;
  await add(
    `SELECT q.message_id FROM ${copies} CROSS JOIN patch q ON q.patch_id = p.patch_id AND q.message_id BETWEEN ${before('n.id')}`,
  );
  await add(
    `SELECT q.message_id FROM ${copies} CROSS JOIN patch q ON q.title_key = p.title_key AND q.message_id BETWEEN ${before('n.id')}`,
  );
  await add(
    `SELECT g.message_id FROM ${copies} CROSS JOIN patch_file f ON f.message_id = n.id CROSS JOIN patch_file g ON g.file = f.file
     AND g.message_id BETWEEN n.id - ${COPY_REACH} AND n.id`,
  );
  // "v3 is in my tree", in answer to another version.
  await add(
    `SELECT q.message_id FROM claiming n CROSS JOIN claim c ON c.message_id = n.id CROSS JOIN patch_reply r ON r.message_id = n.id
     CROSS JOIN patch p ON p.message_id = r.patch_id CROSS JOIN patch q ON q.title_key = p.title_key AND q.author_key = p.author_key
     WHERE c.source IN (${SPOKEN}) AND c.title GLOB 'v[0-9]*'`,
  );
  await add('SELECT r.patch_id FROM claiming n CROSS JOIN patch_reply r ON r.message_id = n.id');
  await add(
    `SELECT q.message_id FROM (SELECT DISTINCT p.revision_id AS id FROM linking l CROSS JOIN patch p ON p.message_id = l.id) r
     CROSS JOIN patch q ON q.revision_id = r.id`,
  );
}

/** The mails in `linking`, ascending, with the revision of each; null for those without one (pull requests, scripts' mails). */
async function revisionOfEach(db: Reads): Promise<Map<number, number | null>> {
  const rows = await manyRows<{ id: number; revision: number | null }>(
    db,
    'id revision',
    'SELECT p.message_id AS id, p.revision_id AS revision FROM linking l CROSS JOIN patch p ON p.message_id = l.id ORDER BY l.id',
  );
  return new Map(rows.map(({ id, revision }) => [id, revision]));
}
