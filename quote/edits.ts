import { diffWordsWithSpace } from 'diff';

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
