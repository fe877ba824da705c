import type { Connection, Transaction } from '#db/open';
import { type MatchedCommit, replaceCommits } from '#db/write/commits';
import { addOutcomes, gatherByAuthor, gatherClaims, openCopies, replaceOutcomes } from '#db/write/outcomes';
import { finishDirty, gatherPatches, nextDirty, prepareLinking, replaceRevisions } from '#db/write/patch';
import { findAskedLines, gatherSeries, keepersAmong, replaceSeries, touchSeries } from '#db/write/series';
import { linkSeries, resolveByAuthor, resolveClaims, seriesRow, voicesOf } from '#ingest/patch/index';
import type { PatchFact } from '#patch/kinds';

/**
 * Brings series, replies, outcomes and states up to date with the mails stored since the last call. Needs `place` of their
 * threads to be up to date. Killed in between, the next call goes on. What comes out does not depend on the batches.
 */
export async function linkPatches(db: Connection): Promise<void> {
  for (;;) {
    const last = await nextDirty(db);
    if (last === null) return;
    await db.transaction((tx) => linkDirty(tx, last));
  }
}

async function linkDirty(db: Transaction, last: number): Promise<void> {
  await prepareLinking(db);
  const facts = await gatherPatches(db, last);
  await replaceRevisions(db, linkSeries(facts));
  await resolveOutcomes(db, last, new Map(facts.map((fact) => [fact.id, fact])));
  await touchSeries(db, last);
  await judgeTouched(db);
  await finishDirty(db, last);
}

/** What mails say became of patches; copies whose patch is not found that way are compared with all of their author's. */
async function resolveOutcomes(db: Transaction, last: number, known: Map<number, PatchFact>): Promise<void> {
  const { claims, facts, revisionOf } = await gatherClaims(db, last, known);
  if (claims.length === 0) return;
  const found = resolveClaims(claims, facts, revisionOf);
  await replaceOutcomes(db, found);
  const open = openCopies(claims, found);
  if (open.length === 0) return;
  const kin = await gatherByAuthor(db, open, known);
  await addOutcomes(db, resolveByAuthor(open, kin.facts, kin.applied));
}

/** Puts what a repository says in place of what it said before, and judges the series again. */
export async function storeCommits(connection: Connection, tree: string, matches: MatchedCommit[]): Promise<void> {
  await connection.transaction(async (db) => {
    await prepareLinking(db);
    await replaceCommits(db, tree, matches);
    await judgeTouched(db);
    await findAskedLines(db);
  });
}

/** Judges the series that were touched. */
async function judgeTouched(db: Transaction): Promise<void> {
  const series = await gatherSeries(db);
  const keepers = await keepersAmong(db, voicesOf(series.flatMap(({ revisions }) => revisions)));
  await replaceSeries(
    db,
    series.map(({ id, revisions }) => seriesRow(id, revisions, (key) => keepers.has(key))),
  );
}
