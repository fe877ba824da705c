import { CLAIM, CLAIM_SOURCE } from '#patch/kinds';
import type { VerdictLine } from '#quote/choose';
import type { Snapshot } from '../open';

/** Claims that ended or reopened the matter. */
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
const SHOWN = [...ENDS, CLAIM.changesRequested, CLAIM.gaveIn];
/** Statements of people and notices, which have a line. Statements in robots' forms are shown with the series. */
const WITH_LINE = [
  CLAIM_SOURCE.words,
  CLAIM_SOURCE.b4,
  CLAIM_SOURCE.patchwork,
  CLAIM_SOURCE.report,
  CLAIM_SOURCE.trailer,
  CLAIM_SOURCE.notice,
];

/** The recognised verdicts, requests and promises among mails, in order of time, without doubted ones. */
export async function verdictsAmong(db: Snapshot, ids: number[]): Promise<VerdictLine[]> {
  const rows = await db.all<{ id: number; line: number; kind: number } & Record<string, never>>(
    `SELECT o.evidence_id AS id, o.line, min(o.kind) AS kind FROM json_each(?) j JOIN outcome o ON o.evidence_id = j.value
     WHERE o.doubted = 0 AND o.source IN (${WITH_LINE.join(', ')}) AND o.kind IN (${SHOWN.join(', ')})
     GROUP BY o.evidence_id, o.line ORDER BY o.evidence_id, o.line`,
    [JSON.stringify(ids)],
  );
  return rows.map(({ id, line, kind }) => ({
    ...{ id, line },
    says: ENDS.includes(kind) ? 'end' : kind === CLAIM.gaveIn ? 'promise' : 'request',
  }));
}
