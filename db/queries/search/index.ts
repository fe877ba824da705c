import { parseQuery } from '#query/parse';
import type { Node, Problem } from '#query/types';
import { expandTopics, type Topic } from '#site/topic';
import type { Snapshot } from '../../open';
import { Kept } from '../kept';
import { type Condition, idRange, inThread, onList, UnknownTest } from './condition';
import { FACET_BOUND, type Facets, monthsOf, readFacets, topicFacet } from './facets';
import { factFacet } from './facts';
import { bestMatches, COUNT_BOUND, matchesBefore, newestMatches, readMatches } from './matches';
import { type Plan, planQuery } from './plan';
import { readResults, type SearchResult } from './results';
import { narrowWildcards } from './wildcard';

export { FACET_BOUND, type Facet, type Facets } from './facets';
export { COUNT_BOUND, everyMatch } from './matches';
export type { SearchResult } from './results';

export interface SearchRequest {
  query: string;
  sort: 'date' | 'relevance';
  limit: number;
  /** Names of one list; null: all. */
  list?: string | null;
  /** Slugs that hold the search to a topic, to a person. */
  topic?: string | null;
  person?: string | null;
  /** Id of the thread that is searched; null: all. */
  thread?: number | null;
  /** Unix seconds; `before` is exclusive. */
  after?: number | null;
  before?: number | null;
  /** Key of the page: results (or threads) whose newest match is older than this id, by relevance the number passed over. */
  cursor?: number | null;
  facets?: boolean;
  /** One result a thread: its newest (or best) match, with the number of the others. */
  group?: 'thread' | null;
  snippets?: boolean;
  /** Unix seconds; what `yesterday` is counted from. */
  now: number;
  /** What `topic:` and `system:` stand for. */
  topics?: Topic[];
  /** Messages of each topic, for its facet. */
  topicIds?: ReadonlyMap<string, readonly number[]>;
}

export interface SearchPage {
  query: string;
  results: SearchResult[];
  total: number;
  /** There are more than `total`. */
  totalIsBound: boolean;
  /** Cursor of the next page; null at the end. */
  next: number | null;
  facets: Facets | null;
  /** Matches by month, of the newest COUNT_BOUND; null without facets. */
  months: { month: string; messages: number }[] | null;
  problem: Problem | null;
  /** What the reader is told of how it was answered. */
  notice: string | null;
}

export const MAX_LIMIT = 1_000;

/** Runs a query in lore's language. A wrong one gives no results and says what is wrong; it never throws for what a user typed. */
export async function searchMessages(db: Snapshot, request: SearchRequest): Promise<SearchPage> {
  const empty: SearchPage = {
    query: request.query,
    results: [],
    total: 0,
    totalIsBound: false,
    next: null,
    facets: null,
    months: null,
    problem: null,
    notice: null,
  };
  const planned = await plan(db, request);
  if ('problem' in planned) return { ...empty, problem: planned.problem };
  const page = await run(db, request, planned.plan, empty);
  if (!planned.broad.length) return page;
  return {
    ...page,
    totalIsBound: true,
    notice: `Too many words of this archive begin as ${planned.broad.join(', ')}: the frequent ones were looked for.`,
  };
}

/** Every match of a query, newest first: eight bytes each in memory, whatever their number. */
export async function matchingIds(
  db: Snapshot,
  request: Omit<SearchRequest, 'sort' | 'limit'>,
): Promise<{ ids: number[] } | { problem: Problem }> {
  const planned = await plan(db, request);
  return 'problem' in planned ? planned : { ids: await readMatches(db, planned.plan, null, EVERY) };
}

/** As large as SQLite's LIMIT binds. */
const EVERY = 2 ** 31 - 1;

/** How a request is run; what is wrong with it, where it cannot be. */
async function plan(
  db: Snapshot,
  request: Omit<SearchRequest, 'sort' | 'limit'>,
): Promise<{ plan: Plan; broad: string[] } | { problem: Problem }> {
  const parsed = parseQuery(request.query, request.now);
  if (parsed.problem) return { problem: parsed.problem };
  try {
    const asked = withTests(parsed.tree, request);
    const tree = asked && expandTopics(asked, request.topics ?? []);
    const { tree: narrowed, broad } = tree ? await narrowWildcards(db, tree) : { tree, broad: [] };
    const made = planQuery(narrowed, tree);
    made.where.push(...narrowing(request));
    return { plan: made, broad };
  } catch (error) {
    if (!(error instanceof UnknownTest)) throw error;
    return { problem: { message: error.message, at: [error.at, request.query.length] } };
  }
}

/** `topic` and `person` of the address, as if they stood in the query. */
function withTests(
  tree: Node | null,
  { query, topic, person }: Pick<SearchRequest, 'query' | 'topic' | 'person'>,
): Node | null {
  const tests = Object.entries({ topic, person }).flatMap(([name, value]): Node[] =>
    value ? [{ kind: 'test', name, value, at: query.length }] : [],
  );
  const all = [...(tree ? [tree] : []), ...tests];
  return all.length < 2 ? (all[0] ?? null) : { kind: 'and', of: all };
}

function narrowing({ list, after, before, thread }: Omit<SearchRequest, 'sort' | 'limit'>): Condition[] {
  const where: Condition[] = [];
  if (after != null || before != null) where.push(idRange(after ?? null, before ?? null));
  if (list) where.push(onList(list));
  if (thread != null) where.push(inThread(thread));
  return where;
}

/** Pages of results, of 200 KB at most, kept until the data change: what is asked once is asked again, by its next page's "back", by JSON after HTML, by a feed. */
const kept = new Kept<Page>(64);
const LARGEST_KEPT = 200;

/** The part of an answer that depends only on the data. */
interface Page {
  all: number[];
  results: SearchResult[];
  next: number | null;
  facets: Omit<Facets, 'topics'> | null;
  months: SearchPage['months'];
}

async function run(db: Snapshot, request: SearchRequest, plan: Plan, empty: SearchPage): Promise<SearchPage> {
  const { sort, group, cursor, snippets = true, facets = false } = request;
  const limit = Math.min(Math.max(1, request.limit), MAX_LIMIT);
  const key = JSON.stringify([plan, sort, group, cursor, limit, snippets, facets]);
  const read = () => readPage(db, request, plan, limit);
  const { all, next, ...page } = await (limit > LARGEST_KEPT ? read() : kept.get(db, key, read));
  return {
    ...empty,
    results: page.results,
    total: Math.min(all.length, COUNT_BOUND),
    totalIsBound: all.length > COUNT_BOUND,
    next,
    facets: page.facets && { ...page.facets, topics: topicFacet(all, request.topicIds ?? new Map()) },
    months: page.months,
  };
}

async function readPage(db: Snapshot, request: SearchRequest, plan: Plan, limit: number): Promise<Page> {
  const all = await newestMatches(db, plan);
  const shown = request.group
    ? await groupedResults(db, request, all, plan, limit)
    : await plainResults(db, request, plan, limit);
  const marked = request.snippets === false ? null : plan;
  // Facets are counted on SQLite's thread while excerpts are cut on this one.
  const [results, facets] = await Promise.all([
    readResults(db, shown.ids, marked),
    request.facets ? facetsOf(db, all) : null,
  ]);
  return {
    all,
    results: await withGroups(db, shown, results),
    next: shown.next,
    facets,
    months: request.facets ? monthsOf(all) : null,
  };
}

async function facetsOf(db: Snapshot, all: number[]): Promise<Omit<Facets, 'topics'>> {
  return { ...(await readFacets(db, all)), facts: await factFacet(db, all.slice(0, FACET_BOUND)) };
}

interface Shown {
  ids: number[];
  next: number | null;
  /** Matches of the thread of each id, the id itself first. */
  groups: number[][] | null;
}

async function plainResults(db: Snapshot, request: SearchRequest, plan: Plan, limit: number): Promise<Shown> {
  const cursor = request.cursor ?? null;
  const isRanked = request.sort === 'relevance';
  const ids = isRanked
    ? await bestMatches(db, plan, cursor ?? 0, limit + 1)
    : await matchesBefore(db, plan, cursor, limit + 1);
  const shown = ids.slice(0, limit);
  if (ids.length <= limit) return { ids: shown, next: null, groups: null };
  return { ids: shown, next: isRanked ? (cursor ?? 0) + limit : (shown.at(-1) ?? null), groups: null };
}

/** Matches whose threads are looked up at a time: a page of threads is found among the first few hundred. */
const WALK = 500;

/** Threads in the order of their newest (or best) match, of the first COUNT_BOUND matches. */
async function groupedResults(
  db: Snapshot,
  request: SearchRequest,
  all: number[],
  plan: Plan,
  limit: number,
): Promise<Shown> {
  const ranked = request.sort === 'relevance' && plan.match !== null;
  const ids = ranked ? await bestMatches(db, plan, 0, COUNT_BOUND) : all;
  const cursor = request.cursor ?? null;
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
    ),
  };
}

/** Threads of messages, in their order. */
async function threadsOf(db: Snapshot, ids: number[]): Promise<number[]> {
  const row = await db.get<{ threads: string }>(
    'SELECT json_group_array(m.thread ORDER BY j.key) AS threads FROM json_each(?) j JOIN message m ON m.id = j.value',
    [JSON.stringify(ids)],
  );
  return JSON.parse(row?.threads ?? '[]');
}

/** Of each thread its matches, in the order of the matches. */
async function groupsOf(db: Snapshot, threads: number[], matches: number[]): Promise<number[][]> {
  if (!threads.length) return [];
  const row = await db.get<{ mails: string }>(
    'SELECT json_group_array(json_array(j.key, m.id)) AS mails FROM json_each(?) j JOIN message m ON m.thread = j.value',
    [JSON.stringify(threads)],
  );
  const mails: [key: number, id: number][] = JSON.parse(row?.mails ?? '[]');
  const keys = new Map(mails.map(([key, id]) => [id, key]));
  const groups = threads.map((): number[] => []);
  for (const id of matches) {
    const key = keys.get(id);
    if (key !== undefined) groups[key]?.push(id);
  }
  return groups;
}

/** Others of a thread that are named beside its result. */
const ALSO = 3;

async function withGroups(db: Snapshot, { groups }: Shown, results: SearchResult[]): Promise<SearchResult[]> {
  if (!groups) return results;
  const others = await readResults(
    db,
    groups.flatMap((group) => group.slice(1, ALSO + 1)),
    null,
  );
  const byId = new Map(others.map((other) => [other.id, other]));
  return results.map((result, n) => {
    const group = groups[n] ?? [];
    const also = group.slice(1, ALSO + 1).flatMap((id) => byId.get(id) ?? []);
    return {
      ...result,
      matches: group.length,
      also: also.map(({ msgid, author, sentAt }) => ({ msgid, author, sentAt })),
    };
  });
}
