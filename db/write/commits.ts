import { timeOf } from '#mail/ids';
import { CLAIM, CLAIM_SOURCE, PATCH_KIND } from '#patch/kinds';
import type { Reads, Transaction } from '../open';
import { insertRows } from './insert';

/** Kinds of mails that a commit may come from. */
const POSTED = `(${[PATCH_KIND.patch, PATCH_KIND.cover]})`;

/** A patch that a commit may come from; see ingest/patch/commits.ts. */
export interface CandidateRow {
  id: number;
  msgid: string;
  sent_at: number;
  cover: number;
  author_key: number;
  title_key: number;
  patch_id: string | null;
}

/** When the oldest patch was posted (Unix seconds), or null. Older commits cannot come from any patch. */
export async function oldestPatch(db: Reads): Promise<number | null> {
  const row = await db.get<{ id: number | null }>(`SELECT min(message_id) AS id FROM patch WHERE kind IN ${POSTED}`);
  return row?.id == null ? null : timeOf(row.id);
}

/** The author and title keys of all patches. Commits with none of these and without a link to a mail can be skipped. */
export async function patchKeys(db: Reads): Promise<Set<number>> {
  const rows = await db.all<{ key: number }>(
    `SELECT author_key AS key FROM patch WHERE kind IN (${PATCH_KIND.patch}, ${PATCH_KIND.stable}) UNION SELECT title_key FROM patch WHERE kind = ${PATCH_KIND.patch}`,
  );
  return new Set(rows.map(({ key }) => key));
}

/** Patches and cover letters that share a Message-ID, title or patch_id with a commit in a batch. */
export function commitCandidates(
  db: Reads,
  keys: { msgids: string[]; titles: number[]; patchIds: string[] },
): Promise<CandidateRow[]> {
  return db.all<CandidateRow>(
    `SELECT m.id, m.msgid, m.sent_at, p.kind = ${PATCH_KIND.cover} AS cover, p.author_key, p.title_key, p.patch_id FROM patch p JOIN message m ON m.id = p.message_id
     WHERE p.kind IN ${POSTED} AND p.message_id IN (
       SELECT p.message_id FROM json_each(?1) j JOIN message m ON m.msgid = j.value JOIN patch p ON p.message_id = m.id
       UNION SELECT q.message_id FROM json_each(?1) j JOIN message m ON m.msgid = j.value JOIN patch p ON p.message_id = m.id
         JOIN patch q ON q.revision_id = p.revision_id
       UNION SELECT p.message_id FROM json_each(?2) j JOIN patch p ON p.title_key = j.value
       UNION SELECT p.message_id FROM json_each(?3) j JOIN patch p ON p.patch_id = j.value)`,
    [JSON.stringify(keys.msgids), JSON.stringify(keys.titles), JSON.stringify(keys.patchIds)],
  );
}

export interface MatchedCommit {
  oid: string;
  patch: number;
  how: string;
  /** Whether the commit reverts the patch's commit. */
  isRevert: boolean;
}

/** The entries of a repository's MAINTAINERS file (JSON), in place of those there were. */
export async function replaceMaintainers(db: Transaction, entries: string): Promise<void> {
  await db.run(
    `INSERT INTO meta (key, value) VALUES ('maintainers', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [entries],
  );
}

/** Replaces what a repository said before by what it says now, and collects the series to be judged in `touched`. */
export async function replaceCommits(db: Transaction, tree: string, matches: MatchedCommit[]): Promise<void> {
  await db.exec('DELETE FROM touched');
  const seriesOf =
    'SELECT r.series_id FROM outcome o JOIN patch p ON p.message_id = o.patch_id JOIN revision r ON r.id = p.revision_id';
  await db.run(`INSERT OR IGNORE INTO touched ${seriesOf} WHERE o.evidence_id = 0 AND o.tree = ?`, [tree]);
  await db.run('DELETE FROM outcome WHERE evidence_id = 0 AND tree = ?', [tree]);
  await db.run('DELETE FROM patch_commit WHERE tree = ?', [tree]);
  await insertRows(
    db,
    'INSERT OR IGNORE INTO outcome (patch_id, evidence_id, line, kind, source, how, oid, tree)',
    matches.map((one) => [
      one.patch,
      0,
      0,
      one.isRevert ? CLAIM.reverted : CLAIM.merged,
      CLAIM_SOURCE.commit,
      one.how,
      one.oid,
      tree,
    ]),
  );
  const own = matches.filter((one) => !one.isRevert);
  await insertRows(
    db,
    'INSERT OR REPLACE INTO patch_commit (oid, tree, patch_id, how)',
    own.map((one) => [one.oid, tree, one.patch, one.how]),
  );
  await db.run(`INSERT OR IGNORE INTO touched ${seriesOf} WHERE o.evidence_id = 0 AND o.tree = ?`, [tree]);
}
