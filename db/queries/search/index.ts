import { parseQuery } from '#mail/query/parse';
import type { Node, Problem } from '#mail/query/types';
import { expandTopics, type Topic } from '#mail/topic';
import type { Snapshot, Value } from '../../open';
import { type Facets, monthsOf, readFacets } from './facets';
import { type Condition, idRange, type Plan, planQuery, UnknownTest } from './plan';
import { readResults, type SearchResult } from './results';

export { FACET_BOUND, type Facet, type Facets } from './facets';
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
  topicIds?: ReadonlyMap<string, ReadonlySet<number>>;
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
}

/** Matches are counted up to this; beyond it the count is said to be a bound. */
export const COUNT_BOUND = 10_000;
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
  };
  const parsed = parseQuery(request.query, request.now);
  if (parsed.problem) return { ...empty, problem: parsed.problem };
  try {
    const tree = withTests(parsed.tree, request);
    const plan = planQuery(tree && expandTopics(tree, request.topics ?? []));
    plan.where.push(...narrowing(request));
    return await run(db, request, plan, empty);
  } catch (error) {
    if (!(error instanceof UnknownTest)) throw error;
    return { ...empty, problem: { message: error.message, at: [error.at, request.query.length] } };
  }
}

/** `topic` and `person` of the address, as if they stood in the query. */
function withTests(tree: Node | null, { query, topic, person }: SearchRequest): Node | null {
  const tests = Object.entries({ topic, person }).flatMap(([name, value]): Node[] =>
    value ? [{ kind: 'test', name, value, at: query.length }] : [],
  );
  const all = [...(tree ? [tree] : []), ...tests];
  return all.length < 2 ? (all[0] ?? null) : { kind: 'and', of: all };
}

function narrowing({ list, after, before }: SearchRequest): Condition[] {
  const where: Condition[] = [];
  if (after != null || before != null) where.push(idRange(after ?? null, before ?? null));
  if (list) {
    where.push({
      sql: 'EXISTS (SELECT 1 FROM posting p JOIN list l ON l.id = p.list_id WHERE p.message_id = id AND l.name = ?)',
      params: [list],
    });
  }
  return where;
}

async function run(db: Snapshot, request: SearchRequest, plan: Plan, empty: SearchPage): Promise<SearchPage> {
  const limit = Math.min(Math.max(1, request.limit), MAX_LIMIT);
  const marked = request.snippets === false ? null : plan;
  const all = request.facets || request.group ? await newestMatches(db, plan) : null;
  const counted = all ? all.length : await count(db, plan);
  const shown = request.group
    ? await groupedResults(db, request, all ?? [], plan, limit)
    : await plainResults(db, request, plan, limit);
  return {
    ...empty,
    results: await withGroups(db, shown, await readResults(db, shown.ids, marked)),
    total: Math.min(counted, COUNT_BOUND),
    totalIsBound: counted > COUNT_BOUND,
    next: shown.next,
    facets: request.facets && all ? await readFacets(db, all, request.topicIds ?? new Map()) : null,
    months: request.facets && all ? monthsOf(all) : null,
  };
}

interface Shown {
  ids: number[];
  next: number | null;
  /** Matches of the thread of each id, the id itself first. */
  groups: number[][] | null;
}

async function plainResults(db: Snapshot, request: SearchRequest, plan: Plan, limit: number): Promise<Shown> {
  const ids = await matchingIds(db, plan, request, limit + 1);
  const shown = ids.slice(0, limit);
  const more = ids.length > limit;
  const next = request.sort === 'date' ? (shown.at(-1) ?? null) : (request.cursor ?? 0) + limit;
  return { ids: shown, next: more ? next : null, groups: null };
}

/** Threads in the order of their newest (or best) match, of the first COUNT_BOUND matches. */
async function groupedResults(
  db: Snapshot,
  request: SearchRequest,
  all: number[],
  plan: Plan,
  limit: number,
): Promise<Shown> {
  const ranked = request.sort === 'relevance' && plan.match !== null;
  const ids = ranked ? await matchingIds(db, plan, { ...request, cursor: 0 }, COUNT_BOUND) : all;
  const rows = await db.all<{ id: number; thread: number }>(
    'SELECT m.id, m.thread FROM json_each(?) j JOIN message m ON m.id = j.value ORDER BY j.key',
    [JSON.stringify(ids)],
  );
  const threads = new Map<number, number[]>();
  for (const { id, thread } of rows) {
    const group = threads.get(thread);
    if (group) group.push(id);
    else threads.set(thread, [id]);
  }
  const groups = [...threads.values()];
  const cursor = request.cursor ?? null;
  const first = cursor === null ? 0 : ranked ? cursor : groups.findIndex(([id = 0]) => id < cursor);
  const page = first < 0 ? [] : groups.slice(first, first + limit);
  const more = first >= 0 && groups.length > first + limit;
  const last = page.at(-1)?.[0] ?? null;
  return { ids: page.map(([id = 0]) => id), next: more ? (ranked ? first + limit : last) : null, groups: page };
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

/**
 * `FROM ...` of all matches, without an order. `id` is the FTS5 rowid where words lead. Only a plain range of ids is
 * given to FTS5: with other terms on its rowid SQLite may look each one up, and then has no way to ask for the words.
 */
function matches(plan: Plan): Condition {
  const where = plan.where.map(({ sql }) => sql);
  const params = plan.where.flatMap((one) => one.params);
  if (plan.match === null) return { sql: `FROM message WHERE ${where.length ? where.join(' AND ') : '1'}`, params };
  const onRowid = plan.where.map(({ sql, isRange }) =>
    sql
      .replace(/\bid (?=>=|<|IN|NOT)/g, isRange ? 'rowid ' : '+rowid ')
      .replaceAll('p.message_id = id', 'p.message_id = search.rowid'),
  );
  return { sql: `FROM search WHERE ${['search MATCH ?', ...onRowid].join(' AND ')}`, params: [plan.match, ...params] };
}

const idOf = (plan: Plan) => (plan.match === null ? 'id' : 'rowid');

/** Weights of bm25 in the order of the columns: a subject tells most, then names, then own words. */
const WEIGHTS = '10, 4, 1, 1, 3, 0.5, 0.7, 2, 2, 1, 1, 0.5, 1, 1, 0.5';

async function matchingIds(db: Snapshot, plan: Plan, request: SearchRequest, limit: number): Promise<number[]> {
  const { sql, params } = matches(plan);
  const id = idOf(plan);
  const ranked = request.sort === 'relevance' && plan.match !== null;
  const page: Value[] = [];
  let tail: string;
  if (ranked) {
    tail = `ORDER BY bm25(search, ${WEIGHTS}), rowid DESC LIMIT ? OFFSET ?`;
    page.push(limit, request.cursor ?? 0);
  } else {
    tail = `${request.cursor != null ? `AND ${id} < CAST(? AS INTEGER)` : ''} ORDER BY ${id} DESC LIMIT ?`;
    if (request.cursor != null) page.push(request.cursor);
    page.push(limit);
  }
  const rows = await db.all<{ id: number }>(`SELECT ${id} AS id ${sql} ${tail}`, [...params, ...page]);
  return rows.map((row) => row.id);
}

async function count(db: Snapshot, plan: Plan): Promise<number> {
  const { sql, params } = matches(plan);
  const row = await db.get<{ n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 ${sql} LIMIT ${COUNT_BOUND + 1})`,
    params,
  );
  return row?.n ?? 0;
}

/** Ids of the newest matches, one more than COUNT_BOUND where there are more; in one row, which is faster than ten thousand. */
async function newestMatches(db: Snapshot, plan: Plan): Promise<number[]> {
  const { sql, params } = matches(plan);
  const id = idOf(plan);
  const row = await db.get<{ ids: string }>(
    `SELECT json_group_array(id) AS ids FROM (SELECT ${id} AS id ${sql} ORDER BY ${id} DESC LIMIT ${COUNT_BOUND + 1})`,
    params,
  );
  return JSON.parse(row?.ids ?? '[]');
}

/** Every message that a tree finds, newest first: 8 bytes a match in memory, in one row of the database. */
export async function everyMatch(db: Snapshot, tree: Node): Promise<number[]> {
  const plan = planQuery(tree);
  const { sql, params } = matches(plan);
  const row = await db.get<{ ids: string }>(`SELECT json_group_array(${idOf(plan)}) AS ids ${sql}`, params);
  return (JSON.parse(row?.ids ?? '[]') as number[]).sort((a, b) => b - a);
}
