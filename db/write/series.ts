import type { ClaimKind, PatchAnalysis, PatchState } from '#patch/kinds';
import { parseSubject } from '#patch/subject';
import type { Connection, Value } from '../open';
import { insertRows } from './insert';

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
  change_id: string | null;
  stable: string | null;
  rfc: number;
}

/** Claims by which a patch counts as applied: patch/kinds.ts CLAIM. */
const APPLIED = [1, 2, 3, 4, 7, 12];

/** Keys of trailers by which someone stands for a patch (patch/trailer.ts isEndorsement). */
const ENDORSED = `('Reviewed-by','Acked-by','Tested-by','Reviewed-and-tested-by','Tested-and-reviewed-by','Acked-and-tested-by','Verified-by','Approved-by')`;

/** Writes the rows of the series in `touched` from their revisions, replies, trailers and outcomes. */
export async function writeSeries(db: Connection, analysis: PatchAnalysis): Promise<void> {
  const members = await db.all<MemberRow>(
    `SELECT r.series_id AS series, r.id AS revision, r.number, r.part, r.resend, m.id, p.message_id = r.cover_id AS cover, p.position,
       m.subject, m.author_id AS author, p.change_id, p.stable, p.marks & 1 AS rfc
     FROM touched t JOIN revision r ON r.series_id = t.id JOIN patch p ON p.revision_id = r.id JOIN message m ON m.id = p.message_id
     ORDER BY r.series_id, r.id, cover DESC, p.position, m.id`,
  );
  const said = await loadSaid(db);
  const rows: Value[][] = [];
  for (const group of groupBy(members, (row) => row.series)) rows.push(seriesRow(group, said, analysis));
  await db.run('DELETE FROM series WHERE id IN (SELECT id FROM touched)');
  await insertRows(
    db,
    `INSERT OR REPLACE INTO series (id, title, author_id, change_id, revisions, patches, stable, first_id, posted_id, last_id,
       replies, reviewed, applied, status, waiting)`,
    rows,
  );
}

/** What was said of each patch of the touched series. */
interface Said {
  replies: Map<number, { others: number; last: number }>;
  endorsed: Set<number>;
  outcomes: Map<number, ClaimKind[]>;
}

const PATCHES = 'touched t JOIN revision r ON r.series_id = t.id JOIN patch p ON p.revision_id = r.id';

async function loadSaid(db: Connection): Promise<Said> {
  const replies = await db.all<{ id: number; others: number; last: number }>(
    `SELECT y.patch_id AS id, sum(rm.author_id <> pm.author_id) AS others, max(y.message_id) AS last
     FROM ${PATCHES} JOIN patch_reply y ON y.patch_id = p.message_id JOIN message rm ON rm.id = y.message_id
     JOIN message pm ON pm.id = p.message_id GROUP BY y.patch_id`,
  );
  const endorsed = await db.all<{ id: number }>(
    `SELECT DISTINCT y.patch_id AS id FROM ${PATCHES} JOIN patch_reply y ON y.patch_id = p.message_id
     JOIN trailer x ON x.message_id = y.message_id WHERE x.key IN ${ENDORSED}
     UNION SELECT DISTINCT x.message_id FROM ${PATCHES} JOIN trailer x ON x.message_id = p.message_id
     JOIN message m ON m.id = p.message_id JOIN identity i ON i.id = m.author_id WHERE x.key IN ${ENDORSED} AND x.address <> i.address`,
  );
  const outcomes = await db.all<{ id: number; kind: ClaimKind }>(
    `SELECT o.patch_id AS id, o.kind FROM ${PATCHES} JOIN outcome o ON o.patch_id = p.message_id`,
  );
  const kinds = new Map<number, ClaimKind[]>();
  for (const { id, kind } of outcomes) kinds.set(id, [...(kinds.get(id) ?? []), kind]);
  return {
    replies: new Map(replies.map((row) => [row.id, row])),
    endorsed: new Set(endorsed.map((row) => row.id)),
    outcomes: kinds,
  };
}

function seriesRow(members: MemberRow[], said: Said, analysis: PatchAnalysis): Value[] {
  const revisions = groupBy(members, (row) => row.revision);
  const whole = revisions.filter(([first]) => first !== undefined && first.part === null);
  const newest = newestOf(whole.length > 0 ? whole : revisions);
  const head = newest[0] as MemberRow;
  const status = analysis.statusOf(
    newest.map((row) => stateOf(row, said)),
    revisions.filter((rows) => rows !== newest).map((rows) => rows.map((row) => stateOf(row, said))),
  );
  const patches = newest.filter((row) => row.cover !== 1);
  const replied = members.map((row) => said.replies.get(row.id)?.last ?? 0);
  const posted = Math.min(...newest.map((row) => row.id));
  const ids = members.map((row) => row.id);
  return [
    (members[0] as MemberRow).series,
    parseSubject(head.subject).title || head.subject,
    head.author,
    members.findLast((row) => row.change_id !== null)?.change_id ?? null,
    new Set(revisions.flatMap(([first]) => (first && !first.resend ? [first.number] : []))).size || 1,
    Math.max(patches.length, 1),
    head.stable,
    Math.min(...ids),
    posted,
    Math.max(...ids, ...replied),
    newest.reduce((sum, row) => sum + (said.replies.get(row.id)?.others ?? 0), 0),
    patches.filter((row) => said.endorsed.has(row.id) || said.endorsed.has(head.id)).length,
    members.filter((row) => row.cover !== 1 && isApplied(row, said)).length,
    status,
    status === 'posted' && head.stable === null ? 1 : 0,
  ];
}

/** The revision posted last; a single patch sent again does not stand for the whole. */
function newestOf(revisions: MemberRow[][]): MemberRow[] {
  const last = revisions.at(-1) as MemberRow[];
  const number = Math.max(...revisions.map((rows) => rows[0]?.number ?? 1));
  return (last[0]?.number ?? 1) < number && last.length === 1
    ? (revisions.findLast((rows) => rows[0]?.number === number) ?? last)
    : last;
}

function isApplied(row: MemberRow, said: Said): boolean {
  return (said.outcomes.get(row.id) ?? []).some((kind) => APPLIED.includes(kind));
}

function stateOf(row: MemberRow, said: Said): PatchState {
  return {
    isCover: row.cover === 1,
    replies: said.replies.get(row.id)?.others ?? 0,
    isEndorsed: said.endorsed.has(row.id),
    outcomes: said.outcomes.get(row.id) ?? [],
  };
}

/** Runs of rows with one key; the rows come ordered by it. */
function groupBy<T>(rows: T[], key: (row: T) => number): T[][] {
  const groups: T[][] = [];
  let last: number | null = null;
  for (const row of rows) {
    if (key(row) !== last) groups.push([]);
    last = key(row);
    (groups.at(-1) as T[]).push(row);
  }
  return groups;
}
