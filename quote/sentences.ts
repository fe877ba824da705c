/** A sentence of a passage, as offsets in its text, `end` exclusive. */
export interface Sentence {
  start: number;
  end: number;
}

/** The end of a sentence, including closing quotation marks and brackets. */
const END = /[.!?…]+["'”’)\]]*(?=\s|$)/gu;
/** Abbreviations and single letters, whose point does not end a sentence. */
const SHORTENED = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|resp|approx|incl|esp|fig|sec|no|mr|ms|dr|st|\p{L})$/iu;
const ITEM_LINE = /\n\s*(?:\d{1,2}[.)]|[-*+•])\s/g;

/** The sentences of a paragraph. An item of a list begins a sentence, and the last one may have no point. */
export function sentencesOf(text: string): Sentence[] {
  const cuts = new Set<number>();
  for (const match of text.matchAll(END)) {
    const end = match.index + match[0].length;
    const next = /\S/u.exec(text.slice(end, end + 20))?.[0];
    const isShort = match[0] === '.' && SHORTENED.test(text.slice(Math.max(0, match.index - 8), match.index));
    if (!isShort && (next === undefined || !/\p{Ll}/u.test(next) || /[!?]/.test(match[0]))) cuts.add(end);
  }
  for (const { index } of text.matchAll(ITEM_LINE)) cuts.add(index);
  const found: Sentence[] = [];
  let at = 0;
  for (const cut of [...cuts, text.length].sort((a, b) => a - b)) {
    const part = text.slice(at, cut);
    const lead = part.length - part.trimStart().length;
    if (part.trim()) found.push({ start: at + lead, end: at + part.trimEnd().length });
    at = cut;
  }
  return found;
}
