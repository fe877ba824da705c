import { parseQuery } from '#mail/query/parse';
import type { Problem } from '#mail/query/types';
import type { Snapshot, Value } from '../../open';
import { textsOf } from '../blocks';
import { excerptOf, type Piece, patternOf } from './excerpt';
import { type Condition, idRange, type Plan, planQuery, UnknownTest } from './plan';

export interface SearchRequest {
  query: string;
  sort: 'date' | 'relevance';
  limit: number;
  /** Names of one list; null: all. */
  list?: string | null;
  /** Unix seconds; `before` is exclusive. */
  after?: number | null;
  before?: number | null;
  /** Key of the page: results older than this id (by date), or the number of results passed over (by relevance). */
  cursor?: number | null;
  facets?: boolean;
  snippets?: boolean;
  /** Unix seconds; what `yesterday` is counted from. */
  now: number;
}

export interface SearchResult {
  id: number;
  msgid: string;
  subject: string;
  author: { name: string; address: string };
  sentAt: number;
  lists: string[];
  /** msgid of the thread's root. */
  thread: string;
  threadMessages: number;
  snippet: Piece[];
}

export interface Facet {
  value: string;
  count: number;
}

export interface SearchPage {
  query: string;
  results: SearchResult[];
  total: number;
  /** There are more than `total`. */
  totalIsBound: boolean;
  /** Cursor of the next page; null at the end. */
  next: number | null;
  facets: { lists: Facet[]; years: Facet[]; authors: Facet[] } | null;
  problem: Problem | null;
}

/** Matches are counted up to this; beyond it the count is said to be a bound. */
export const COUNT_BOUND = 10_000;
/** Facets are counted over the newest matches up to this. */
export const FACET_BOUND = 1_000;
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
    problem: null,
  };
  const parsed = parseQuery(request.query, request.now);
  if (parsed.problem) return { ...empty, problem: parsed.problem };
  try {
    const plan = planQuery(parsed.tree);
    plan.where.push(...narrowing(request));
    return await run(db, request, plan, empty);
  } catch (error) {
    if (!(error instanceof UnknownTest)) throw error;
    return { ...empty, problem: { message: error.message, at: [error.at, request.query.length] } };
  }
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
  const ids = await matchingIds(db, plan, request, limit + 1);
  const shown = ids.slice(0, limit);
  const counted = await count(db, plan);
  return {
    ...empty,
    results: await readResults(db, shown, request.snippets === false ? null : plan),
    total: Math.min(counted, COUNT_BOUND),
    totalIsBound: counted > COUNT_BOUND,
    next:
      ids.length > limit ? (request.sort === 'date' ? (shown.at(-1) ?? null) : (request.cursor ?? 0) + limit) : null,
    facets: request.facets ? await readFacets(db, plan) : null,
  };
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
const WEIGHTS = '10, 4, 1, 1, 3, 0.7, 2, 2, 1, 1, 0.5, 1, 1, 0.5';

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

interface ResultRow {
  id: number;
  msgid: string;
  subject: string;
  name: string;
  address: string;
  sent_at: number;
  lists: string;
  root: string;
  messages: number;
  text_block: number;
  text_at: number;
  text_size: number;
}

async function readResults(db: Snapshot, ids: number[], plan: Plan | null): Promise<SearchResult[]> {
  const rows = await db.all<ResultRow>(
    `SELECT m.id, m.msgid, m.subject, i.name, i.address, m.sent_at, t.root, t.messages, m.text_block, m.text_at, m.text_size,
       (SELECT group_concat(l.name) FROM posting p JOIN list l ON l.id = p.list_id WHERE p.message_id = m.id) AS lists
     FROM json_each(?) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id JOIN thread t ON t.id = m.thread
     ORDER BY j.key`,
    [JSON.stringify(ids)],
  );
  const texts = plan ? await textsOf(db, rows) : [];
  const pattern = plan ? patternOf(plan.words) : null;
  return rows.map((row, n) => ({
    id: row.id,
    msgid: row.msgid,
    subject: row.subject,
    author: { name: row.name, address: row.address },
    sentAt: row.sent_at,
    lists: row.lists?.split(',').sort() ?? [],
    thread: row.root,
    threadMessages: row.messages,
    snippet: plan ? excerptOf(texts[n] ?? '', pattern) : [],
  }));
}

async function readFacets(db: Snapshot, plan: Plan): Promise<NonNullable<SearchPage['facets']>> {
  const { sql, params } = matches(plan);
  const id = idOf(plan);
  const rows = await db.all<{ id: number }>(
    `SELECT ${id} AS id ${sql} ORDER BY ${id} DESC LIMIT ${FACET_BOUND}`,
    params,
  );
  const ids = JSON.stringify(rows.map((row) => row.id));
  const facet = (column: string, joins: string) =>
    db.all<Facet & Record<string, Value>>(
      `SELECT ${column} AS value, count(*) AS count FROM json_each(?) j ${joins} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12`,
      [ids],
    );
  const years = new Map<string, number>();
  for (const row of rows) {
    const year = new Date((row.id / 8) * 1000).getUTCFullYear().toString();
    years.set(year, (years.get(year) ?? 0) + 1);
  }
  return {
    lists: await facet('l.name', 'JOIN posting p ON p.message_id = j.value JOIN list l ON l.id = p.list_id'),
    authors: await facet('i.address', 'JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id'),
    years: [...years].map(([value, n]) => ({ value, count: n })).sort((a, b) => b.value.localeCompare(a.value)),
  };
}
