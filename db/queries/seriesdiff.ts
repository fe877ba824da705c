import { combinedDiff, type RangeLine, type RangePair, type RangePatch, rangeDiff } from '#patch/rangediff';
import { parseSubject } from '#patch/subject';
import type { Snapshot } from '../open';
import { textsOf } from './blocks';
import type { RevisionDetail } from './series';

interface TextRow {
  id: number;
  subject: string;
  position: number | null;
  cover: number;
  text_block: number;
  text_at: number;
  text_size: number;
}

/** What changed between two revisions (revision.id) of a series, patch by patch; the cover letters too where both have one; the combined change where no patches pair. */
export async function diffRevisions(
  db: Snapshot,
  from: number,
  to: number,
): Promise<{ cover: RangePair | null; patches: RangePair[]; combined: RangeLine[] }> {
  const [older, newer] = [await patchesWithText(db, from), await patchesWithText(db, to)];
  const covers = rangeDiff(
    older.filter(({ cover }) => cover).map(plain),
    newer.filter(({ cover }) => cover).map(plain),
  );
  const [left, right] = [older, newer].map((all) => all.filter(({ cover }) => !cover).map(plain)) as [
    RangePatch[],
    RangePatch[],
  ];
  const patches = rangeDiff(left, right);
  const paired = patches.some((pair) => pair.old && pair.new);
  return {
    cover: covers.find((pair) => pair.old && pair.new) ?? null,
    patches,
    combined: paired ? [] : combinedDiff(left, right),
  };
}

type WithText = RangePatch & { cover: boolean };

const plain = ({ cover: _cover, ...patch }: WithText): RangePatch => patch;

async function patchesWithText(db: Snapshot, revision: number): Promise<WithText[]> {
  const rows = await db.all<TextRow>(
    `SELECT m.id, m.subject, p.position, coalesce(r.cover_id = m.id, 0) AS cover, m.text_block, m.text_at, m.text_size
     FROM revision r JOIN patch p ON p.revision_id = r.id JOIN message m ON m.id = p.message_id WHERE r.id = ? ORDER BY p.position, m.id`,
    [revision],
  );
  const texts = await textsOf(db, rows);
  return rows.map((row, n) => ({
    id: row.id,
    position: row.position,
    title: parseSubject(row.subject).title || row.subject,
    text: texts[n] as string,
    cover: row.cover === 1,
  }));
}

/** The revisions that `?from=1&to=2` name: version numbers, the last posting of each that is no resend of a part. Null where there is none. */
export function revisionOfNumber(revisions: RevisionDetail[], number: number): RevisionDetail | null {
  const of = revisions.filter((revision) => revision.number === number);
  return of.findLast((revision) => revision.part === '' && !revision.isResend) ?? of.at(-1) ?? null;
}
