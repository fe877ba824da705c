/** Acts, and which patches they are about. */

/** Some, such as `asked` and `gaveIn`, count only from certain people; states.ts checks who spoke. */
export type ActKind =
  | 'applied'
  | 'queued'
  | 'refused'
  | 'withdrawn'
  | 'dropped'
  | 'reverted'
  | 'asked'
  | 'gaveIn'
  | 'tookBack';

export interface Act {
  kind: ActKind;
  /** Only people who keep a tree use this form. For other forms, proof is needed that the speaker commits. */
  isPlain: boolean;
  /** 'all', 'rest', '1-5', '1 2', 'v5', 'named thermal'; null: the patch that the mail answers. */
  scope: string | null;
  tree: string | null;
}

/** A question states nothing. */
export const isQuestion = (sentence: string) => sentence.includes('?') && /\?["')\s]*(?:[:;]-?\))?$/.test(sentence);

/** Words before "patches" that do not name any. */
const UNNAMING = new Set(
  'a an the this that these those your my our his their it of in from all both only just first second third last next rest remaining other others two three four five six seven eight nine ten whole entire full same new newer latest updated revised fixed above below following final queued applied merged picked took taken pushed pulled added and or to for with each every patch patches series set v2 v3 single trivial little small nice good simple old previous original actual said bug bugfix minor resulting whole linux kernel rc next'.split(
    ' ',
  ),
);

/** "The thermal patches", "patches prefixed with power: supply": patches with these words in the title. */
function namedIn(clause: string): string | null {
  const found =
    /\bpatches (?:prefixed with|titled|named|starting with|for|touching|against|under) ["'`]?((?:[\w:/.-]+ ?){1,4})/i.exec(
      clause,
    ) ??
    /\b(?:the|your|only|just|all) ((?:[\w:/.+-]+ ){1,3})(?:patches|parts?|bits?|portions?|pieces|changes)\b/i.exec(
      clause,
    );
  if (!found || /\b(?:next|v?\d+\.\d+|-?rc\d*|upstream|merge|tree|branch|me|you|us|now)\b/i.test(found[1] as string))
    return null;
  const words = (found[1] as string)
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1 && !UNNAMING.has(word) && !/^\d/.test(word));
  return words.length > 0 ? `named ${words.join(' ')}` : null;
}

const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** Edits made while applying, which do not say how many patches were taken: "(I fixed a comment in patch 2)". */
const EDITED =
  /\(?\b(?:with|after|modulo|having|i(?:'ve| have)?|we(?:'ve| have)?)\b(?=[^()]{0,90}\b(?:fix(?:ed|ing|es)?|chang(?:ed|es?|ing)|edit(?:ed|s)?|tweak(?:ed|s)?|adjust(?:ed|ments?)?|typos?|correct(?:ed|ions?)|reword(?:ed|ing)?|updat(?:ed|es?)|rebas(?:ed|ing)|renam(?:ed|ing)|squash(?:ed|ing)|amend(?:ed|ments?)?)\b).*$/i;

/** Which patches a clause is about. */
export function scopeOf(given: string): string | null {
  const edited = EDITED.exec(given)?.index ?? 0;
  const clause = edited > 0 ? given.slice(0, edited) : given;
  const except =
    /\b(?:all|series|set|rest|others?|patches)\b.{0,40}?\b(?:but|except|minus|apart from|excluding)\b(.*)$/i.exec(
      clause,
    );
  if (except) {
    const numbers = (except[1] as string).match(/\d+/g);
    return numbers ? `not ${numbers.join(' ')}` : 'some';
  }
  const named = namedIn(clause);
  if (named) return named;
  if (/\bup to (?:and including )?(?:here|this)/i.test(clause)) return 'upto';
  const more =
    /\b(?:this|it|one)\b.{0,40}\[?\b(\d+)\/\d+\]?/i.exec(clause) ??
    /\b(?:this|it)(?: one)? and (?:patch|part) #?(\d+)\b|\b(?:along|together) with (?:the )?(?:patch |part )?\[?(\d+)\/\d+\]?/i.exec(
      clause,
    );
  if (more && /\b(?:and|along|with|both)\b/i.test(clause)) return `+${more[1] ?? more[2]}`;
  if (/\b(?:this|it)\b.{0,40}\b(?:and|along with) (?:the )?(?:rest|others?|remaining)\b/i.test(clause)) return 'all';
  const first = /\bfirst (\d+|one|two|three|four|five|six|seven|eight|nine|ten|patch)\b/i.exec(clause);
  if (first) {
    const word = (first[1] as string).toLowerCase();
    const number = word === 'patch' ? 1 : NUMBERS.indexOf(word) + 1 || Number(word);
    return number === 1 ? '1' : `1-${number}`;
  }
  const numbered =
    /(?:\b(?:patch(?:es)?|applied|queued|merged|picked(?: up)?|took|dropped|drop)\s+|^)#?(\d{1,3}(?:\/\d+)?(?:\s*(?:-|–|to|and|&|,|through)\s*#?\d{1,3}(?:\/\d+)?)*)(?=[\s,.!):]|$)(?!\s+(?:weeks?|days?|of these))/i.exec(
      clause,
    );
  if (numbered)
    return (numbered[1] as string)
      .replace(/\/\d+/g, '')
      .replace(/\s*(?:-|–|to|through)\s*/g, '-')
      .replace(/[^\d-]+/g, ' ')
      .trim();
  if (/\b(?:the rest|remaining|remainder|the others|others)\b/i.test(clause)) return 'rest';
  if (/\b(?:series|both|all|all of them|everything|set|patches|patchset|them|these)\b/i.test(clause)) return 'all';
  if (/\bthis (?:one|patch|commit|fix)\b/i.test(clause)) return 'one';
  return /(?<!\b(?:for|as|in) )(?<!kernel )\b(v\d+)\b(?!\.)/i.exec(clause)?.[1]?.toLowerCase() ?? null;
}

/** An act, with its scope read from its clause. */
export const act = (kind: ActKind, clause: string, isPlain = true): Act => ({
  kind,
  isPlain,
  scope: scopeOf(clause),
  tree: null,
});
