import type { Node } from '#mail/query/types';
import type { Snapshot, Value } from '../../open';
import { Kept } from '../kept';
import { type Condition, type Plan, planQuery } from './plan';

/** Matches are counted up to this; beyond it the count is said to be a bound. */
export const COUNT_BOUND = 10_000;

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

/** Answers of as many queries, of 80 KB at most: the next page, another order, a feed and the facets of a query ask for the same ids. */
const kept = new Kept<number[]>(128);

/** Ids of the newest matches, newest first; one more than COUNT_BOUND where there are more. In one row, which is faster than ten thousand. */
export function newestMatches(db: Snapshot, plan: Plan): Promise<number[]> {
  const { sql, params } = matches(plan);
  const id = idOf(plan);
  return kept.get(db, JSON.stringify([sql, params]), async () => {
    const row = await db.get<{ ids: string }>(
      `SELECT json_group_array(id) AS ids FROM (SELECT ${id} AS id ${sql} ORDER BY ${id} DESC LIMIT ${COUNT_BOUND + 1})`,
      params,
    );
    return JSON.parse(row?.ids ?? '[]');
  });
}

/** Up to `limit` matches older than an id, newest first. */
export async function matchesBefore(db: Snapshot, plan: Plan, before: number | null, limit: number): Promise<number[]> {
  const all = await newestMatches(db, plan);
  const from = before === null ? 0 : firstBelow(all, before);
  if (all.length <= COUNT_BOUND || from + limit <= all.length) return all.slice(from, from + limit);
  const { sql, params } = matches(plan);
  const id = idOf(plan);
  const page: Value[] = before === null ? [limit] : [before, limit];
  const rows = await db.all<{ id: number }>(
    `SELECT ${id} AS id ${sql} ${before === null ? '' : `AND ${id} < CAST(? AS INTEGER)`} ORDER BY ${id} DESC LIMIT ?`,
    [...params, ...page],
  );
  return rows.map((row) => row.id);
}

/** Where in ids that descend the first one below a bound stands. */
function firstBelow(ids: number[], bound: number): number {
  let [from, to] = [0, ids.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ids[middle] as number) < bound) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Weights of bm25 in the order of the columns: a subject tells most, then names, then own words. */
const WEIGHTS = '10, 4, 1, 1, 3, 0.5, 0.7, 2, 2, 1, 1, 0.5, 1, 1, 0.5';

/** Matches by rank, the best first. A plan without words has no rank: its matches are by date. */
export async function bestMatches(db: Snapshot, plan: Plan, from: number, limit: number): Promise<number[]> {
  if (plan.match === null) return (await newestMatches(db, plan)).slice(from, from + limit);
  const { sql, params } = matches(plan);
  const rows = await db.all<{ id: number }>(
    `SELECT rowid AS id ${sql} ORDER BY bm25(search, ${WEIGHTS}), rowid DESC LIMIT ? OFFSET ?`,
    [...params, limit, from],
  );
  return rows.map((row) => row.id);
}

/** Every message that a tree finds, newest first: 8 bytes a match in memory, in one row of the database. */
export async function everyMatch(db: Snapshot, tree: Node): Promise<number[]> {
  const plan = planQuery(tree);
  const { sql, params } = matches(plan);
  const row = await db.get<{ ids: string }>(`SELECT json_group_array(${idOf(plan)}) AS ids ${sql}`, params);
  return (JSON.parse(row?.ids ?? '[]') as number[]).sort((a, b) => b - a);
}
