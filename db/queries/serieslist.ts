import { firstIdAt } from '#mail/ids';
import { STATE, STATES } from '#patch/state';
import type { Snapshot } from '../open';
import { SERIES_JOINS, SERIES_LINE, type SeriesLine } from './series';
import { STATUS, stateNamed, statusIs } from './status';

export interface SeriesFilter {
  /** A state in patch/state.ts; for series waiting for review, the longest waiting comes first. */
  status?: string;
  /** list.name */
  list?: string;
  /** A part of the author's name or address. */
  author?: string;
  /** identity.person_id */
  person?: number;
  /** Only series with a patch among these messages. */
  among?: number[];
  /** The newest revision was posted at least (below: at most) this many days before the archive's newest mail. */
  olderThanDays?: number;
  newerThanDays?: number;
  /** `posted_id` of the last line on the previous page. */
  after?: number;
}

export const SERIES_A_PAGE = 100;

/** A page of series, newest revision first; waiting series with the longest waiting first. One more row than fits on the page shows that there is a next page. */
export async function listSeries(db: Snapshot, filter: SeriesFilter): Promise<SeriesLine[]> {
  const waiting = stateNamed(filter.status ?? '') === STATE.waiting;
  const { where, params } = await conditions(db, filter, waiting);
  return db.all<SeriesLine>(
    `SELECT ${SERIES_LINE} FROM series s ${SERIES_JOINS} WHERE ${where.join(' AND ')}
     ORDER BY s.posted_id ${waiting ? 'ASC' : 'DESC'} LIMIT ${SERIES_A_PAGE + 1}`,
    params,
  );
}

async function conditions(
  db: Snapshot,
  filter: SeriesFilter,
  waiting: boolean,
): Promise<{ where: string[]; params: (string | number)[] }> {
  const where = ['1'];
  const params: (string | number)[] = [];
  const add = (condition: string, ...values: (string | number)[]) => {
    where.push(condition);
    params.push(...values);
  };
  if (filter.status) {
    const state = stateNamed(filter.status);
    const { sql, params: values } = state ? statusIs(state) : { sql: '0', params: [] };
    add(sql, ...values);
  }
  if (filter.list)
    add(
      'EXISTS (SELECT 1 FROM posting p JOIN list l ON l.id = p.list_id WHERE p.message_id = s.posted_id AND l.name = ?)',
      filter.list,
    );
  if (filter.author)
    add(`(i.name LIKE ? ESCAPE '\\' OR i.address LIKE ? ESCAPE '\\')`, likeOf(filter.author), likeOf(filter.author));
  if (filter.among)
    add(
      's.id IN (SELECT r.series_id FROM json_each(?) j JOIN patch p ON p.message_id = j.value JOIN revision r ON r.id = p.revision_id)',
      JSON.stringify(filter.among),
    );
  if (filter.person !== undefined) add('i.person_id = ?', filter.person);
  if (filter.after !== undefined) add(waiting ? 's.posted_id > ?' : 's.posted_id < ?', filter.after);
  if (filter.olderThanDays !== undefined || filter.newerThanDays !== undefined) {
    const newest = (await db.get<{ id: number | null }>('SELECT max(id) AS id FROM message'))?.id ?? 0;
    if (filter.olderThanDays !== undefined) add('s.posted_id <= ?', newest - firstIdAt(filter.olderThanDays * 86400));
    if (filter.newerThanDays !== undefined) add('s.posted_id >= ?', newest - firstIdAt(filter.newerThanDays * 86400));
  }
  return { where, params };
}

function likeOf(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/** The number of series in each state, in the order of patch/state.ts, waiting ones first. */
export async function seriesCounts(db: Snapshot): Promise<{ status: string; series: number }[]> {
  const rows = await db.all<{ status: string; series: number }>(
    `SELECT ${STATUS} AS status, count(*) AS series FROM series s GROUP BY 1`,
  );
  const counts = new Map(rows.map(({ status, series }) => [status, series]));
  const names = [STATE.waiting, ...STATES.map(({ name }) => name).filter((name) => name !== STATE.waiting)];
  return names.flatMap((status) => {
    const series = counts.get(status) ?? 0;
    return series > 0 || status === STATE.waiting ? [{ status, series }] : [];
  });
}
