/** A span of time in a URL: `2025`, `2025-02`, `2025-W07`, `2025-02-11`; in Unix seconds, the end exclusive. */
export interface Span {
  kind: 'year' | 'month' | 'week' | 'day';
  name: string;
  from: number;
  to: number;
  previous: string;
  next: string;
}

const DAY = 86_400_000;
const SHAPE = /^(\d{4})(?:-(?:(\d{2})(?:-(\d{2}))?|W(\d{2})))?$/;

/** Whether a part of a URL has the form of a span, even with a month 13. */
export const looksLikeSpan = (name: string): boolean => SHAPE.test(name);

/** The span with this name, in UTC; null if it does not exist, such as 2009-13 and 2025-W53. */
export function spanOf(name: string): Span | null {
  const [, y = '', m, d, w] = SHAPE.exec(name) ?? [];
  const year = Number(y);
  if (year < 1970) return null;
  const [kind, from] = beginning(year, m, d, w);
  if (from === null || nameOf(kind, from) !== name) return null;
  const to = step(kind, from, 1);
  const previous = nameOf(kind, step(kind, from, -1));
  return { kind, name, from: from / 1000, to: to / 1000, previous, next: nameOf(kind, to) };
}

function beginning(year: number, m?: string, d?: string, w?: string): [Span['kind'], number | null] {
  if (w) return ['week', firstMonday(year) + (Number(w) - 1) * 7 * DAY];
  if (d) return ['day', Date.UTC(year, Number(m) - 1, Number(d))];
  return m ? ['month', Date.UTC(year, Number(m) - 1)] : ['year', Date.UTC(year, 0)];
}

/** The Monday of the first week of a year, which is the week with 4 January (ISO 8601). */
function firstMonday(year: number): number {
  const fourth = Date.UTC(year, 0, 4);
  return fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY;
}

function step(kind: Span['kind'], from: number, by: number): number {
  if (kind === 'week') return from + by * 7 * DAY;
  if (kind === 'day') return from + by * DAY;
  const date = new Date(from);
  return kind === 'month'
    ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + by)
    : Date.UTC(date.getUTCFullYear() + by, 0);
}

function nameOf(kind: Span['kind'], from: number): string {
  const text = new Date(from).toISOString();
  if (kind === 'week') {
    const year = new Date(from + 3 * DAY).getUTCFullYear();
    return `${year}-W${String(Math.round((from - firstMonday(year)) / (7 * DAY)) + 1).padStart(2, '0')}`;
  }
  return text.slice(0, { year: 4, month: 7, day: 10 }[kind]);
}

/** The ISO week of a time in Unix seconds: `2025-W07`. */
export function weekNameOf(at: number): string {
  const day = Math.floor(at / 86_400);
  // 1 January 1970 was a Thursday.
  return nameOf('week', (day - ((day + 3) % 7)) * DAY);
}
