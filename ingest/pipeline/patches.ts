import type { Connection, Transaction } from '#db/open';
import { type MatchedCommit, replaceCommits } from '#db/write/commits';
import { addOutcomes, gatherByAuthor, gatherClaims, openCopies, replaceOutcomes } from '#db/write/outcomes';
import { finishDirty, gatherPatches, nextDirty, prepareLinking, replaceRevisions } from '#db/write/patch';
import { findAskedLines, gatherSeries, keepersAmong, nextToJudge, replaceSeries, touchSeries } from '#db/write/series';
import { linkSeries, resolveByAuthor, resolveClaims, seriesRow, voicesOf } from '#ingest/patch/index';
import type { PatchFact } from '#patch/kinds';

/**
 * Updates series, replies, outcomes and states for the mails stored since the last call. Needs up-to-date `place` rows of their
 * threads. If it is killed, the next call continues. The result does not depend on the batches.
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
  await relate(db, last);
  await touchSeries(db, last);
  await judgeTouched(db);
  await finishDirty(db, last);
}

/** Links series and resolves what happened to their patches. A separate function, so that its facts can be collected before series are judged. */
async function relate(db: Transaction, last: number): Promise<void> {
  const facts = await gatherPatches(db, last);
  await replaceRevisions(db, linkSeries(facts));
  await resolveOutcomes(db, last, new Map(facts.map((fact) => [fact.id, fact])));
}

/** Resolves what mails say happened to patches. Copies without a match are compared with all patches of their author. */
async function resolveOutcomes(db: Transaction, last: number, known: Map<number, PatchFact>): Promise<void> {
  const { claims, facts, revisionOf } = await gatherClaims(db, last, known);
  if (claims.length === 0) return;
  const found = resolveClaims(claims, facts, revisionOf);
  await replaceOutcomes(db, found);
  const open = openCopies(claims, found);
  if (open.length === 0) return;
  const near = await gatherByAuthor(db, open, known);
  await addOutcomes(db, resolveByAuthor(open, near.facts, near.applied));
}

/** Replaces what a repository said before by what it says now, and judges the series again. */
export async function storeCommits(connection: Connection, tree: string, matches: MatchedCommit[]): Promise<void> {
  await connection.transaction(async (db) => {
    await prepareLinking(db);
    await replaceCommits(db, tree, matches);
    await judgeTouched(db);
    await findAskedLines(db);
  });
}

/** Judges the series that changed, some at a time. */
async function judgeTouched(db: Transaction): Promise<void> {
  while (await nextToJudge(db)) {
    const series = await gatherSeries(db);
    const keepers = await keepersAmong(db, voicesOf(series.flatMap(({ revisions }) => revisions)));
    await replaceSeries(
      db,
      series.map(({ id, revisions }) => seriesRow(id, revisions, (key) => keepers.has(key))),
    );
  }
}
