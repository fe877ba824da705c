import type { Snapshot } from '../../open';
import { NEWEST } from './condition';
import { firstAtMost } from './descending';
import { threadsOf } from './mailfacts';
import { bestMatches, COUNT_BOUND, matchesBefore, parseIds, RANKED } from './matches';
import type { Plan } from './plan';
import { readResults, type SearchResult } from './results';

/** The matches that a page shows, in order. */
interface Order {
  sort: 'date' | 'relevance';
  group?: 'thread' | null;
  cursor?: number | null;
}

interface Shown {
  ids: number[];
  next: number | null;
  /** For each id, the matches in its thread, the id itself first. */
  groups: number[][] | null;
}

export function shownOf(db: Snapshot, order: Order, all: number[], plan: Plan, limit: number): Promise<Shown> {
  return order.group ? groupedResults(db, order, all, plan, limit) : plainResults(db, order, plan, limit);
}

async function plainResults(db: Snapshot, order: Order, plan: Plan, limit: number): Promise<Shown> {
  const cursor = order.cursor ?? null;
  const isRanked = order.sort === 'relevance';
  const ids = isRanked
    ? await bestMatches(db, plan, cursor ?? 0, limit + 1)
    : await matchesBefore(db, plan, cursor, limit + 1);
  const shown = ids.slice(0, limit);
  if (ids.length <= limit) return { ids: shown, next: null, groups: null };
  return { ids: shown, next: isRanked ? (cursor ?? 0) + limit : (shown.at(-1) ?? null), groups: null };
}

/** Matches whose threads are looked up at a time; the first few hundred usually give a page of threads. */
const WALK = 500;

/** Threads ordered by their newest (or best) match, from the first COUNT_BOUND matches. */
async function groupedResults(db: Snapshot, order: Order, all: number[], plan: Plan, limit: number): Promise<Shown> {
  const ranked = order.sort === 'relevance' && plan.match !== null;
  const ids = ranked ? await bestMatches(db, plan, 0, COUNT_BOUND + 1) : all;
  const cursor = order.cursor ?? null;
  const seen = new Set<number>();
  const page: { thread: number; id: number }[] = [];
  for (let from = 0; from < ids.length && page.length <= limit; from += WALK) {
    const walked = ids.slice(from, from + WALK);
    const threads = await threadsOf(db, walked);
    for (const [n, thread] of threads.entries()) {
      if (seen.has(thread)) continue;
      seen.add(thread);
      const id = walked[n] as number;
      const isPassed = cursor !== null && (ranked ? seen.size <= cursor : id >= cursor);
      if (!isPassed) page.push({ thread, id });
      if (page.length > limit) break;
    }
  }
  const more = page.length > limit;
  const shown = page.slice(0, limit);
  const last = shown.at(-1)?.id ?? null;
  return {
    ids: shown.map(({ id }) => id),
    next: more ? (ranked ? (cursor ?? 0) + limit : last) : null,
    groups: await groupsOf(
      db,
      shown.map(({ thread }) => thread),
      ids,
      all,
    ),
  };
}

/** The matches in each thread, in order; `all` are the newest matches, by date. */
async function groupsOf(db: Snapshot, threads: number[], matches: number[], all: number[]): Promise<number[][]> {
  if (!threads.length) return [];
  if (matches.length <= RANKED) return grouped(threads, matches, await threadsOf(db, matches));
  const row = await db.get<{ mails: Buffer | null }>(
    `SELECT CAST(group_concat(j.key || ' ' || m.id) AS BLOB) AS mails FROM json_each(?) j JOIN message m ON m.thread = j.value`,
    [JSON.stringify(threads)],
  );
  const mails = parseIds(row?.mails ?? Buffer.alloc(0));
  const places = matches === all ? new Map<number, number>() : placesOf(matches, mails);
  const groups = threads.map((): number[] => []);
  for (let n = 0; n < mails.length; n += 2) {
    const id = mails[n + 1] as number;
    if (places.has(id) || all[firstAtMost(all, id)] === id) groups[mails[n] as number]?.push(id);
  }
  // After the ranked ones, matches are sorted by date.
  const placeOf = (id: number) => places.get(id) ?? RANKED + (NEWEST - id);
  for (const group of groups) if (group.length > 1) group.sort((a, b) => placeOf(a) - placeOf(b));
  return groups;
}

/** The same if there are so few matches that the thread of each is known, or soon is. */
function grouped(threads: number[], matches: number[], threadOf: number[]): number[][] {
  const groups = new Map(threads.map((thread) => [thread, [] as number[]]));
  for (const [n, id] of matches.entries()) groups.get(threadOf[n] as number)?.push(id);
  return threads.map((thread) => groups.get(thread) ?? []);
}

/** The ranks of mails among the matches that are not sorted by date. */
function placesOf(matches: readonly number[], mails: readonly number[]): Map<number, number> {
  const wanted = new Set(mails);
  const places = new Map<number, number>();
  const ranked = Math.min(matches.length, RANKED);
  for (let n = 0; n < ranked; n++) if (wanted.has(matches[n] as number)) places.set(matches[n] as number, n);
  return places;
}

/** Other matches of a thread that are listed with its result. */
const ALSO = 3;

/** Results with the other matches in their threads. */
export async function withGroups(db: Snapshot, { ids, groups }: Shown, marked: Plan | null): Promise<SearchResult[]> {
  if (!groups) return (await readResults(db, ids, [], marked)).results;
  const others = groups.map((group) => group.slice(1, ALSO + 1));
  const { results, also } = await readResults(db, ids, others.flat(), marked);
  const byId = new Map(also.map(({ id, ...other }) => [id, other]));
  for (const [n, result] of results.entries()) {
    result.matches = groups[n]?.length ?? 0;
    result.also = (others[n] ?? []).flatMap((id) => byId.get(id) ?? []);
  }
  return results;
}
