/** The words of a text for comparing quotations: in lower case without accents, with their positions. */
export interface Words {
  folded: string[];
  /** The offset of each word, and of its end. */
  starts: number[];
  ends: number[];
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const ACCENTS = /\p{M}/gu;

/** `The kernel's` gives the, kernel, s: other characters than letters and digits never distinguish two passages. */
export function wordsOf(text: string): Words {
  const found: Words = { folded: [], starts: [], ends: [] };
  for (const match of text.matchAll(WORD)) {
    found.folded.push(fold(match[0]));
    found.starts.push(match.index);
    found.ends.push(match.index + match[0].length);
  }
  return found;
}

function fold(word: string): string {
  for (let i = 0; i < word.length; i++)
    if (word.charCodeAt(i) > 127) return word.normalize('NFKD').replace(ACCENTS, '').toLowerCase();
  return word.toLowerCase();
}

/** Unifies Unicode's variants of quotation marks (nested ones differ), dashes, dots and spaces. */
export function plainPunctuation(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a\u00ab\u00bb"'`\u00b4]+/g, "'")
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g, '')
    .replace(/(?:(?<!\s)\s+)?(?:--+|[\u2012-\u2015\u2212])\s*|\s-\s/g, ' - ')
    .replace(/[\u2010\u2011]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
}

const COMMON = new Set(
  'a an and are as at be but by can do for from had has have he i if in is it its not of on or s so t that the their then there they this to was we were what which will with would you'.split(
    ' ',
  ),
);

/** Whether a word, in lower case, is very common. */
export const isCommon = (word: string) => COMMON.has(word);
