import type { TopicMatches } from '#db/queries/topics';
import { timeOf } from '#mail/ids';
import { monthNamer } from '#mail/months';
import { respond } from '../_web/http';

/** Figures for topics and people. All are counts of message ids; an id encodes a time (docs/decisions/0002). */

/** Systems that get their own colour; the others share a grey. */
const COLOURS = 8;
/** A picture of more months than this is drawn by years. */
const MAX_MONTHS = 150;

export interface Bucket {
  /** 'YYYY-MM', or 'YYYY' where years are drawn. */
  label: string;
  /** Ids of its messages. */
  ids: number[];
  /** Messages by system (or list), in the order of the matches; each counted once, under the rarest that it belongs to. */
  systems: number[];
  /** Those that belong to none. */
  others: number;
}

const dayOf = (id: number) => new Date(timeOf(id) * 1000).toISOString();

/** Matches are cached until the data change (db/queries/topics.ts); their counts are cached with them. */
const known = new WeakMap<TopicMatches, Bucket[]>();

/** Every month (or year) from the first message to the last, empty ones included, oldest first. Callers must not change it. */
export function bucketsOf(matches: TopicMatches): Bucket[] {
  const buckets = known.get(matches) ?? countBuckets(matches);
  known.set(matches, buckets);
  return buckets;
}

function countBuckets(matches: TopicMatches): Bucket[] {
  if (!matches.all.length) return [];
  const systemOf = rarestSystem(matches);
  const letters = spanInMonths(matches.all) > MAX_MONTHS ? 4 : 7;
  const buckets = new Map<string, Bucket>();
  for (const label of labels(dayOf(matches.all.at(-1) as number), dayOf(matches.all[0] as number), letters))
    buckets.set(label, { label, ids: [], systems: matches.systems.map(() => 0), others: 0 });
  const labelOf = monthNamer(letters);
  for (const id of matches.all) {
    const bucket = buckets.get(labelOf(id)) as Bucket;
    bucket.ids.push(id);
    const system = systemOf.get(id);
    if (system === undefined) bucket.others++;
    else bucket.systems[system] = (bucket.systems[system] ?? 0) + 1;
  }
  return [...buckets.values()];
}

/** By message: of the systems that it names, the one that fewest messages name. */
function rarestSystem({ systems }: TopicMatches): Map<number, number> {
  const found = new Map<number, number>();
  const commonFirst = systems.map((ids, n) => [n, ids.length] as const).sort((a, b) => b[1] - a[1]);
  for (const [n] of commonFirst) for (const id of systems[n] ?? []) found.set(id, n);
  return found;
}

function spanInMonths(ids: number[]): number {
  return (timeOf(ids[0] as number) - timeOf(ids.at(-1) as number)) / 2_629_800;
}

function labels(first: string, last: string, letters: number): string[] {
  const found: string[] = [];
  const date = new Date(`${first.slice(0, 7)}-01T00:00:00Z`);
  while (date.toISOString().slice(0, 7) <= last.slice(0, 7)) {
    const label = date.toISOString().slice(0, letters);
    if (found.at(-1) !== label) found.push(label);
    date.setUTCMonth(date.getUTCMonth() + 1);
  }
  return found;
}

/** Class of each system's colour: the largest have their own, in the order of their size; the same on every page. */
export function colourClasses({ systems }: TopicMatches): string[] {
  const ranks = systems.map((ids, n) => [n, ids.length] as const).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const classes = systems.map(() => 'cx');
  for (const [rank, [n, count]] of ranks.entries()) if (rank < COLOURS && count > 0) classes[n] = `c${rank}`;
  return classes;
}

/** The highest buckets, no two of them close together. */
export function peaksOf(buckets: Bucket[], limit: number): Bucket[] {
  const chosen: number[] = [];
  const byHeight = buckets.map((bucket, n) => [n, bucket.ids.length] as const).sort((a, b) => b[1] - a[1]);
  const apart = Math.max(1, Math.floor(buckets.length / 12));
  for (const [n, count] of byHeight) {
    if (count < 2 || chosen.length === limit) break;
    if (chosen.every((other) => Math.abs(other - n) > apart)) chosen.push(n);
  }
  return chosen.sort((a, b) => a - b).map((n) => buckets[n] as Bucket);
}

/** For each other system, the number of messages that name both. */
export function together(matches: TopicMatches, system: number): number[] {
  const own = new Set(matches.systems[system]);
  return matches.systems.map((ids, n) => (n === system ? 0 : ids.filter((id) => own.has(id)).length));
}

/** Figures as a file for spreadsheets (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csv(name: string, rows: (string | number)[][]): Response {
  const cell = (value: string | number) => {
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return respond(rows.map((row) => `${row.map(cell).join(',')}\r\n`).join(''), 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${name}.csv"`,
    'Cache-Control': 'no-cache',
  });
}
