import { CLAIM } from '#patch/kinds';
import type { Snapshot } from '../open';
import { markLost } from './losttrailers';
import { type RevisionDetail, revisionsOf } from './revisions';
import { VERDICT, type Verdict } from './verdictrows';

/** A series as a line of /series/. Message ids are times (#mail/ids). */
export interface SeriesLine extends Verdict {
  id: number;
  title: string;
  author: string;
  address: string;
  /** The number of versions in the archive: three for a v4 whose v2 is missing. */
  revisions: number;
  patches: number;
  first_id: number;
  posted_id: number;
  last_id: number;
  replies: number;
  reviewed: number;
  applied: number;
  waiting: number;
  /** The person to whom the newest version was sent, or null. */
  addressee: string | null;
  /** '6.1' for a copy for that stable tree. */
  stable: string | null;
  /** The msgid of the newest revision's first mail. */
  msgid: string;
}

/** The columns and joins of a SeriesLine; `s` is the series. */
export const SERIES_LINE = `s.id, s.title, i.name AS author, i.address, s.revisions, s.patches, s.first_id, s.posted_id, s.last_id, s.replies,
  s.reviewed, s.applied, ${VERDICT}, s.waiting, s.addressee, s.stable, m.msgid`;
export const SERIES_JOINS = 'JOIN identity i ON i.id = s.author_id JOIN message m ON m.id = s.posted_id';

/** A statement about a series: its author, mail and line. */
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
  /** The author keeps a tree and may have applied it without a mail. */
  isKeepers: boolean;
  /** Series that this one reverts (`Revert "..."`), or copies to a stable tree. */
  about: { series: number; title: string; kind: number }[];
}

export interface SeriesProofs {
  /** The proof of the state; null if no single mail proves it. */
  proof: SaidLine | null;
  /** Refusals of a version, and requests for changes. */
  objections: (SaidLine & { isAnswered: boolean })[];
}

/** The series of a revision, patch or series id, or null. */
export async function seriesIdOf(db: Snapshot, id: number): Promise<number | null> {
  const row = await db.get<{ id: number }>(
    `SELECT r.series_id AS id FROM patch p JOIN revision r ON r.id = p.revision_id
     WHERE p.message_id = coalesce((SELECT patch_id FROM patch_reply WHERE message_id = ?1), ?1)
     UNION SELECT id FROM series WHERE id = ?1 LIMIT 1`,
    [id],
  );
  return row?.id ?? null;
}

/** A series with all statements about it. */
export async function findSeries(db: Snapshot, id: number): Promise<(SeriesDetail & SeriesProofs) | null> {
  const series = await readSeries(db, id);
  return series && { ...series, proof: await proofOf(db, id), objections: await objectionsOf(db, id) };
}

/** The same without the statements, which its page gets from the case. */
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

async function objectionsOf(db: Snapshot, series: number): Promise<SeriesProofs['objections']> {
  const rows = await db.all<SaidLine & { answered: number }>(
    `SELECT ${SAID_LINE}, o.line, o.answered FROM objection o JOIN message m ON m.id = o.evidence_id JOIN identity i ON i.id = m.author_id
     WHERE o.series_id = ? ORDER BY o.evidence_id, o.line`,
    [series],
  );
  return rows.map(({ answered, ...row }) => ({ ...row, isAnswered: answered === 1 }));
}

/** Other series named in its own mails: the target of a revert, the origin of a copy. */
function aboutOf(db: Snapshot, series: number): Promise<SeriesDetail['about']> {
  return db.all<SeriesDetail['about'][0]>(
    `SELECT DISTINCT t.id AS series, t.title, o.kind FROM revision r JOIN patch p ON p.revision_id = r.id
     JOIN outcome o ON o.evidence_id = p.message_id AND o.kind IN (${CLAIM.reverted}, ${CLAIM.upstream})
     JOIN patch q ON q.message_id = o.patch_id JOIN revision w ON w.id = q.revision_id JOIN series t ON t.id = w.series_id
     WHERE r.series_id = ?1 AND t.id <> ?1 ORDER BY 1 LIMIT 20`,
    [series],
  );
}
