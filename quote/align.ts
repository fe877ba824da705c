import { addTo } from '#mail/groups';
import { isCommon, plainPunctuation, type Words, wordsOf } from './words.ts';

/** A parsed quotation: what must be found, in order, and what its writer added. */
export interface Quotation {
  text: string;
  /** Runs of words between omissions. */
  pieces: Piece[];
  /** The quotation itself shows that it was edited, by brackets or an ellipsis. */
  isMarked: boolean;
}

interface Piece {
  text: string;
  words: Words;
  /** Which words are in brackets and need not be found. */
  added: boolean[];
}

/** The place of a quotation in a text. */
export interface Alignment {
  status: 'verbatim' | 'edited' | 'near';
  /** Share of common words, 0 to 1: twice the matching words, divided by the words of the quotation and of the passage. */
  similarity: number;
  /** Offsets in the text. */
  start: number;
  end: number;
  /** The number of matching words. */
  matched: number;
}

/** Words of a quotation that are compared; a longer one is compared by its beginning. */
const MAX_WORDS = 2000;
const ELLIPSIS = /(?:(?<!\s)\s+)?(?:[[(]\s*(?:\u2026|\.\s?\.\s?\.|snip)\s*[\])]|\u2026|\.\s?\.\s?\.+)\s*/gi;
/** More words in brackets were not added by the person who quotes; mails contain brackets too. */
const LONGEST_ADDED = 6;
const BRACKETS = /\[[^\][]{0,200}\]/g;
const MARKED = new RegExp(`${ELLIPSIS.source}|${BRACKETS.source}`, 'i');

/** `mayAdd`: words in brackets may have been added by the writer, as in articles. */
export function readQuotation(text: string, mayAdd = true): Quotation {
  const pieces: Piece[] = [];
  let left = MAX_WORDS;
  for (const part of text.split(ELLIPSIS)) {
    const words = clip(wordsOf(part), left);
    if (!words.folded.length) continue;
    left -= words.folded.length;
    const spans = (mayAdd ? [...part.matchAll(BRACKETS)] : [])
      .filter(([own]) => wordsOf(own).folded.length <= LONGEST_ADDED)
      .map(({ index, 0: own }) => [index, index + own.length] as const);
    const added = words.starts.map((at) => spans.some(([from, to]) => at > from && at < to));
    pieces.push({ text: part, words, added });
  }
  return { text, pieces, isMarked: MARKED.test(text) };
}

function clip({ folded, starts, ends }: Words, most: number): Words {
  return { folded: folded.slice(0, most), starts: starts.slice(0, most), ends: ends.slice(0, most) };
}

/** Below this share two passages are different, whatever was edited; see tests/eval/quotes.test.ts. */
const ENOUGH = 0.72;
/** The share of a quotation's words that may be missing; in a shorter one, none. Two reports of a robot differ by more than that. */
const MISSING = 0.07;
const SURE_WORDS = 7;
/** Fewer words must match exactly. */
const FEW_WORDS = 4;
/** In a quotation of at most this many words, one or two may be added, if the rest is contiguous in the text and distinctive. */
const SHORT = 40;
const MOST_PUT_IN = 2;
const LEAST_KEPT = 5;
const LEAST_TELLING = 3;

/**
 * Limits the comparisons of words for all pieces of a quotation to about 50 ms. A text of 100,000 words and a quotation of ten pieces
 * take a tenth of that; one word repeated in both would take minutes.
 */
const MOST_WORK = 2e7;

/** The best place for a quotation in a text; null if they have nothing in common. */
export function align(quotation: Quotation, text: string, words: Words = wordsOf(text)): Alignment | null {
  const effort = { left: MOST_WORK };
  let from = 0;
  let matched = 0;
  let wanted = 0;
  let span = 0;
  let [start, end] = [-1, -1];
  for (const piece of quotation.pieces) {
    const required = piece.added.filter((added) => !added).length;
    wanted += required;
    const place = placeOf(piece, words, from, effort);
    if (!place) continue;
    matched += place.matched;
    span += place.last - place.first + 1;
    if (start < 0) start = words.starts[place.first] as number;
    end = words.ends[place.last] as number;
    from = place.last + 1;
  }
  if (start < 0 || !wanted) return null;
  const similarity = Math.min(1, (2 * matched) / (wanted + Math.max(span, matched)));
  const place = { similarity, start, end, matched };
  if (isVerbatim(quotation, text.slice(start, end))) return { ...place, status: 'verbatim', similarity: 1 };
  const missing = wanted - matched;
  const isSure = wanted >= FEW_WORDS && missing <= (wanted < SURE_WORDS ? 0 : Math.max(1, wanted * MISSING));
  const passage = text.slice(start, end);
  const isSame = similarity >= ENOUGH && hasNumbers(quotation, passage) && (isSure || isFilledIn(quotation, passage));
  return { ...place, status: isSame ? 'edited' : 'near' };
}

/** Nobody changes numbers in a quotation; two messages of a robot may differ only in them. */
function hasNumbers({ pieces }: Quotation, passage: string): boolean {
  const numbers = pieces.flatMap(({ words, added }) => words.folded.filter((word, n) => !added[n] && /\d/.test(word)));
  if (!numbers.length) return true;
  const own = new Set(wordsOf(passage).folded);
  return numbers.every((number) => own.has(number));
}

/**
 * Whether one or two words were added to a short quotation: it contains the whole passage in order, apart from words such as `a` and
 * `the`, and the passage does not consist of such words.
 */
function isFilledIn({ pieces }: Quotation, passage: string): boolean {
  const wanted = pieces.flatMap(({ words, added }) => words.folded.filter((_, n) => !added[n]));
  if (wanted.length > SHORT) return false;
  const own = wordsOf(passage).folded;
  let [telling, putIn, at] = [0, 0, 0];
  for (const word of wanted) {
    if (own[at] === word) {
      at++;
      if (!isCommon(word)) telling++;
    } else if (++putIn > MOST_PUT_IN) return false;
  }
  return at === own.length && own.length >= LEAST_KEPT && telling >= LEAST_TELLING;
}

/**
 * Equal from the first word to the last, except for white space, variants of punctuation marks, and the case of the first letter,
 * which must change in a quotation within a sentence.
 */
function isVerbatim({ text }: Quotation, passage: string): boolean {
  const words = wordsOf(text);
  const own = plainPunctuation(text.slice(words.starts[0] ?? 0, words.ends.at(-1) ?? 0));
  const source = plainPunctuation(passage);
  return own.slice(1) === source.slice(1) && own[0]?.toLowerCase() === source[0]?.toLowerCase();
}

interface Place {
  first: number;
  last: number;
  matched: number;
}

/** Finds a piece in the words from `from` on: first the region that shares most words with it, then the best alignment there. */
function placeOf(piece: Piece, words: Words, from: number, effort: { left: number }): Place | null {
  if (effort.left <= 0) return null;
  const n = piece.words.folded.length;
  const places = new Map<string, number[]>();
  piece.words.folded.forEach((word, j) => void addTo(places, word, j));
  const size = words.folded.length + n + 1;
  const hits = new Int32Array(size);
  effort.left -= size;
  for (let i = from; i < words.folded.length && effort.left > 0; i++) {
    const at = places.get(words.folded[i] as string);
    if (!at) continue;
    effort.left -= at.length;
    for (const j of at) hits[i - j + n] = (hits[i - j + n] as number) + 1;
  }
  const slack = Math.min(60, 6 + (n >> 2));
  let sum = 0;
  let best = 0;
  let center = 0;
  for (let d = 0; d < size + slack; d++) {
    if (d < size) sum += hits[d] as number;
    if (d > 2 * slack) sum -= hits[d - 2 * slack - 1] as number;
    if (sum > best) [best, center] = [sum, d - slack];
  }
  if (!best) return null;
  const low = Math.max(from, center - n - slack);
  const high = Math.min(words.folded.length, center + slack + 1);
  // Numbers are compared much faster than words: each word of the piece is its first place there.
  const number = (word: string) => places.get(word)?.[0] ?? -1;
  const own = piece.words.folded.map(number);
  const text = Int32Array.from({ length: high - low }, (_, i) => number(words.folded[low + i] as string));
  const place = alignNumbers(own, piece.added, text);
  return place && { ...place, first: low + place.first, last: low + place.last };
}

const AGREES = 3;
const DIFFERS = -2;
const PUT_IN = -2;
const LEFT_OUT = -1;

/** Aligns the whole piece with any part of the text (Needleman and Wunsch, with free ends in the text). */
function alignNumbers(own: number[], added: boolean[], text: Int32Array): Place | null {
  const width = text.length;
  if (width <= 0) return null;
  let score = new Int32Array(width + 1);
  let matched = new Int32Array(width + 1);
  let first = Int32Array.from({ length: width + 1 }, (_, i) => i);
  let nextScore = new Int32Array(width + 1);
  let nextMatched = new Int32Array(width + 1);
  let nextFirst = new Int32Array(width + 1);
  for (let j = 0; j < own.length; j++) {
    const word = own[j];
    const putIn = added[j] ? 0 : PUT_IN;
    nextScore[0] = (score[0] as number) + putIn;
    for (let i = 1; i <= width; i++) {
      const agrees = text[i - 1] === word;
      let value = (score[i - 1] as number) + (agrees ? AGREES : DIFFERS);
      let hits = (matched[i - 1] as number) + (agrees ? 1 : 0);
      let begin = first[i - 1] as number;
      const skipped = (score[i] as number) + putIn;
      if (skipped > value) {
        value = skipped;
        hits = matched[i] as number;
        begin = first[i] as number;
      }
      const passed = (nextScore[i - 1] as number) + LEFT_OUT;
      if (passed > value) {
        value = passed;
        hits = nextMatched[i - 1] as number;
        begin = nextFirst[i - 1] as number;
      }
      nextScore[i] = value;
      nextMatched[i] = hits;
      nextFirst[i] = begin;
    }
    [score, nextScore] = [nextScore, score];
    [matched, nextMatched] = [nextMatched, matched];
    [first, nextFirst] = [nextFirst, first];
  }
  let end = 0;
  for (let i = 1; i <= width; i++) if ((score[i] as number) > (score[end] as number)) end = i;
  const begin = first[end] as number;
  if (!(matched[end] as number) || end <= begin) return null;
  return { first: begin, last: end - 1, matched: matched[end] as number };
}
