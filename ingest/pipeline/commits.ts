import type { Connection } from '#db/open';
import {
  type CandidateRow,
  commitCandidates,
  type MatchedCommit,
  oldestPatch,
  patchKeys,
  replaceMaintainers,
} from '#db/write/commits';
import { type CommitCandidate, type CommitKeys, commitKeys, diffPatchId, matchCommit } from '#ingest/patch/commits';
import { readCommits, readDiffs, readMaintainers, repositoryName } from '#ingest/read/commits';
import { addTo } from '#mail/groups';
import { parseMaintainers } from '#site/maintainers';
import { storeCommits } from './patches';

/** Commits matched at a time: limits the diffs in memory. */
const BATCH = 500;

/**
 * Reads the commits of a repository and matches them to the patches they come from: `npm run ingest -- --commits REPO`.
 * Returns how many were read and how many matched. @throws SourceError if the repository cannot be read
 */
export async function ingestCommits(db: Connection, repository: string): Promise<{ read: number; matched: number }> {
  const name = repositoryName(repository);
  const oldest = await oldestPatch(db);
  if (oldest === null) return { read: 0, matched: 0 };
  const known = await patchKeys(db);
  const matches: MatchedCommit[] = [];
  const reverts: CommitKeys[] = [];
  let batch: CommitKeys[] = [];
  let read = 0;
  const flush = async () => {
    matches.push(...(await matchBatch(db, repository, batch)));
    batch = [];
  };
  for await (const commit of readCommits(repository, oldest)) {
    read++;
    const keys = commitKeys(commit);
    if (keys.reverts) reverts.push(keys);
    // Other commits cannot come from a patch in this database.
    if (known.has(keys.authorKey) || known.has(keys.titleKey) || keys.msgids.length > 0) batch.push(keys);
    if (batch.length >= BATCH) await flush();
  }
  await flush();
  const all = [...matches, ...revertsOf(reverts, matches)];
  await storeCommits(db, name, all);
  const maintained = parseMaintainers((await readMaintainers(repository)) ?? '');
  if (maintained.length) await db.transaction((tx) => replaceMaintainers(tx, JSON.stringify(maintained)));
  return { read, matched: matches.length };
}

async function matchBatch(db: Connection, repository: string, batch: CommitKeys[]): Promise<MatchedCommit[]> {
  if (batch.length === 0) return [];
  const diffs = await readDiffs(
    repository,
    batch.map(({ oid }) => oid),
  );
  for (const commit of batch) commit.patchId = diffPatchId(diffs.get(commit.oid) ?? '');
  const rows = await commitCandidates(db, {
    msgids: batch.flatMap(({ msgids }) => msgids),
    titles: batch.map(({ titleKey }) => titleKey),
    patchIds: batch.flatMap(({ patchId }) => patchId ?? []),
  });
  const candidates = new CandidateIndex(rows.map(candidateOf));
  return batch.flatMap((commit) => {
    const match = matchCommit(commit, candidates.of(commit));
    return match ? [{ ...match, isRevert: false }] : [];
  });
}

function candidateOf(row: CandidateRow): CommitCandidate {
  return {
    id: row.id,
    msgid: row.msgid,
    sentAt: row.sent_at,
    isCover: row.cover === 1,
    authorKey: row.author_key,
    titleKey: row.title_key,
    patchId: row.patch_id,
  };
}

/** Candidates by key, so that a batch is not compared pair by pair. */
class CandidateIndex {
  readonly #byKey = new Map<string, CommitCandidate[]>();

  constructor(candidates: CommitCandidate[]) {
    for (const one of candidates) {
      for (const key of [`m${one.msgid}`, `t${one.titleKey}`, `p${one.patchId}`]) addTo(this.#byKey, key, one);
    }
  }

  of(commit: CommitKeys): CommitCandidate[] {
    const keys = [
      ...commit.msgids.map((id) => `m${id}`),
      `t${commit.titleKey}`,
      ...(commit.patchId ? [`p${commit.patchId}`] : []),
    ];
    return [...new Set(keys.flatMap((key) => this.#byKey.get(key) ?? []))];
  }
}

/** Matches reverts by the commit that they name. */
function revertsOf(reverts: CommitKeys[], matches: MatchedCommit[]): MatchedCommit[] {
  const patches = new Map(matches.map(({ oid, patch }) => [oid, patch]));
  return reverts.flatMap(({ oid, reverts: named }) => {
    const patch =
      named === null ? undefined : (patches.get(named) ?? [...patches].find(([known]) => known.startsWith(named))?.[1]);
    return patch === undefined ? [] : [{ oid, patch, how: 'revert', isRevert: true }];
  });
}
