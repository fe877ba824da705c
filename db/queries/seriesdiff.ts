import { PATCH_KIND } from '#patch/kinds';
import type { RangePatch } from '#patch/rangediff';
import { parseSubject } from '#patch/subject';
import type { Snapshot } from '../open';
import { textsOf } from './blocks';
import type { RevisionDetail } from './revisions';

interface TextRow {
  id: number;
  subject: string;
  position: number | null;
  cover: number;
  text_block: number;
  text_at: number;
  text_size: number;
}

/** The data for comparing two revisions (revision.id) of a series: their cover letters and patches. */
export interface Comparison {
  covers: { older: RangePatch[]; newer: RangePatch[] };
  patches: { older: RangePatch[]; newer: RangePatch[] };
}

/** Bytes of a version's text that are compared; a set of a thousand patches has 6 MB. */
const MAX_COMPARED = 32 * 1024 * 1024;

/** Reads the data for patch/rangediff.ts; null if a version is too long. */
export async function readComparison(db: Snapshot, from: number, to: number): Promise<Comparison | null> {
  const [older, newer] = [await patchesWithText(db, from), await patchesWithText(db, to)];
  if (!older || !newer) return null;
  const of = (isCover: boolean) => ({
    older: older.filter(({ cover }) => cover === isCover).map(plain),
    newer: newer.filter(({ cover }) => cover === isCover).map(plain),
  });
  return { covers: of(true), patches: of(false) };
}

type WithText = RangePatch & { cover: boolean };

const plain = ({ cover: _cover, ...patch }: WithText): RangePatch => patch;

async function patchesWithText(db: Snapshot, revision: number): Promise<WithText[] | null> {
  const rows = await db.all<TextRow>(
    `SELECT m.id, m.subject, p.position, coalesce(r.cover_id = m.id, 0) OR p.kind = ${PATCH_KIND.cover} AS cover, m.text_block, m.text_at, m.text_size
     FROM revision r JOIN patch p ON p.revision_id = r.id JOIN message m ON m.id = p.message_id WHERE r.id = ? ORDER BY p.position, m.id`,
    [revision],
  );
  if (rows.reduce((sum, { text_size: size }) => sum + size, 0) > MAX_COMPARED) return null;
  const texts = await textsOf(db, rows);
  return rows.map((row, n) => ({
    id: row.id,
    position: row.position,
    title: parseSubject(row.subject).title || row.subject,
    text: texts[n] as string,
    cover: row.cover === 1,
  }));
}

/** The revision for a version number in `?from=1&to=2`: the last posting with this number that is not a resend of a part. Null if there is none. */
export function revisionOfNumber(revisions: RevisionDetail[], number: number): RevisionDetail | null {
  const of = revisions.filter((revision) => revision.number === number);
  return of.findLast((revision) => revision.part === '' && !revision.isResend) ?? of.at(-1) ?? null;
}
