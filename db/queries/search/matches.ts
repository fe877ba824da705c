import type { Node } from '#query/types';
import type { Snapshot } from '../../open';
import { QueryCache } from '../cache';
import { type Condition, NEWEST, OLDEST, type Range, ROBOTS } from './condition';
import { firstAtMost, without } from './descending';
import { type Plan, planQuery } from './plan';

/** Matches are counted up to this; beyond it, the count is a lower bound. */
export const COUNT_BOUND = 10_000;

/** The conditions in the form for a query that begins with words, or without. */
const conditions = ({ match, where }: Plan) => where.map((one) => (match === null ? one : (one.test ?? one)));

/**
 * `FROM ...` for all matches (in a range of ids), without an order; `id` is the column of their ids. FTS5 only gets a plain range:
 * with other terms on its rowid, SQLite may look up each row, and then cannot use the words.
 */
function matches(plan: Plan, range: Range | null = null): Condition & { id: string } {
  const within = (column: string) => (range ? `AND ${column} >= ${range[0]} AND ${column} < ${range[1]}` : '');
  const isLed = plan.match !== null;
  const parts = conditions(plan);
  const where = parts.map(({ sql }, n) =>
    sql
      .replaceAll('@id', isLed ? (plan.where[n]?.range ? 'rowid' : '+search.rowid') : 'message.id')
      .replace(/@in\(([\w.]+)\)/g, (_, column: string) => within(column)),
  );
  const params = parts.flatMap((one) => one.params);
  if (isLed)
    return {
      id: 'rowid',
      sql: `FROM search WHERE ${['search MATCH ?', ...where].join(' AND ')} ${within('rowid')}`,
      params: [plan.match, ...params],
    };
  return { id: 'id', sql: `FROM message WHERE ${where.length ? where.join(' AND ') : '1'} ${within('id')}`, params };
}

/** Results of this many queries, at most 80 KB each: a query's next page, another order, its feed and its facets need the same ids. */
const cache = new QueryCache<number[]>(128);

const keyOf = ({ match, where }: Plan) => JSON.stringify([match, where]);

/** The ids of the newest matches, newest first; one more than COUNT_BOUND if there are more. */
export function newestMatches(db: Snapshot, plan: Plan): Promise<number[]> {
  return cache.get(db, keyOf(plan), () => readMatches(db, plan, null, COUNT_BOUND + 1));
}

/** Up to `limit` matches older than an id, newest first. */
export async function matchesBefore(db: Snapshot, plan: Plan, before: number | null, limit: number): Promise<number[]> {
  const all = await newestMatches(db, plan);
  const from = before === null ? 0 : firstAtMost(all, before - 1);
  if (all.length <= COUNT_BOUND || from + limit <= all.length) return all.slice(from, from + limit);
  return readMatches(db, plan, before, limit);
}

/** Mails in the first range that is searched; each following range is four times as long. */
const FIRST_RANGE = 20_000;

/** The span of ids, from all dates in the query, outside which nothing can match. */
function spanOf({ where }: Plan): Range {
  const ranges = where.flatMap(({ range }) => (range ? [range] : []));
  return [Math.max(OLDEST, ...ranges.map(([from]) => from)), Math.min(NEWEST, ...ranges.map(([, to]) => to))];
}

/**
 * Reads matches, newest first. Queries that begin with words, or only test each mail, return matches in this order. Subqueries return
 * all matches at once, so they are run range by range: the cost of `NOT kernel` then depends on the page, not on the archive.
 */
export async function readMatches(
  db: Snapshot,
  plan: Plan,
  before: number | null,
  limit: number,
  firstRange = FIRST_RANGE,
): Promise<number[]> {
  const isRanged = conditions(plan).some(({ sql }) => sql.includes('@in('));
  const found: number[] = [];
  const [oldest, newest] = spanOf(plan);
  let to = Math.min(before ?? NEWEST, newest);
  for (let mails = firstRange; found.length < limit; mails *= 4) {
    const from = isRanged ? await idBelow(db, to, mails) : OLDEST;
    const range: Range | null = isRanged || before !== null ? [from, to] : null;
    const ids = await readRange(db, plan, range, limit - found.length);
    if (from <= oldest && !found.length) return ids;
    for (const id of ids) found.push(id);
    if (from <= oldest) break;
    to = from;
  }
  return found;
}

/** Parses numbers in a JSON array, or with any separators: twice as fast as JSON.parse for ten thousand, without objects for the garbage collector. */
export function parseIds(json: Uint8Array): number[] {
  const ids: number[] = [];
  let [id, digits, isNegative] = [0, 0, false];
  for (let at = 0; at < json.length; at++) {
    const code = json[at] as number;
    if (code >= 48 && code < 58) {
      id = id * 10 + (code - 48);
      digits++;
    } else if (code === 45) isNegative = true;
    else if (digits) {
      ids.push(isNegative ? -id : id);
      [id, digits, isNegative] = [0, 0, false];
    }
  }
  if (digits) ids.push(isNegative ? -id : id);
  return ids;
}

/** A bound number as a limit. SQLite plans with the value of a bare `?` here, so it would prepare the statement again each time. */
export const LIMIT = 'LIMIT CAST(? AS INTEGER)';

/** Reads ids as a single row, which is faster than ten thousand rows. */
async function readRange(db: Snapshot, plan: Plan, range: Range | null, limit: number): Promise<number[]> {
  const { id, sql, params } = matches(plan, range);
  const row = await db.get<{ ids: Buffer }>(
    `SELECT CAST(json_group_array(id) AS BLOB) AS ids FROM (SELECT ${id} AS id ${sql} ORDER BY ${id} DESC ${LIMIT})`,
    [...params, limit],
  );
  return row ? parseIds(row.ids) : [];
}

/** The id that is this many postings below another. */
async function idBelow(db: Snapshot, id: number, postings: number): Promise<number> {
  const row = await db.get<{ id: number }>(
    'SELECT message_id AS id FROM posting WHERE message_id < CAST(? AS INTEGER) ORDER BY message_id DESC LIMIT 1 OFFSET CAST(? AS INTEGER)',
    [id, postings],
  );
  return row?.id ?? OLDEST;
}

/** Weights of bm25 in the order of the columns: subjects count most, then names, then own words. */
const WEIGHTS = '10, 4, 1, 1, 3, 0.5, 0.7, 2, 2, 1, 1, 0.5, 1, 1, 0.5';

/** Up to this many matches are ranked one by one: bm25 takes 1.4 µs for each, and counts the mails with each word. */
const WEIGHED = 2_000;
/** With more matches, this many are ranked and the others follow by date: twenty pages of threads, for a fraction of the full cost. */
const PLACED = 1_000;

/** The most matches that are ranked; the others are sorted by date. */
export const RANKED = Math.max(WEIGHED, PLACED);

/** Ranked results of this many queries, which their next pages need again. */
const ranked = new QueryCache<number[]>(32);

/**
 * Matches by rank, the best first. If there are more than WEIGHED, those with the words in the subject come first, then those with the
 * words in the author's own words, each newest first, up to PLACED; then the others. Robots come after these, because their
 * disassemblies and lists contain every word. A plan without words has no rank; its matches are sorted by date.
 */
export async function bestMatches(db: Snapshot, plan: Plan, from: number, limit: number): Promise<number[]> {
  const all = await newestMatches(db, plan);
  const ids = plan.match === null ? all : await ranked.get(db, keyOf(plan), () => rank(db, plan, all));
  return ids.slice(from, from + limit);
}

async function rank(db: Snapshot, plan: Plan, all: number[]): Promise<number[]> {
  if (all.length < 2) return all;
  const ids = all.length > WEIGHED ? await byPlace(db, plan, all) : await byWeight(db, plan);
  return [...(await robotsLast(db, ids.slice(0, PLACED))), ...ids.slice(PLACED)];
}

async function byWeight(db: Snapshot, plan: Plan): Promise<number[]> {
  const { sql, params } = matches(plan);
  const row = await db.get<{ ids: Buffer }>(
    `SELECT CAST(json_group_array(id) AS BLOB) AS ids FROM (SELECT rowid AS id ${sql} ORDER BY bm25(search, ${WEIGHTS}), rowid DESC)`,
    params,
  );
  return row ? parseIds(row.ids) : [];
}

/** Robots' mails, oldest first, read once for each version of the data. */
const robots = new QueryCache<number[]>(1);

async function robotsLast(db: Snapshot, ids: number[]): Promise<number[]> {
  const known = await robots.get(db, '', async () => {
    const row = await db.get<{ ids: Buffer }>(
      `SELECT CAST(json_group_array(id) AS BLOB) AS ids FROM (SELECT id FROM message WHERE author_id IN (${ROBOTS}) ORDER BY id)`,
    );
    return row ? parseIds(row.ids) : [];
  });
  if (!known.length) return ids;
  const isRobots = (id: number) => known[firstFrom(known, id)] === id;
  return [...ids.filter((id) => !isRobots(id)), ...ids.filter(isRobots)];
}

/** The index of the first id not below a bound, in ascending ids. */
function firstFrom(ids: number[], bound: number): number {
  let [from, to] = [0, ids.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ids[middle] as number) < bound) from = middle + 1;
    else to = middle;
  }
  return from;
}

async function byPlace(db: Snapshot, plan: Plan, all: number[]): Promise<number[]> {
  const found = new Set<number>();
  for (const match of plan.better) {
    if (found.size >= PLACED) break;
    for (const id of await readMatches(db, { ...plan, match }, null, PLACED)) found.add(id);
  }
  const placed = [...found].slice(0, PLACED);
  return [...placed, ...without(all, placed)];
}

/** Every message that a tree finds, newest first. Takes 8 bytes of memory per match, and a single row from the database. */
export async function everyMatch(db: Snapshot, tree: Node): Promise<number[]> {
  const { id, sql, params } = matches(planQuery(tree));
  const row = await db.get<{ ids: string }>(`SELECT json_group_array(${id}) AS ids ${sql}`, params);
  return (JSON.parse(row?.ids ?? '[]') as number[]).sort((a, b) => b - a);
}
