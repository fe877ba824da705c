import type { Snapshot } from '../open';
import { QueryCache } from './cache';

export interface ListSummary {
  name: string;
  list_id: string | null;
  description: string | null;
  messages: number;
  first_at: number | null;
  last_at: number | null;
  synthetic: number;
}

/** Nearly every page needs the lists. */
const cache = new QueryCache<readonly ListSummary[]>(1);

/** All lists by name, with their counts. */
export function lists(db: Snapshot): Promise<readonly ListSummary[]> {
  return cache.get(db, '', () =>
    db.all('SELECT name, list_id, description, messages, first_at, last_at, synthetic FROM list ORDER BY name'),
  );
}

/** Each page of a list shows its months. */
const keptMonths = new QueryCache<readonly { month: string; messages: number }[]>(100);

/** Postings by month, 'YYYY-MM' ascending, for one list or all. */
export function activity(db: Snapshot, list: string | null): Promise<readonly { month: string; messages: number }[]> {
  return keptMonths.get(db, list ?? '', () =>
    db.all(
      `SELECT a.month, sum(a.messages) AS messages FROM activity a JOIN list l ON l.id = a.list_id
       WHERE ?1 IS NULL OR l.name = ?1 GROUP BY a.month ORDER BY a.month`,
      [list],
    ),
  );
}

/** Postings of these lists by month from `from` ('YYYY-MM') on; lists without any are left out. */
export async function monthsOf(
  db: Snapshot,
  names: string[],
  from: string,
): Promise<Map<string, Record<string, number>>> {
  const rows = await db.all<{ name: string; months: string }>(
    `SELECT l.name, json_group_object(a.month, a.messages) AS months FROM json_each(?1) j JOIN list l ON l.name = j.value
     JOIN activity a ON a.list_id = l.id AND a.month >= ?2 GROUP BY l.id`,
    [JSON.stringify(names), from],
  );
  return new Map(rows.map(({ name, months }) => [name, JSON.parse(months)]));
}

/** Whether the archive has mail made by samples/; pages with mail from several lists say so. */
export async function anySynthetic(db: Snapshot): Promise<boolean> {
  return (await db.get('SELECT 1 FROM list WHERE synthetic = 1 LIMIT 1')) !== undefined;
}
