import { stemmer } from 'stemmer';

/**
 * Words are indexed by their stem (Porter's, as FTS5 has it), so that `hibernat*` meets no "hibernat...": the index holds
 * "hibern". Parts of these endings, set behind what is typed, lead to the stems that words beginning so may have.
 */
const ENDINGS = [
  ...new Set(
    'es ed ers ings ations ationally ivenesses ators atively ability ables ally ies ments ness ities fulness ously ences ances ents ants ically izers ized izations isations ates ated ating'
      .split(' ')
      // Typed may be any part of an ending: `hibernati*` lacks only "on".
      .flatMap((ending) => [...ending].map((_, n) => ending.slice(n)))
      .flatMap((tail) => [...tail].map((_, n) => tail.slice(0, tail.length - n))),
  ),
];
/** Below it an ending says nothing of the stem. */
const SHORTEST = 4;
/** Endings that must agree: `kern` and "ess" make a "kerness", whose stem is "ker", but no other ending does. */
const ENOUGH = 3;

/** Stems, shorter than a prefix or other than it, of words that begin with the prefix: `hibernat` gives `hibern`. */
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

/** The stem of a word as the index has it; words of other letters, or of one or two, are their own. */
export function stemOf(word: string): string {
  const lower = word.toLowerCase();
  return lower.length > 2 && lower.length < 64 && /^[a-z]+$/.test(lower) ? stemmer(lower) : lower;
}
