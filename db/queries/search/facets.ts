import { monthNamer } from '#mail/months';
import type { Snapshot } from '../../open';
import { STATUS } from '../status';

export interface Facet {
  /** What the search is narrowed to. */
  value: string;
  /** What it is called, where that differs. */
  title?: string;
  count: number;
}

export interface Facets {
  lists: Facet[];
  years: Facet[];
  /** Persons by slug, under all their addresses. */
  authors: Facet[];
  /** What became of the series that matching patches belong to. */
  statuses: Facet[];
  /** By slug; of all that is counted. */
  topics: Facet[];
  /** What they state of bugs (query/fact.ts). */
  facts: Facet[];
}

/** Facets are counted over the newest matches up to this. */
export const FACET_BOUND = 1_000;
const VALUES = 12;

/** Of each facet: its value, its title, and the rows that are counted by the value. */
const COUNTED = {
  lists: ['l.name', 'NULL', 'JOIN posting p ON p.message_id = j.value JOIN list l ON l.id = p.list_id'],
  authors: [
    'p.slug',
    'p.name',
    'JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id JOIN person p ON p.id = i.person_id',
  ],
  statuses: [
    STATUS,
    'NULL',
    'JOIN patch p ON p.message_id = j.value JOIN revision r ON r.id = p.revision_id JOIN series s ON s.id = r.series_id',
  ],
} as const;

const counted = Object.entries(COUNTED)
  .map(
    ([facet, [column, title, joins]]) =>
      `SELECT * FROM (SELECT '${facet}' AS facet, ${column} AS value, ${title} AS title, count(*) AS count FROM json_each(?1) j ${joins} GROUP BY 2 ORDER BY 4 DESC, 2 LIMIT ${VALUES})`,
  )
  .join(' UNION ALL ');

type Counted = Record<keyof typeof COUNTED, Facet[]>;

async function readCounted(db: Snapshot, ids: number[]): Promise<Counted> {
  const found: Counted = { lists: [], authors: [], statuses: [] };
  if (!ids.length) return found;
  const rows = await db.all<{ facet: keyof typeof COUNTED; value: string; title: string | null; count: number }>(
    counted,
    [JSON.stringify(ids)],
  );
  for (const { facet, value, title, count } of rows)
    found[facet].push(title === null ? { value, count } : { value, title, count });
  return found;
}

/** Facets of matches (message.id, newest first). */
export async function readFacets(db: Snapshot, matches: readonly number[]): Promise<Omit<Facets, 'topics' | 'facts'>> {
  return {
    ...(await readCounted(db, matches.slice(0, FACET_BOUND))),
    years: countBy(matches, 4)
      .reverse()
      .map(([value, count]) => ({ value, count })),
  };
}

/** How many of the matches each topic has, those with most first. */
export function topicFacet(matches: readonly number[], topics: ReadonlyMap<string, readonly number[]>): Facet[] {
  return [...topics]
    .map(([value, ids]) => ({ value, count: inCommon(matches, ids) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

/** How many ids two lists, both newest first, have in common. */
export function inCommon(a: readonly number[], b: readonly number[]): number {
  const oldest = a.at(-1) ?? Number.POSITIVE_INFINITY;
  let [count, n] = [0, 0];
  for (const id of b) {
    if (id < oldest) break;
    while ((a[n] as number) > id) n++;
    if (a[n] === id) count++;
  }
  return count;
}

/** Matches by month, 'YYYY-MM' ascending. */
export const monthsOf = (matches: readonly number[]): { month: string; messages: number }[] =>
  countBy(matches, 7).map(([month, messages]) => ({ month, messages }));

/** Counts by the first letters of the date. */
function countBy(matches: readonly number[], letters: 4 | 7): [string, number][] {
  const counts = new Map<string, number>();
  const nameOf = monthNamer(letters);
  for (const id of matches) {
    const name = nameOf(id);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
