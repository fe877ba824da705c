import type { Body } from '#mail/body';
import { isContents, isProse } from './prose';
import { type Sentence, sentencesOf } from './sentences';
import { introduces, isAside, type Weighed, weigh } from './weigh';

/** Verbatim sentences of a mail; lines from 0, both inclusive. */
export interface Passage {
  first: number;
  last: number;
  text: string;
  /** Whether the paragraph continues after `text`. */
  isCut: boolean;
}

/** A passage with the weights of its sentences. */
export interface Read extends Passage {
  weighed: Weighed;
  words: number;
}

/** A passage with fewer words is an aside. */
export const FEWEST_WORDS = 8;
/** Words of a passage that are shown; for a longer paragraph, its best sentences. */
const MOST_WORDS = 90;
/** A greeting such as `Hi, Ann` at the beginning of a paragraph. */
const HAIL = /^\s*(?:hi|hello|hey|dear)\b[^.!?]{0,40}$/i;

/** A line of a repeated character, below a heading or between parts. */
const RULE = /^\s*([-=~*_#^])\1{3,}\s*$/;
/** The end of a sentence at the end of a line. */
const ENDED = /[.!?]["'”’)]*\s*$/;

/** A prompt, an option, a path or an identifier: a terminal session, a setting, a log. */
const MACHINE =
  /^\s*(?:[$#%]\s|[\w.-]+@[\w.-]+[:~ ]|crash>|>>>|# ?CONFIG_|CONFIG_\w+=)|[^\s/:]{60}|\s--\w[\w-]+.*\s--\w[\w-]+|^\s*[-\w.]+: .*0x[0-9a-f]{6}/m;

/** Runs of own lines without empty lines and rules, and without greetings and headings. */
export function paragraphsOf(body: Body): [number, number][] {
  const found: [number, number][] = [];
  for (const { kind, start, end } of body.segments) {
    if (kind !== 'text') continue;
    let first = -1;
    for (let line = start; line <= end; line++) {
      const isEmpty = line === end || !lineOf(body, line).trim();
      if (!isEmpty && RULE.test(lineOf(body, line))) {
        // A single line above a rule is a heading; several lines are a paragraph.
        if (first >= 0 && (first < line - 1 || ENDED.test(lineOf(body, first)))) found.push([first, line - 1]);
        first = -1;
        continue;
      }
      if (!isEmpty && first < 0) first = line;
      else if (isEmpty && first >= 0) {
        if (first < line - 1 && HAIL.test(lineOf(body, first))) first++;
        found.push([first, line - 1]);
        first = -1;
      }
    }
  }
  return found;
}

const lineOf = ({ text, starts }: Body, line: number) =>
  text.slice(starts[line] as number, (starts[line + 1] as number) - 1);
const textOf = (body: Body, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => lineOf(body, first + n)).join('\n');
const wordCount = (text: string) => text.match(/[\p{L}\p{N}]+(?:['’]\p{L}+)?/gu)?.length ?? 0;

/** A paragraph without asides and introductions; null if nothing is left, or if it is not prose. */
export function readParagraph(body: Body, [first, last]: [number, number]): Read | null {
  const text = textOf(body, first, last);
  if (!isProse(text) || isContents(text)) return null;
  const sentences = sentencesOf(text);
  const words = sentences.map(({ start, end }) => wordCount(text.slice(start, end)));
  const says = sentences.map(({ start, end }) => {
    const own = text.slice(start, end);
    return isAside(own) ? null : weigh(own);
  });
  let [from, to] = [0, sentences.length];
  while (from < to && !says[from]) from++;
  while (to > from && (!says[to - 1] || introduces(text.slice(0, sentences[to - 1]?.end)))) to--;
  // An aside in the middle splits the paragraph.
  const runs: [number, number][] = [];
  for (let n = from; n < to; n++) {
    if (!says[n]) continue;
    let end = n + 1;
    while (end < to && says[end]) end++;
    runs.push(...windows(words, n, end));
    n = end - 1;
  }
  const best = runs.reduce<{ run: [number, number]; worth: number } | null>((kept, run) => {
    const worth = worthOf(says.slice(...run) as Weighed[], total(words.slice(...run)));
    return !kept || worth > kept.worth ? { run, worth } : kept;
  }, null);
  if (!best) return null;
  const [begin, end] = best.run;
  const span = { start: (sentences[begin] as Sentence).start, end: (sentences[end - 1] as Sentence).end };
  const kept = text.slice(span.start, span.end);
  if (!isProse(kept) || MACHINE.test(kept)) return null;
  return {
    ...cut(text, first, span),
    isCut: end < sentences.length,
    weighed: together(says.slice(begin, end) as Weighed[]),
    words: total(words.slice(begin, end)),
  };
}

/** The sentence on a line of a mail, with neighbouring sentences that belong to it and fit. */
export function passageAt(body: Body, line: number): Passage | null {
  const paragraph = paragraphsOf(body).find(([first, last]) => first <= line && last >= line);
  if (!paragraph) {
    const own = lineOf(body, line);
    return own.trim() && !own.startsWith('>') ? { first: line, last: line, text: own.trim(), isCut: false } : null;
  }
  const [first, last] = paragraph;
  const text = textOf(body, first, last);
  const sentences = sentencesOf(text);
  const at = textOf(body, first, line).length - lineOf(body, line).length;
  let n = sentences.findIndex(({ end }) => end > at);
  if (n < 0) n = sentences.length - 1;
  // If a sentence ends and another begins on the line, either may be the verdict.
  let to = n + 1;
  const stop = at + lineOf(body, line).length;
  while (to < sentences.length && (sentences[to] as Sentence).start < stop) to++;
  let words = wordCount(text.slice(sentences[n]?.start, sentences[to - 1]?.end));
  const fits = (one: Sentence) => {
    const own = text.slice(one.start, one.end);
    const more = wordCount(own);
    if (isAside(own) || introduces(own) || words + more > MOST_WORDS / 2) return false;
    words += more;
    return true;
  };
  while (n > 0 && fits(sentences[n - 1] as Sentence)) n--;
  while (to < sentences.length && fits(sentences[to] as Sentence)) to++;
  const span = { start: sentences[n]?.start ?? 0, end: sentences[to - 1]?.end ?? text.length };
  return { ...cut(text, first, span), isCut: to < sentences.length };
}

/** The first line of prose: not the header of a forwarded patch, a list or code. */
export function openingLine(body: Body): number {
  const paragraphs = paragraphsOf(body);
  const [first] = paragraphs.find(([from, to]) => isProse(textOf(body, from, to))) ?? paragraphs[0] ?? [0];
  return first;
}

function cut(text: string, first: number, { start, end }: Sentence): Omit<Passage, 'isCut'> {
  const linesBefore = (at: number) => text.slice(0, at).split('\n').length - 1;
  return { first: first + linesBefore(start), last: first + linesBefore(end), text: text.slice(start, end) };
}

/** The whole run if it fits, else each run of its sentences that fits. */
function windows(words: number[], from: number, to: number): [number, number][] {
  if (total(words.slice(from, to)) <= MOST_WORDS) return [[from, to]];
  const found: [number, number][] = [];
  for (let begin = from; begin < to; begin++) {
    let end = begin + 1;
    let sum = words[begin] as number;
    while (end < to && sum + (words[end] as number) <= MOST_WORDS) sum += words[end++] as number;
    found.push([begin, end]);
    if (end === to) break;
  }
  return found;
}

const total = (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0);

function together(all: Weighed[]): Weighed {
  const any = (kind: keyof Weighed) => all.some((one) => one[kind]);
  return {
    objects: any('objects'),
    measures: any('measures'),
    reasons: any('reasons'),
    decides: any('decides'),
    asks: any('asks'),
    settles: any('settles'),
  };
}

/** More words than this do not add points. */
const FULL = 40;

/** The points of sentences by themselves; docs/STORIES.md has the formula. */
export function worthOf(all: Weighed[], words: number): number {
  const { objects, measures, reasons, decides, asks, settles } = together(all);
  return (
    2 * Number(objects) +
    1.5 * Number(measures) +
    Number(reasons) +
    Number(decides) +
    0.5 * Number(asks) +
    1.5 * Number(settles) +
    2 * Math.min(1, words / FULL)
  );
}
