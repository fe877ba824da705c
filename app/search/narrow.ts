import { lex } from '#query/lex';
import { prefixOf } from '#query/prefix';

/** The query in a form that can be extended by AND. */
export const scoped = (query: string) => (/\bOR\b/.test(query) ? `(${query})` : query);

/** The fields of the form above the results, and the search prefix of each. */
const FIELDS = { from: 'f', subject: 's', kind: 'is' } as const;

/** The address with the form's fields written into the query; null if it has none of them. */
export function narrowed(query: URLSearchParams): string | null {
  if (!Object.keys(FIELDS).some((field) => query.has(field + SUFFIX))) return null;
  const next = new URLSearchParams(query);
  const asked = Object.entries(FIELDS).flatMap(([field, prefix]) => {
    const value = (query.get(field + SUFFIX) ?? '').replace(/"/g, ' ').trim();
    next.delete(field + SUFFIX);
    return value ? [`${prefix}:${/[\s()]/.test(value) ? `"${value}"` : value}`] : [];
  });
  const q = (query.get('q') ?? '').trim();
  next.set('q', [asked.length && q ? scoped(q) : q, ...asked].filter(Boolean).join(' '));
  for (const [name, value] of [...next]) if (!value && name !== 'q') next.delete(name);
  return `/search/?${next}`;
}

/** Names of the form's fields differ from the page's own parameters: `from` is a cursor. */
export const SUFFIX = '-is';

/** One condition of a query, which can be removed. */
export interface Chip {
  words: string;
  /** The query without it. */
  without: string;
}

/** The fields of a query that is a plain sequence of words and fields; none for any other query. */
export function chipsOf(query: string): Chip[] {
  const tokens = lex(query);
  if (tokens.some(({ kind }) => kind !== 'word' && kind !== 'and')) return [];
  return tokens.flatMap(({ prefix, at, end }) => {
    if (prefix === null || !prefixOf(prefix)) return [];
    const without = `${query.slice(0, at)} ${query.slice(end)}`.replace(/\s+/g, ' ').trim();
    return [{ words: query.slice(at, end), without }];
  });
}
