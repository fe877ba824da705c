import { CLAIM, CLAIM_SOURCE } from '#patch/kinds';
import type { Snapshot } from '../open';

/** A line of a mail that says what became of a patch, or what its author or a reviewer wants of it. */
export interface VerdictLine {
  id: number;
  line: number;
  kind: number;
  /** It ended the matter, or opened it again: taken, refused, dropped, withdrawn. */
  isEnd: boolean;
}

const ENDS: readonly number[] = [
  CLAIM.applied,
  CLAIM.queued,
  CLAIM.merged,
  CLAIM.rejected,
  CLAIM.dropped,
  CLAIM.withdrawn,
  CLAIM.superseded,
  CLAIM.reverted,
];
const TOLD = [...ENDS, CLAIM.changesRequested, CLAIM.gaveIn];
/** Words of people and notices that stand on a line; what robots say in a form is told with the series. */
const SAID = [
  CLAIM_SOURCE.words,
  CLAIM_SOURCE.b4,
  CLAIM_SOURCE.patchwork,
  CLAIM_SOURCE.report,
  CLAIM_SOURCE.trailer,
  CLAIM_SOURCE.notice,
];

/** The recognised verdicts, requests and promises among mails, in the order of time; what is doubted is left out. */
export async function verdictsAmong(db: Snapshot, ids: number[]): Promise<VerdictLine[]> {
  const rows = await db.all<{ id: number; line: number; kind: number } & Record<string, never>>(
    `SELECT o.evidence_id AS id, o.line, min(o.kind) AS kind FROM json_each(?) j JOIN outcome o ON o.evidence_id = j.value
     WHERE o.doubted = 0 AND o.source IN (${SAID.join(', ')}) AND o.kind IN (${TOLD.join(', ')})
     GROUP BY o.evidence_id, o.line ORDER BY o.evidence_id, o.line`,
    [JSON.stringify(ids)],
  );
  return rows.map((row) => ({ ...row, isEnd: ENDS.includes(row.kind) }));
}
