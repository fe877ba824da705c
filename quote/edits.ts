import { diffArrays, diffWordsWithSpace } from 'diff';

/** A run of text in both the quotation and its source, only in the quotation, or only in the source. */
export interface Edit {
  kind: 'same' | 'put in' | 'left out';
  text: string;
}

/** The remaining budget for comparing the quotations of an article, in squares of changed words. */
export interface Effort {
  left: number;
}

/**
 * The budget of an article: a tenth of a second. The time grows with the square of the words that differ, and anyone may quote the first
 * and the last word of a long mail: with 8,000 words between them it took 2.9 s (2026-11-29).
 */
export const effortOfArticle = (): Effort => ({ left: 2e6 });

/** This many changed words are compared even without any budget left. */
const LEAST_CHANGED = 30;

function within(effort: Effort): { maxEditLength: number } {
  return { maxEditLength: Math.max(LEAST_CHANGED, Math.floor(Math.sqrt(effort.left))) };
}

/** Subtracts the cost of a comparison; the full limit if it was given up. */
function spend(effort: Effort, parts: { value: unknown[] | string; added?: boolean; removed?: boolean }[] | undefined) {
  const changed = parts?.filter(({ added, removed }) => added || removed);
  const words = changed?.reduce(
    (sum, { value }) => sum + (typeof value === 'string' ? value.split(' ') : value).length,
    0,
  );
  effort.left = Math.max(0, effort.left - (words ?? within(effort).maxEditLength) ** 2);
}

/** What a quotation changed in words, case and punctuation, not in white space. If everything differs: first the one, then the other. */
export function editsOf(source: string, quotation: string, effort = effortOfArticle()): Edit[] {
  const [from, to] = [source, quotation].map((text) => text.replace(/\s+/g, ' ').trim()) as [string, string];
  const parts = diffWordsWithSpace(from, to, within(effort));
  spend(effort, parts);
  const all = parts ?? [
    { value: from, removed: true, added: false },
    { value: to, added: true, removed: false },
  ];
  return all.map(({ value, added, removed }) => ({
    kind: added ? 'put in' : removed ? 'left out' : 'same',
    text: value,
  }));
}

/** Changes that are listed; with more, only their number is given. */
const NAMED = 3;
/** Words of a change that are shown. */
const LONGEST = 8;

/** What a quotation changed, in one line: words added, left out or replaced; if there are none, what else differs. */
export function changeOf(source: string, quotation: string, effort = effortOfArticle()): string {
  const changes: { gone: string; come: string }[] = [];
  let isNew = true;
  const parts = diffArrays(worded(source), worded(quotation), { comparator: isSameWord, ...within(effort) });
  spend(effort, parts);
  if (!parts) return 'changed: most of it';
  for (const { value, added, removed } of parts) {
    if (!added && !removed) {
      isNew = true;
      continue;
    }
    if (isNew) changes.push({ gone: '', come: '' });
    isNew = false;
    const change = changes.at(-1) as (typeof changes)[0];
    if (added) change.come = value.join(' ');
    else change.gone = value.join(' ');
  }
  if (!changes.length) return 'changed: punctuation or case';
  const named = changes.slice(0, NAMED).map(({ gone, come }) => {
    if (!gone) return `${quoted(come)} put in`;
    return come ? `${quoted(come)} for ${quoted(gone)}` : `${quoted(gone)} left out`;
  });
  const more = changes.length - named.length;
  return `changed: ${named.join('; ')}${more > 0 ? `; ${more} more ${more === 1 ? 'place' : 'places'}` : ''}`;
}

const worded = (text: string) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
const bare = (word: string) => word.replace(/^[^\p{L}\p{N}[\]]+|[^\p{L}\p{N}[\]]+$/gu, '').toLowerCase();
const isSameWord = (one: string, other: string) => bare(one) === bare(other);

function quoted(run: string): string {
  const words = run.split(' ');
  const text = words.length > LONGEST ? `${words.slice(0, LONGEST).join(' ')} …` : run;
  return `“${text.replace(/^["“”]+|["“”.,;:]+$/g, '')}”`;
}
