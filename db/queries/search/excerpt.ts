import { linesBetween, readBody } from '#mail/body';
import { stemOf } from '#mail/query/stem';
import type { Plan } from './plan';

/** A piece of an excerpt; `mark` where it is what was looked for. */
export interface Piece {
  text: string;
  mark: boolean;
}

/** Characters of an excerpt. */
const EXCERPT = 220;
/** How far into a long text a match is looked for. */
const LOOKED_AT = 64 * 1024;

/** A pattern for the words of a query as the index takes them: any ending, as stemming has it; null where there is none. */
export function patternOf(words: Plan['words']): RegExp | null {
  const parts = words.flatMap(({ text, prefix }) => {
    const tokens = text.match(/[\p{L}\p{N}]+/gu) ?? [];
    const last = tokens.length - 1;
    const forms = tokens.map((token, n) => (prefix && n === last ? token : beginningOf(token)));
    return forms.length ? [forms.map((form) => `${form}[\\p{L}\\p{N}]*`).join('[^\\p{L}\\p{N}]+')] : [];
  });
  return parts.length ? new RegExp(`(?<![\\p{L}\\p{N}])(?:${parts.slice(0, 20).join('|')})`, 'giu') : null;
}

/** The longest beginning that a word and its stem share: "memory" is indexed as "memori", and found by "memor". */
function beginningOf(token: string): string {
  const stem = stemOf(token);
  let n = 0;
  while (n < stem.length && stem[n] === token[n]?.toLowerCase()) n++;
  return n < 3 ? token : token.slice(0, n);
}

/** The passage of a text that matches, own words before quoted ones; the first own words, with no mark, where none does. */
export function excerptOf(text: string, pattern: RegExp | null): Piece[] {
  const body = readBody(text.length > LOOKED_AT ? text.slice(0, LOOKED_AT) : text);
  const wanted = (kinds: string[]) =>
    body.segments
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ start, end }) => linesBetween(body.text, body.starts, start, end))
      .join('\n');
  const own = wanted(['text', 'trailers']);
  if (pattern) {
    for (const candidate of [own, wanted(['quote']), body.text]) {
      pattern.lastIndex = 0;
      const found = pattern.exec(candidate);
      if (found) return marked(around(candidate, found.index, found[0].length), pattern);
    }
  }
  return [{ text: tidy(own.trimStart().slice(0, EXCERPT)), mark: false }];
}

const tidy = (text: string) => text.replace(/\s+/g, ' ').trim();

function around(text: string, at: number, length: number): string {
  const start = Math.max(0, at - EXCERPT / 3);
  const from = start === 0 ? 0 : text.indexOf(' ', start) + 1 || start;
  const passage = text.slice(Math.min(from, at), Math.max(at + length, from + EXCERPT));
  return tidy(passage.replace(/^>[> ]*/gm, ''));
}

function marked(passage: string, pattern: RegExp): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  // matchAll goes on where exec left off.
  pattern.lastIndex = 0;
  for (const found of passage.matchAll(pattern)) {
    if (found[0] === '') continue;
    pieces.push({ text: passage.slice(at, found.index), mark: false }, { text: found[0], mark: true });
    at = found.index + found[0].length;
  }
  pieces.push({ text: passage.slice(at), mark: false });
  return pieces.filter(({ text }) => text !== '');
}
