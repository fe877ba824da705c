import { BODY, PREFIXES, type Prefix, type WordPrefix } from './prefixes';
import type { Field } from './types';

const BY_NAME = new Map(
  PREFIXES.flatMap((prefix) => [prefix.name, ...(prefix.also ?? [])].map((name) => [name, prefix] as const)),
);
const INSTEAD = new Map(PREFIXES.flatMap((prefix) => (prefix.insteadOf ?? []).map((word) => [word, prefix.name])));
const OF_FIELD = new Map<Field, WordPrefix>(
  PREFIXES.flatMap((prefix) => (prefix.kind === 'words' ? [[prefix.field, prefix] as const] : [])),
);
/** Words without a prefix, and the words of a topic's query. */
const UNPREFIXED: Partial<Record<Field, readonly string[]>> = {
  any: ['subject', 'author', 'msgid', ...BODY],
  own: ['subject', 'own'],
};

/** The prefix with that name, or with that name among its other names, in any case; undefined if there is none. */
export const prefixOf = (name: string): Prefix | undefined => BY_NAME.get(name.toLowerCase());

/** The columns of `search` for words in a field; empty for a field that is compared as a whole. */
export const columnsOf = (field: Field): readonly string[] => UNPREFIXED[field] ?? OF_FIELD.get(field)?.columns ?? [];

/** Whether words in this field are only searched in headers, so that no excerpt of the text can show them. */
export const isHeaderField = (field: Field): boolean =>
  field === 'mid' || field === 'lid' || OF_FIELD.get(field)?.header === true;

/** Whether a field names a fact (a CVE, a report) instead of words. */
export const isFactField = (field: Field): boolean => OF_FIELD.get(field)?.phrases !== undefined;

/** The prefix that may have been meant: by a plain word for it, or with a typing error; null if none is similar. */
export function nearestPrefix(typed: string): string | null {
  const lower = typed.toLowerCase();
  const instead = INSTEAD.get(lower);
  if (instead) return instead;
  if (lower.length < 3) return null;
  return PREFIXES.find(({ name }) => name.length >= 3 && oneSlip(lower, name))?.name ?? null;
}

/** Whether two names differ by one inserted, missing or changed letter, or by two swapped letters. */
function oneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0])
  );
}
