import type { Connection, Transaction } from '#db/open';
import { type MatchedCommit, replaceCommits } from '#db/write/commits';
import { addOutcomes, gatherByAuthor, gatherClaims, openCopies, replaceOutcomes } from '#db/write/outcomes';
import { finishDirty, gatherPatches, nextDirty, type Part, prepareLinking, replaceRevisions } from '#db/write/patch';
import {
  findAskedLines,
  gatherSeries,
  keepersAmong,
  nextToJudge,
  replaceSeries,
  touchAgain,
  touchedSeries,
  touchSeries,
} from '#db/write/series';
import { linkSeries, resolveByAuthor, resolveClaims, seriesRow, voicesOf } from '#ingest/patch/index';
import type { PatchFact } from '#patch/kinds';

/** Parts of 25,000 mails that are linked before their series are judged. If linking is killed between, they are linked again. */
const PARTS = 8;
/** Series judged in one transaction: limits how long the writer holds the lock. */
const JUDGED_AT_ONCE = 4000;

/**
 * Updates series, replies, outcomes and states for the mails stored since the last call. Needs up-to-date `place` rows of their
 * threads. If it is killed, the next call continues. The result does not depend on the parts.
 */
export async function linkPatches(db: Connection): Promise<void> {
  for (let first = await nextDirty(db, -1); first; first = await nextDirty(db, -1)) {
    if (await nextDirty(db, first.last)) await linkParts(db, first);
    else await linkWhole(db, first);
  }
}

/** Few mails: one transaction, so that no reader sees their patches without the states of the series. */
async function linkWhole(db: Connection, part: Part): Promise<void> {
  await db.transaction(async (tx) => {
    await linkPart(tx, part);
    await judgeTouched(tx);
    await finishDirty(tx, part);
  });
}

/** Many mails: a series that several parts change is judged once, after them, which takes as long as linking. */
async function linkParts(db: Connection, first: Part): Promise<void> {
  const touched = new Set<number>();
  let done = first;
  for (let part: Part | null = first, n = 0; part && n < PARTS; n++) {
    done = part;
    const own = await db.transaction(async (tx) => {
      await linkPart(tx, done);
      return touchedSeries(tx);
    });
    for (const id of own) touched.add(id);
    part = await nextDirty(db, done.last);
  }
  const series = [...touched].sort((a, b) => a - b);
  for (let at = 0; at < series.length; at += JUDGED_AT_ONCE)
    await db.transaction(async (tx) => {
      await prepareLinking(tx);
      await touchAgain(tx, series.slice(at, at + JUDGED_AT_ONCE));
      await judgeTouched(tx);
    });
  await db.transaction((tx) => finishDirty(tx, done));
}

async function linkPart(db: Transaction, part: Part): Promise<void> {
  await prepareLinking(db);
  await relate(db, part);
  await touchSeries(db, part);
}

/** Links series and resolves what happened to their patches. A separate function, so that its facts can be collected before series are judged. */
async function relate(db: Transaction, part: Part): Promise<void> {
  const facts = await gatherPatches(db, part);
  await replaceRevisions(db, linkSeries(facts));
  await resolveOutcomes(db, part, new Map(facts.map((fact) => [fact.id, fact])));
}

/** Resolves what mails say happened to patches. Copies without a match are compared with all patches of their author. */
async function resolveOutcomes(db: Transaction, part: Part, known: Map<number, PatchFact>): Promise<void> {
  const { claims, facts, revisionOf } = await gatherClaims(db, part, known);
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
