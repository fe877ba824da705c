import { addTo } from '#mail/groups';
import {
  type Answer,
  CLAIM,
  type ClaimKind,
  type ClaimSource,
  type Endorsement,
  KEEPER_MAILS,
  KEEPING,
  LINE_UNKNOWN,
  PATCH_KIND,
  type PatchState,
  type RevisionState,
  TAKEN,
  type Word,
} from '#patch/kinds';
import { REVIEWS, STANDING } from '#patch/trailer';
import type { Reads, Transaction, Value } from '../open';
import { insertRows } from './insert';
import { manyRows } from './many';
import { dirtyIn, type Part } from './patch';

/** A series with all data for judging it. */
export interface SeriesFacts {
  id: number;
  revisions: RevisionState[];
}

/** A judged series, ready to be stored. */
export interface SeriesRow {
  id: number;
  title: string;
  author: number;
  changeId: string | null;
  revisions: number;
  patches: number;
  stable: string | null;
  firstId: number;
  postedId: number;
  lastId: number;
  replies: number;
  reviewed: number;
  applied: number;
  status: string;
  isWaiting: boolean;
  addressee: string | null;
  isKeepers: boolean;
  proof: { id: number; line: number } | null;
  objections: { id: number; line: number; isAnswered: boolean }[];
  /** Outcomes that do not count, because they are statements by somebody who cannot do it. */
  doubted: { patch: number; evidence: number; kind: number }[];
}

const SPOKEN_TAKING = `(${[CLAIM.applied, CLAIM.queued]})`;
const quoted = (keys: readonly string[]) => `(${keys.map((key) => `'${key}'`).join(',')})`;

/** Marks the series whose replies, outcomes or speakers changed, to be judged again. */
export async function touchSeries(db: Transaction, part: Part): Promise<void> {
  const dirty = dirtyIn(part);
  const touch = (patches: string) =>
    db.run(
      `INSERT OR IGNORE INTO touched SELECT r.series_id FROM patch p CROSS JOIN revision r ON r.id = p.revision_id WHERE p.message_id IN (${patches})`,
    );
  await touch(`SELECT patch_id FROM patch_reply WHERE message_id IN ${dirty}`);
  await touch('SELECT o.patch_id FROM claiming c CROSS JOIN outcome o ON o.evidence_id = c.id');
  // The targets of reverts that were taken.
  await touch(
    `SELECT o.patch_id FROM claiming c CROSS JOIN outcome x ON x.evidence_id = c.id CROSS JOIN outcome o ON o.evidence_id = x.patch_id AND o.kind = ${CLAIM.reverted}`,
  );
  await touchKeepers(db, dirty, touch);
}

/** Marks the earlier statements of people whom these mails prove to keep a tree; these statements count now. */
async function touchKeepers(db: Reads, dirty: string, touch: (patches: string) => Promise<unknown>): Promise<void> {
  const rows = await db.all<{ speaker: number }>(
    `SELECT DISTINCT speaker FROM claim WHERE message_id IN ${dirty} AND kind IN ${SPOKEN_TAKING} AND source IN (${KEEPING})
       AND ${keeperMails('claim.speaker', `AND k.message_id NOT IN ${dirty}`)} < ${KEEPER_MAILS}`,
  );
  if (rows.length === 0) return;
  const speakers = `(${rows.map(({ speaker }) => speaker)})`;
  await touch(
    `SELECT o.patch_id FROM claim c JOIN outcome o ON o.evidence_id = c.message_id WHERE c.speaker IN ${speakers} AND c.kind IN ${SPOKEN_TAKING}`,
  );
  await touch(`SELECT message_id FROM patch WHERE author_key IN ${speakers}`);
}

/** The number of mails (up to KEEPER_MAILS) in which somebody said plainly that they took a patch. */
const keeperMails = (speaker: string, more = '') =>
  `(SELECT count(*) FROM (SELECT DISTINCT k.message_id FROM claim k WHERE k.speaker = ${speaker} AND k.kind IN ${SPOKEN_TAKING}
     AND k.source IN (${KEEPING}) ${more} LIMIT ${KEEPER_MAILS}))`;

/** The people among these (claim.speaker) who keep a tree. */
export async function keepersAmong(db: Reads, keys: number[]): Promise<Set<number>> {
  const rows = await db.all<{ key: number }>(
    `SELECT j.value AS key FROM json_each(?) j WHERE ${keeperMails('j.value')} >= ${KEEPER_MAILS}`,
    [JSON.stringify(keys)],
  );
  return new Set(rows.map(({ key }) => key));
}

interface MemberRow {
  series: number;
  revision: number;
  number: number;
  part: string | null;
  resend: number;
  id: number;
  cover: number;
  position: number | null;
  subject: string;
  author: number;
  name: string;
  address: string;
  change_id: string | null;
  stable: string | null;
  addressee: string | null;
  marks: number;
}

/** The series in `touched`. */
export const touchedSeries = async (db: Reads): Promise<number[]> =>
  (await manyRows<{ id: number }>(db, 'id', 'SELECT id FROM touched')).map(({ id }) => id);

/** Replaces the series in `touched`. */
export async function touchAgain(db: Transaction, series: number[]): Promise<void> {
  await db.exec('DELETE FROM touched;');
  await insertRows(
    db,
    'INSERT INTO touched (id)',
    series.map((id) => [id]),
  );
}

/** Series judged at a time: the statements about all series that 25,000 mails change take some 40 MB. */
const SERIES_AT_ONCE = 400;

/** Moves some of the series in `touched` to `judging`; false if none is left. */
export async function nextToJudge(db: Transaction): Promise<boolean> {
  await db.exec(`DELETE FROM judging; INSERT INTO judging SELECT id FROM touched ORDER BY id LIMIT ${SERIES_AT_ONCE};
    DELETE FROM touched WHERE id <= (SELECT max(id) FROM judging);`);
  return (await db.get('SELECT 1 FROM judging LIMIT 1')) !== undefined;
}

/** The series in `judging`, with all statements about their patches. */
export async function gatherSeries(db: Reads): Promise<SeriesFacts[]> {
  const rows = await manyRows<MemberRow>(
    db,
    'series revision number part resend id cover position subject author name address change_id stable addressee marks',
    `SELECT r.series_id AS series, r.id AS revision, r.number, r.part, r.resend, m.id, (p.message_id = r.cover_id OR p.kind = ${PATCH_KIND.cover}) AS cover, p.position,
       m.subject, m.author_id AS author, i.name, i.address, p.change_id, p.stable, p.addressee, p.marks
     FROM judging t CROSS JOIN revision r ON r.series_id = t.id CROSS JOIN patch p ON p.revision_id = r.id CROSS JOIN message m ON m.id = p.message_id
     CROSS JOIN identity i ON i.id = m.author_id
     ORDER BY r.series_id, r.id, cover DESC, p.position, m.id`,
  );
  const [answers, endorsements, words] = [await answersOf(db), await endorsementsOf(db), await wordsOf(db)];
  return runs(rows, ({ series }) => series).map((members) => ({
    id: (members[0] as MemberRow).series,
    revisions: runs(members, ({ revision }) => revision).map((own) => {
      const [{ revision, number, part, resend }] = own as [MemberRow];
      const patches = own.map(
        (row): PatchState => ({
          id: row.id,
          author: { name: row.name, address: row.address },
          authorId: row.author,
          title: row.subject,
          isCover: row.cover === 1,
          position: row.position,
          changeId: row.change_id,
          stable: row.stable,
          addressee: row.addressee,
          marks: row.marks,
          answers: answers.get(row.id) ?? [],
          endorsements: endorsements.get(row.id) ?? [],
          words: words.get(row.id) ?? [],
        }),
      );
      return { id: revision, number, part, isResend: resend === 1, patches };
    }),
  }));
}

const PATCHES = 'judging t CROSS JOIN revision r ON r.series_id = t.id CROSS JOIN patch p ON p.revision_id = r.id';

/** The mails about a patch, by author. */
async function answersOf(db: Reads): Promise<Map<number, Answer[]>> {
  const rows = await manyRows<{ id: number; name: string; address: string; mails: number; last: number }>(
    db,
    'id name address mails last',
    `SELECT y.patch_id AS id, i.name, i.address, count(*) AS mails, max(y.message_id) AS last
     FROM ${PATCHES} CROSS JOIN patch_reply y ON y.patch_id = p.message_id CROSS JOIN message m ON m.id = y.message_id CROSS JOIN identity i ON i.id = m.author_id
     GROUP BY y.patch_id, m.author_id`,
  );
  return byId(rows, ({ name, address, mails, last }) => ({ by: { name, address }, mails, last }));
}

interface TrailerRow {
  id: number;
  evidence: number;
  key: string;
  name: string;
  address: string;
  sender: string;
  sender_address: string;
}

/** Review trailers in patches and in replies to them. */
async function endorsementsOf(db: Reads): Promise<Map<number, Endorsement[]>> {
  const select = (patch: string, from: string) =>
    `SELECT ${patch} AS id, x.message_id AS evidence, x.key, x.name, x.address, i.name AS sender, i.address AS sender_address
     FROM ${PATCHES} ${from} CROSS JOIN message m ON m.id = x.message_id CROSS JOIN identity i ON i.id = m.author_id WHERE x.key IN ${quoted(STANDING)}`;
  const rows = await manyRows<TrailerRow>(
    db,
    'id evidence key name address sender sender_address',
    `${select('y.patch_id', 'CROSS JOIN patch_reply y ON y.patch_id = p.message_id CROSS JOIN trailer x ON x.message_id = y.message_id')}
     UNION ALL ${select('p.message_id', 'CROSS JOIN trailer x ON x.message_id = p.message_id')}`,
  );
  return byId(rows, ({ evidence, key, name, address, sender, sender_address }) => ({
    evidence,
    by: { name, address },
    sender: { name: sender, address: sender_address },
    isReview: REVIEWS.includes(key),
  }));
}

interface WordRow {
  id: number;
  kind: ClaimKind;
  source: ClaimSource;
  evidence: number;
  line: number;
  oid: string;
  name: string | null;
  address: string | null;
  asked: number | null;
  asked_line: number | null;
  asked_name: string | null;
  asked_address: string | null;
  revert_taken: number;
}

/** The statements about a patch; for a promise by the author, with the mail that it answers; for a revert, whether it was taken itself. */
async function wordsOf(db: Reads): Promise<Map<number, Word[]>> {
  const rows = await manyRows<WordRow>(
    db,
    'id kind source evidence line oid name address asked asked_line asked_name asked_address revert_taken',
    `SELECT o.patch_id AS id, o.kind, o.source, o.evidence_id AS evidence, o.line, o.oid, i.name, i.address, a.id AS asked,
       (SELECT min(c.line) FROM claim c WHERE c.message_id = a.id AND c.kind = ${CLAIM.changesRequested}) AS asked_line,
       ai.name AS asked_name, ai.address AS asked_address,
       o.kind = ${CLAIM.reverted} AND (o.evidence_id = 0
         OR EXISTS (SELECT 1 FROM patch v WHERE v.message_id = o.evidence_id AND v.kind = ${PATCH_KIND.tip})
         OR EXISTS (SELECT 1 FROM outcome x WHERE x.patch_id = o.evidence_id AND x.kind IN (${TAKEN})))
         AND NOT EXISTS (SELECT 1 FROM patch v JOIN revision w ON w.id = v.revision_id WHERE v.message_id = o.evidence_id AND w.series_id = t.id)
         AS revert_taken
     FROM ${PATCHES} CROSS JOIN outcome o ON o.patch_id = p.message_id
     LEFT JOIN message e ON e.id = o.evidence_id LEFT JOIN identity i ON i.id = e.author_id
     LEFT JOIN place l ON o.kind = ${CLAIM.gaveIn} AND l.message_id = e.id
     LEFT JOIN place q ON q.thread = l.thread AND q.position = l.parent
     LEFT JOIN message a ON a.id = q.message_id LEFT JOIN identity ai ON ai.id = a.author_id
     ORDER BY o.patch_id, o.evidence_id, o.line, o.kind`,
  );
  return byId(rows, (row) => ({
    kind: row.kind,
    source: row.source,
    evidence: row.evidence,
    line: row.line,
    oid: row.oid,
    by: row.name === null ? null : { name: row.name, address: row.address ?? '' },
    asked:
      row.asked === null
        ? null
        : {
            id: row.asked,
            line: row.asked_line ?? LINE_UNKNOWN,
            by: { name: row.asked_name ?? '', address: row.asked_address ?? '' },
          },
    isRevertTaken: row.revert_taken === 1,
  }));
}

/** Replaces the rows of the series in `judging`. */
export async function replaceSeries(db: Transaction, rows: SeriesRow[]): Promise<void> {
  await db.run('DELETE FROM series WHERE id IN (SELECT id FROM judging)');
  await db.run('DELETE FROM objection WHERE series_id IN (SELECT id FROM judging)');
  await insertRows(
    db,
    `INSERT OR REPLACE INTO series (id, title, author_id, change_id, revisions, patches, stable, first_id, posted_id, last_id,
       replies, reviewed, applied, status, waiting, addressee, keeper, proof_id, proof_line)`,
    rows.map((row): Value[] => [
      row.id,
      row.title,
      row.author,
      row.changeId,
      row.revisions,
      row.patches,
      row.stable,
      row.firstId,
      row.postedId,
      row.lastId,
      row.replies,
      row.reviewed,
      row.applied,
      row.status,
      row.isWaiting ? 1 : 0,
      row.addressee,
      row.isKeepers ? 1 : 0,
      row.proof?.id ?? null,
      row.proof?.line ?? null,
    ]),
  );
  await insertRows(
    db,
    'INSERT OR REPLACE INTO objection (series_id, evidence_id, line, answered)',
    rows.flatMap(({ id, objections }) =>
      objections.map((one): Value[] => [id, one.id, one.line, one.isAnswered ? 1 : 0]),
    ),
  );
  await db.run(`UPDATE outcome SET doubted = 0 WHERE doubted AND patch_id IN (SELECT p.message_id FROM ${PATCHES})`);
  const doubted = rows.flatMap((row) => row.doubted.map(({ patch, evidence, kind }) => [patch, evidence, kind]));
  await db.run(
    `UPDATE outcome SET doubted = 1 FROM json_each(?) j
     WHERE outcome.patch_id = j.value ->> 0 AND outcome.evidence_id = j.value ->> 1 AND outcome.kind = j.value ->> 2`,
    [JSON.stringify(doubted)],
  );
}

/**
 * Sets unknown lines of requests to the last line that the author's promise quotes. Objections that still have no line are based only on
 * the promise, and are deleted.
 */
export async function findAskedLines(db: Transaction): Promise<void> {
  const quotedIn = (asked: string) =>
    `SELECT q.source_line + q.source_lines - 1 FROM quote q JOIN claim c ON c.message_id = q.message_id AND c.kind = ${CLAIM.gaveIn}
     WHERE q.source_id = ${asked} AND q.line < c.line ORDER BY c.line - q.line LIMIT 1`;
  await db.run(
    `UPDATE series SET proof_line = coalesce((${quotedIn('proof_id')}), 0) WHERE proof_line = ${LINE_UNKNOWN}`,
  );
  await db.run(
    `UPDATE OR IGNORE objection SET line = coalesce((${quotedIn('evidence_id')}), line) WHERE line = ${LINE_UNKNOWN}`,
  );
  await db.run(`DELETE FROM objection WHERE line = ${LINE_UNKNOWN}`);
}

/** Groups rows by key; the rows must be ordered by it. */
function runs<T>(rows: T[], key: (row: T) => number): T[][] {
  const groups: T[][] = [];
  let last: number | null = null;
  for (const row of rows) {
    if (key(row) !== last) groups.push([]);
    last = key(row);
    (groups.at(-1) as T[]).push(row);
  }
  return groups;
}

function byId<R extends { id: number }, T>(rows: R[], shape: (row: R) => T): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) addTo(groups, row.id, shape(row));
  return groups;
}
