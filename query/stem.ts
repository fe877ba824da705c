import { stemmer } from 'stemmer';

/**
 * Words are indexed by their stem (Porter's, from FTS5), so `hibernat*` alone would find nothing: the index contains "hibern". Adding
 * parts of these endings to the typed prefix gives the stems of words that begin with it.
 */
const ENDINGS = [
  ...new Set(
    'es ed ers ings ations ationally ivenesses ators atively ability ables ally ies ments ness ities fulness ously ences ances ents ants ically izers ized izations isations ates ated ating'
      .split(' ')
      // The typed prefix may contain part of an ending: `hibernati*` lacks only "on".
      .flatMap((ending) => [...ending].map((_, n) => ending.slice(n)))
      .flatMap((tail) => [...tail].map((_, n) => tail.slice(0, tail.length - n))),
  ),
];
/** With a shorter prefix, endings say nothing about the stem. */
const SHORTEST = 4;
/** How many endings must give the same stem: `kern` and "ess" make "kerness" with the stem "ker", but no other ending does. */
const ENOUGH = 3;

/** The stems of words that begin with a prefix but whose stems do not: `hibernat` gives `hibern`. */
export function stemsOfPrefix(prefix: string): string[] {
  const word = prefix.toLowerCase();
  if (!/^[a-z]+$/.test(word) || word.length < SHORTEST || word.length > 40) return [];
  const votes = new Map<string, number>();
  for (const ending of ENDINGS) {
    const stem = stemmer(word + ending);
    if (!stem.startsWith(word) && stem.length >= 3) votes.set(stem, (votes.get(stem) ?? 0) + 1);
  }
  return [...votes].filter(([, endings]) => endings >= ENOUGH).map(([stem]) => stem);
}

/** The stem of a word as in the index; words of one or two letters, or with other letters, are their own stems. */
export function stemOf(word: string): string {
  const lower = word.toLowerCase();
  return lower.length > 2 && lower.length < 64 && mayBeStemmed(lower) && /^[a-z]+$/.test(lower)
    ? stemmer(lower)
    : lower;
}

/** The letters before the last one with which an ending of Porter's may end; the stemmer tests nine patterns to learn that there is none. */
const ENDS: Record<string, string> = { d: 'e', g: 'n', l: 'alu', r: 'eo', c: 'i', t: 'n', n: 'o', m: 's', u: 'o' };

function mayBeStemmed(word: string): boolean {
  const last = word.charAt(word.length - 1);
  if (last === 'e' || last === 's' || last === 'y' || last === 'i') return true;
  return ENDS[last]?.includes(word.charAt(word.length - 2)) ?? false;
}
