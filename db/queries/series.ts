import { CLAIM } from '#patch/kinds';
import type { Snapshot } from '../open';
import { markLost } from './losttrailers';
import { type RevisionDetail, revisionsOf } from './revisions';
import { VERDICT, type Verdict } from './verdictrows';

/** A series as a line of /series/. Ids of messages are times (#mail/ids). */
export interface SeriesLine extends Verdict {
  id: number;
  title: string;
  author: string;
  address: string;
  /** Different version numbers held: a v4 whose v2 was never mailed here has three. */
  revisions: number;
  patches: number;
  first_id: number;
  posted_id: number;
  last_id: number;
  replies: number;
  reviewed: number;
  applied: number;
  waiting: number;
  /** Whom the newest version is sent to; null: to no person. */
  addressee: string | null;
  /** '6.1' of a copy for a stable tree. */
  stable: string | null;
  /** Of the newest revision's first mail. */
  msgid: string;
}

/** Columns and joins of a SeriesLine; `s` is the series. */
export const SERIES_LINE = `s.id, s.title, i.name AS author, i.address, s.revisions, s.patches, s.first_id, s.posted_id, s.last_id, s.replies,
  s.reviewed, s.applied, ${VERDICT}, s.waiting, s.addressee, s.stable, m.msgid`;
export const SERIES_JOINS = 'JOIN identity i ON i.id = s.author_id JOIN message m ON m.id = s.posted_id';

/** A mail that says something of a series: who wrote it, and the line. */
export interface SaidLine {
  msgid: string;
  name: string;
  address: string;
  line: number;
  /** Unix seconds. */
  at: number;
}

export interface SeriesDetail extends SeriesLine {
  changeId: string | null;
  all: RevisionDetail[];
  /** Its author keeps a tree, and may have applied it without a mail. */
  isKeepers: boolean;
  /** Series that this one takes back (`Revert "..."`), or copies to a stable tree. */
  about: { series: number; title: string; kind: number }[];
}

export interface SeriesTold {
  /** What proves the state; null where no single mail does. */
  proof: SaidLine | null;
  /** Who refused a version or asked for a change. */
  objections: (SaidLine & { isAnswered: boolean })[];
}

/** The series that a revision, patch or series id belongs to; null where there is none. */
export async function seriesIdOf(db: Snapshot, id: number): Promise<number | null> {
  const row = await db.get<{ id: number }>(
    `SELECT r.series_id AS id FROM patch p JOIN revision r ON r.id = p.revision_id
     WHERE p.message_id = coalesce((SELECT patch_id FROM patch_reply WHERE message_id = ?1), ?1)
     UNION SELECT id FROM series WHERE id = ?1 LIMIT 1`,
    [id],
  );
  return row?.id ?? null;
}

/** One series with everything that is said of it. */
export async function findSeries(db: Snapshot, id: number): Promise<(SeriesDetail & SeriesTold) | null> {
  const series = await readSeries(db, id);
  return series && { ...series, proof: await proofOf(db, id), objections: await objectionsOf(db, id) };
}

/** The same without who said what of it: its page asks that of the case. */
export async function readSeries(db: Snapshot, id: number): Promise<SeriesDetail | null> {
  const line = await db.get<SeriesLine & { change_id: string | null; keeper: number } & Record<string, never>>(
    `SELECT ${SERIES_LINE}, s.change_id, s.keeper FROM series s ${SERIES_JOINS} WHERE s.id = ?`,
    [id],
  );
  if (!line) return null;
  const all = await revisionsOf(db, id);
  markLost(all);
  return {
    ...line,
    changeId: line.change_id,
    all,
    isKeepers: line.keeper === 1,
    about: await aboutOf(db, id),
  };
}

const SAID_LINE = 'm.msgid, i.name, i.address, m.sent_at AS at';

async function proofOf(db: Snapshot, series: number): Promise<SaidLine | null> {
  const row = await db.get<SaidLine & Record<string, never>>(
    `SELECT ${SAID_LINE}, s.proof_line AS line FROM series s JOIN message m ON m.id = s.proof_id JOIN identity i ON i.id = m.author_id WHERE s.id = ?`,
    [series],
  );
  return row ?? null;
}

async function objectionsOf(db: Snapshot, series: number): Promise<SeriesTold['objections']> {
  const rows = await db.all<SaidLine & { answered: number }>(
    `SELECT ${SAID_LINE}, o.line, o.answered FROM objection o JOIN message m ON m.id = o.evidence_id JOIN identity i ON i.id = m.author_id
     WHERE o.series_id = ? ORDER BY o.evidence_id, o.line`,
    [series],
  );
  return rows.map(({ answered, ...row }) => ({ ...row, isAnswered: answered === 1 }));
}

/** What its own mails say of other series: what they revert, where a copy comes from. */
function aboutOf(db: Snapshot, series: number): Promise<SeriesDetail['about']> {
  return db.all<SeriesDetail['about'][0]>(
    `SELECT DISTINCT t.id AS series, t.title, o.kind FROM revision r JOIN patch p ON p.revision_id = r.id
     JOIN outcome o ON o.evidence_id = p.message_id AND o.kind IN (${CLAIM.reverted}, ${CLAIM.upstream})
     JOIN patch q ON q.message_id = o.patch_id JOIN revision w ON w.id = q.revision_id JOIN series t ON t.id = w.series_id
     WHERE r.series_id = ?1 AND t.id <> ?1 ORDER BY 1 LIMIT 20`,
    [series],
  );
}
