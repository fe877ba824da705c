import type { Snapshot, Value } from '../../open';
import { NO_ANSWER } from '../series';

export interface Facet {
  value: string;
  count: number;
}

export interface Facets {
  lists: Facet[];
  years: Facet[];
  authors: Facet[];
  /** What became of the series that matching patches belong to. */
  statuses: Facet[];
  /** By slug; of all that is counted. */
  topics: Facet[];
}

/** Facets are counted over the newest matches up to this. */
export const FACET_BOUND = 1_000;
const VALUES = 12;

const COUNTED = {
  lists: ['l.name', 'JOIN posting p ON p.message_id = j.value JOIN list l ON l.id = p.list_id'],
  authors: ['i.address', 'JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id'],
  statuses: [
    `iif(${NO_ANSWER}, 'no answer', s.status)`,
    'JOIN patch p ON p.message_id = j.value JOIN revision r ON r.id = p.revision_id JOIN series s ON s.id = r.series_id',
  ],
} as const;

/** Facets of matches (message.id, newest first). */
export async function readFacets(
  db: Snapshot,
  matches: number[],
  topics: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<Facets> {
  const ids = JSON.stringify(matches.slice(0, FACET_BOUND));
  const facet = ([column, joins]: readonly [string, string]) =>
    db.all<Facet & Record<string, Value>>(
      `SELECT ${column} AS value, count(*) AS count FROM json_each(?) j ${joins} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${VALUES}`,
      [ids],
    );
  return {
    lists: await facet(COUNTED.lists),
    authors: await facet(COUNTED.authors),
    statuses: await facet(COUNTED.statuses),
    topics: [...topics]
      .map(([value, ids]) => ({ value, count: matches.reduce((sum, id) => sum + (ids.has(id) ? 1 : 0), 0) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count),
    years: countBy(matches, 4)
      .reverse()
      .map(([value, count]) => ({ value, count })),
  };
}

/** Matches by month, 'YYYY-MM' ascending. */
export const monthsOf = (matches: number[]): { month: string; messages: number }[] =>
  countBy(matches, 7).map(([month, messages]) => ({ month, messages }));

/** Counts by the first letters of the date: an id is a time (docs/decisions/0002). */
function countBy(matches: number[], letters: 4 | 7): [string, number][] {
  const counts = new Map<string, number>();
  let [key, from, to] = ['', 0, 0];
  for (const id of matches) {
    // Neighbours are mostly of the same month: a date is made only where that ends.
    if (id < from || id >= to) {
      const date = new Date((id / 8) * 1000);
      const [year, month] = [date.getUTCFullYear(), letters === 4 ? 0 : date.getUTCMonth()];
      from = (Date.UTC(year, month) / 1000) * 8;
      to = (Date.UTC(letters === 4 ? year + 1 : year, letters === 4 ? 0 : month + 1) / 1000) * 8;
      key = date.toISOString().slice(0, letters);
    }
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
