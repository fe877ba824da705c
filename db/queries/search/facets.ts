import { monthNamer } from '#mail/months';
import { FACTS } from '#query/fact';
import type { Snapshot } from '../../open';
import { inCommon } from './descending';
import { factsOf } from './mailfacts';

export interface Facet {
  /** The value to which the search can be narrowed. */
  value: string;
  /** Its displayed name, if different. */
  title?: string;
  count: number;
}

export interface Facets {
  lists: Facet[];
  years: Facet[];
  /** Persons by slug, with all their addresses. */
  authors: Facet[];
  /** The states of the series with matching patches. */
  statuses: Facet[];
  /** By slug, for all counted matches. */
  topics: Facet[];
  /** The facts about bugs that they state (query/fact.ts). */
  facts: Facet[];
}

/** Facets are counted for this many of the newest matches. */
export const FACET_BOUND = 1_000;
const VALUES = 12;

/** The facets of matches (message.id, newest first). */
export async function readFacets(
  db: Snapshot,
  matches: readonly number[],
  months: readonly MonthCount[],
): Promise<Omit<Facets, 'topics'>> {
  const { mails, persons, lists } = await factsOf(db, matches.slice(0, FACET_BOUND));
  const byPerson = new Map<number, number>();
  const [byList, byStatus] = [new Map<string, number>(), new Map<string, number>()];
  const byFact = FACTS.map(() => 0);
  for (const mail of mails) {
    add(byList, mail.lists);
    if (mail.person !== null) add(byPerson, mail.person);
    if (mail.status !== null) add(byStatus, mail.status);
    for (let left = mail.facts, n = 0; left; left >>= 1, n++) byFact[n] = (byFact[n] as number) + (left & 1);
  }
  return {
    lists: mostOf([...byEachList(byList)].map(([id, count]) => ({ value: lists.get(id) ?? '', count }))),
    years: yearsOf(months),
    authors: mostOf(
      [...byPerson].flatMap(([id, count]) => {
        const person = persons.get(id);
        return person ? { value: person.slug, title: person.name, count } : [];
      }),
    ),
    statuses: mostOf([...byStatus].map(([value, count]) => ({ value, count }))),
    facts: FACTS.map(({ name, title }, n) => ({ value: name, title, count: byFact[n] as number }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count),
  };
}

function add<T>(counts: Map<T, number>, key: T, count = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** Turns counts of sets of lists into counts of lists. */
function byEachList(bySet: Map<string, number>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [set, count] of bySet) for (const id of set.split(',')) if (id) add(counts, id, count);
  return counts;
}

const mostOf = (facets: Facet[]): Facet[] =>
  facets.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)).slice(0, VALUES);

/** The newest first. */
function yearsOf(months: readonly MonthCount[]): Facet[] {
  const years: Facet[] = [];
  for (const { month, messages } of months.toReversed()) {
    const value = month.slice(0, -3);
    const last = years.at(-1);
    if (last?.value === value) last.count += messages;
    else years.push({ value, count: messages });
  }
  return years;
}

/** The number of matches in each topic, the most first. */
export function topicFacet(matches: readonly number[], topics: ReadonlyMap<string, readonly number[]>): Facet[] {
  return [...topics]
    .map(([value, ids]) => ({ value, count: inCommon(matches, ids) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

export interface MonthCount {
  /** 'YYYY-MM' */
  month: string;
  messages: number;
}

/** Matches by month, ascending. */
export function monthsOf(matches: readonly number[]): MonthCount[] {
  const counts = new Map<string, number>();
  const nameOf = monthNamer(7);
  // Neighbours are mostly in the same month.
  let [month, messages] = ['', 0];
  for (const id of matches) {
    const name = nameOf(id);
    if (name !== month) {
      if (messages) add(counts, month, messages);
      [month, messages] = [name, 0];
    }
    messages++;
  }
  if (messages) add(counts, month, messages);
  return [...counts].map(([month, messages]) => ({ month, messages })).sort((a, b) => (a.month < b.month ? -1 : 1));
}
