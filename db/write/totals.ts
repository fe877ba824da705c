import type { Reads } from '../open';

/** Totals of the database: messages by list, threads, series, people. */
export async function totals(
  db: Reads,
): Promise<{ lists: Record<string, number>; threads: number; series: number; people: number }> {
  const lists = await db.all<{ name: string; messages: number }>('SELECT name, messages FROM list ORDER BY name');
  const row = await db.get<{ threads: number; series: number; people: number }>(
    `SELECT (SELECT count(*) FROM thread) AS threads, (SELECT count(*) FROM series) AS series,
            (SELECT count(*) FROM person WHERE kind = 'person') AS people`,
  );
  return {
    lists: Object.fromEntries(lists.map(({ name, messages }) => [name, messages])),
    threads: row?.threads ?? 0,
    series: row?.series ?? 0,
    people: row?.people ?? 0,
  };
}
