import { diffArrays, diffWordsWithSpace } from 'diff';

/** A run of a quotation beside its source: the same, only in the quotation, or only in the source. */
export interface Edit {
  kind: 'same' | 'put in' | 'left out';
  text: string;
}

/** What a quotation changed: words, case, punctuation; white space is none of it. */
export function editsOf(source: string, quotation: string): Edit[] {
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  return diffWordsWithSpace(plain(source), plain(quotation)).map(({ value, added, removed }) => ({
    kind: added ? 'put in' : removed ? 'left out' : 'same',
    text: value,
  }));
}

/** Changes that a sentence names; of more it says how many there are. */
const NAMED = 3;
/** Words of a change that are named. */
const LONGEST = 8;

/** What a quotation changed, in one line: words put in, left out, or put in place of others; where none were, what else differs. */
export function changeOf(source: string, quotation: string): string {
  const changes: { gone: string; come: string }[] = [];
  let isNew = true;
  for (const { value, added, removed } of diffArrays(worded(source), worded(quotation), { comparator: isSameWord })) {
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
