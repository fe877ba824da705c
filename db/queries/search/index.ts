import { parseQuery } from '#query/parse';
import type { Node, Problem } from '#query/types';
import { expandTopics, type Topic } from '#site/topic';
import type { Snapshot } from '../../open';
import { QueryCache } from '../cache';
import { lists } from '../home';
import { type Condition, idRange, inThread, onList, UnknownTest } from './condition';
import { type Facets, type MonthCount, monthsOf, readFacets, topicFacet } from './facets';
import { COUNT_BOUND, newestMatches, readMatches } from './matches';
import { type Plan, planQuery } from './plan';
import type { SearchResult } from './results';
import { shownOf, withGroups } from './shown';
import { narrowWildcards } from './wildcard';

export { FACET_BOUND, type Facet, type Facets } from './facets';
export { COUNT_BOUND, everyMatch } from './matches';
export type { SearchResult } from './results';

export interface SearchRequest {
  query: string;
  sort: 'date' | 'relevance';
  limit: number;
  /** The name of a list; null: all lists. */
  list?: string | null;
  /** Slugs that limit the search to a topic; and below, to a person. */
  topic?: string | null;
  person?: string | null;
  /** The id of the thread to search; null: all. */
  thread?: number | null;
  /** Unix seconds; `before` is exclusive. */
  after?: number | null;
  before?: number | null;
  /** The place of the page: only results (or threads) whose newest match is older than this id; by relevance, the number of results to skip. */
  cursor?: number | null;
  facets?: boolean;
  /** One result per thread: its newest (or best) match, with the number of the others. */
  group?: 'thread' | null;
  snippets?: boolean;
  /** Unix seconds, from which `yesterday` is computed. */
  now: number;
  /** The topics for `topic:` and `system:`. */
  topics?: Topic[];
  /** The messages of each topic, for its facet. */
  topicIds?: ReadonlyMap<string, readonly number[]>;
}

export interface SearchPage {
  query: string;
  results: SearchResult[];
  total: number;
  /** Whether there are more than `total`. */
  totalIsBound: boolean;
  /** The cursor of the next page; null at the end. */
  next: number | null;
  facets: Facets | null;
  /** The newest COUNT_BOUND matches by month; null without facets. */
  months: MonthCount[] | null;
  problem: Problem | null;
  /** A note for the reader about how the query was answered. */
  notice: string | null;
}

export const MAX_LIMIT = 1_000;

/** Runs a query in lore's language. A wrong query gives no results and says what is wrong; no query makes it throw. */
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
    notice: `Too many words in this archive match ${planned.broad.join(', ')}; only the frequent ones were searched.`,
  };
}

/** Every match of a query, newest first; eight bytes of memory each. */
export async function matchingIds(
  db: Snapshot,
  request: Omit<SearchRequest, 'sort' | 'limit'>,
): Promise<{ ids: number[] } | { problem: Problem }> {
  const planned = await plan(db, request);
  return 'problem' in planned ? planned : { ids: await readMatches(db, planned.plan, null, EVERY) };
}

/** The largest number that can be bound to SQLite's LIMIT. */
const EVERY = 2 ** 31 - 1;

/** Plans a request, or returns what is wrong with it. */
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
    const list = request.list && (await hasAll(db, request.list)) ? null : request.list;
    made.where.push(...narrowing({ ...request, list }));
    return { plan: made, broad };
  } catch (error) {
    if (!(error instanceof UnknownTest)) throw error;
    return { problem: { message: error.message, at: [error.at, request.query.length] } };
  }
}

/** Whether a list has all mails, so that they need not be tested. */
async function hasAll(db: Snapshot, list: string): Promise<boolean> {
  const all = await lists(db);
  return all.length === 1 && all[0]?.name === list;
}

/** Adds `topic` and `person` from the URL to the query. */
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

/** Pages of results, at most 200 KB each, kept until the data change: pages are often requested again, by "back", as JSON, or by a feed. */
const cache = new QueryCache<Page>(64);
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
  const { all, next, ...page } = await (limit > LARGEST_KEPT ? read() : cache.get(db, key, read));
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
  const shown = await shownOf(db, request, all, plan, limit);
  const marked = request.snippets === false ? null : plan;
  const months = request.facets ? monthsOf(all) : null;
  // Facets are read on SQLite's thread while this one makes excerpts.
  const [results, facets] = await Promise.all([
    withGroups(db, shown, marked),
    months ? readFacets(db, all, months) : null,
  ]);
  return {
    all,
    results,
    next: shown.next,
    facets,
    months,
  };
}
