import { isAscii } from 'node:buffer';
import { stemOf } from '#query/stem';
import type { Plan } from './plan';

/** A piece of an excerpt; `mark` is set for the searched words. */
export interface Piece {
  text: string;
  mark: boolean;
}

export interface Excerpt {
  pieces: Piece[];
  /** The passage's line, from 0, if it is a quotation of somebody else's words; else null. */
  quotedLine: number | null;
}

/** Characters of an excerpt. */
const EXCERPT = 220;
/** Characters before the match. */
const BEFORE = EXCERPT / 3;
/** How far into a long text a match is searched. */
const LOOKED_AT = 64 * 1024;
/** Bytes that are examined first; in most mails these are enough. */
const FIRST_LOOK = 3 * 1024;
/** Words and phrases of a query that are searched. */
const MOST_WORDS = 20;

const WORD = /[\p{L}\p{N}]/u;

/** Whether the character at an offset belongs to a word: a letter or a digit. */
function isWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) return (code > 96 && code < 123) || (code > 47 && code < 58) || (code > 64 && code < 91);
  return code > 0xd7ff && code < 0xe000
    ? WORD.test(String.fromCodePoint(text.codePointAt(code > 0xdbff ? at - 1 : at) ?? 0))
    : WORD.test(text.charAt(at));
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && isWord(text, at)) at++;
  return at;
}

/** The beginnings of a phrase's words in lower case, as in the index. Any endings match, because of stemming. */
interface Phrase {
  first: string;
  rest: string[];
}

interface Hit {
  at: number;
  end: number;
}

/** Finds the words of a query in texts. */
export class Finder {
  readonly #phrases: Phrase[];
  /**
   * The first words of all phrases. A plain case-insensitive pattern reads 3 GB/s, several times as fast as lower-casing and indexOf;
   * one for all words stops at the first of them.
   */
  readonly #any: RegExp;

  constructor(words: Plan['words']) {
    this.#phrases = words.flatMap(phraseOf).slice(0, MOST_WORDS);
    const firsts = this.#phrases.map(({ first }) => first);
    const isPlain = firsts.every((first) => /^[a-z\d]+$/.test(first));
    this.#any = new RegExp(firsts.length ? firsts.join('|') : '(?!)', isPlain ? 'gi' : 'giu');
  }

  /** Hits in the order of the text, without overlaps; at the same place, the query's first word. */
  *hits(text: string): Generator<Hit> {
    for (let from = 0; ; ) {
      this.#any.lastIndex = from;
      const found = this.#any.exec(text);
      if (!found) return;
      const at = found.index;
      const end = at > 0 && isWord(text, at - 1) ? -1 : this.#endAt(text, at);
      if (end > 0) yield { at, end };
      // A pattern with letters beyond ASCII would step back to the first half of a pair.
      from = end > 0 ? end : at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
    }
  }

  /** The end of the first phrase that begins at an offset; -1 if there is none. */
  #endAt(text: string, at: number): number {
    for (const phrase of this.#phrases) {
      const end = endOf(text, phrase, at);
      if (end > 0) return end;
    }
    return -1;
  }
}

function phraseOf({ text, prefix }: Plan['words'][number]): Phrase[] {
  const tokens = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const last = tokens.length - 1;
  const [first, ...rest] = tokens.map((token, n) => (prefix && n === last ? token.toLowerCase() : beginningOf(token)));
  return first === undefined ? [] : [{ first, rest }];
}

/** The end of a phrase at an offset; -1 if its words are not there. */
function endOf(text: string, { first, rest }: Phrase, start: number): number {
  if (text.slice(start, start + first.length).toLowerCase() !== first) return -1;
  let at = wordEnd(text, start + first.length);
  for (const word of rest) {
    const gap = at;
    while (at < text.length && !isWord(text, at)) at++;
    if (at === gap || text.slice(at, at + word.length).toLowerCase() !== word) return -1;
    at = wordEnd(text, at + word.length);
  }
  return at;
}

/** The longest beginning that a word and its stem share: "memory" is indexed as "memori", and found by "memor". */
function beginningOf(token: string): string {
  const stem = stemOf(token);
  const small = token.toLowerCase();
  let n = 0;
  while (n < stem.length && stem[n] === small[n]) n++;
  return n < 3 ? small : small.slice(0, n);
}

/**
 * The passage of a mail's text that matches: own words are preferred to quoted ones, and these to diffs. Without a match, the first own
 * words, unmarked. `text` is the UTF-8 from its block; for most mails only the first lines are decoded.
 */
export function excerptOf(text: Buffer, finder: Finder | null): Excerpt {
  const begin = decoded(text, FIRST_LOOK);
  const isAll = text.length <= FIRST_LOOK;
  if (finder) {
    const near = bestHit(begin, finder);
    const best = near?.isOwn || isAll ? near : bestHit(decoded(text, LOOKED_AT), finder);
    if (best) return { pieces: marked(best.passage, finder), quotedLine: best.quotedLine };
  }
  const opening = ownText(begin, 0, EXCERPT * 2);
  const shown = opening.length < EXCERPT && !isAll ? ownText(decoded(text, LOOKED_AT), 0, EXCERPT * 2) : opening;
  return { pieces: [{ text: passageOf(shown.trimStart(), 0, EXCERPT, 0), mark: false }], quotedLine: null };
}

/** Decodes UTF-8. For ASCII, as in most mails, the bytes are the characters, which is several times as fast. */
function decoded(text: Buffer, bytes: number): string {
  const part = text.length > bytes ? text.subarray(0, bytes) : text;
  return isAscii(part) ? part.toString('latin1') : part.toString('utf8');
}

/** Quotation marks of mailers: `>`, `|`, or initials before `>`. */
const QUOTED = /^[ \t]{0,3}(?:[A-Za-z]{1,4})?[>|]/;

const lineStart = (text: string, at: number) => (at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1);

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Whether the line that starts here begins a diff or a signature, where the author's own words end. */
function isEnd(text: string, start: number): boolean {
  switch (text.charCodeAt(start)) {
    case 45:
      if (text.startsWith('-- \n', start)) return true;
      return text.startsWith('--- ', start) && text.startsWith('+++ ', lineEnd(text, start) + 1);
    case 64:
      return text.startsWith('@@ -', start);
    case 73:
      return text.startsWith('Index: ', start);
    case 100:
      return text.startsWith('diff --git ', start);
    default:
      return false;
  }
}

/** ` drivers/edac/x.c | 12 ++--`, ` 2 files changed`. */
const DIFFSTAT = /^ (?:\S.{0,300}? \|\s+(?:\d|Bin)|\d+ files? changed)/;

/** A trailer, the author of a forwarded patch, or the line below which a patch's notes begin. */
const TRAILER = /^(?:(?:[A-Z][\w-]{1,30}-by|Cc|Link|Fixes|Closes|Change-Id|From): |---$)/;

/** Whether a line is not quoted, and not part of a diffstat, a trailer or an attribution. */
function isOwn(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(start) === 32 && DIFFSTAT.test(text.slice(start, end))) return false;
  const begin = text.slice(start, Math.min(end, start + 40));
  if (QUOTED.test(begin) || TRAILER.test(begin)) return false;
  return !(text.charCodeAt(end - 1) === 58 && /^\n{1,2}[>|]/.test(text.slice(end, end + 3)));
}

/** Own lines from an offset (the start of a line) on, with at least `enough` characters if possible. */
function ownText(text: string, from: number, enough: number): string {
  let all = '';
  for (let start = from; start < text.length && all.length < enough && !isEnd(text, start); ) {
    const end = lineEnd(text, start);
    if (isOwn(text, start, end)) all += text.slice(start, end + 1);
    start = end + 1;
  }
  return all;
}

/** Own lines before an offset, in order. */
function ownBefore(text: string, to: number, enough: number): string {
  let all = '';
  for (let end = to; end > 0 && all.length < enough; ) {
    const start = lineStart(text, end - 1);
    if (isOwn(text, start, end - 1)) all = text.slice(start, end) + all;
    end = start;
  }
  return all;
}

interface Best {
  passage: string;
  isOwn: boolean;
  quotedLine: number | null;
}

/**
 * The passage around the first hit in own words, else in a quotation, else anywhere. Examines only a line and its neighbours: parsing
 * the whole body (mail/body.ts) is not worth the time for a passage of two lines.
 */
function bestHit(text: string, finder: Finder): Best | null {
  let first: Hit | null = null;
  let quoted: Hit | null = null;
  let [line, hasEnded] = [0, false];
  for (const hit of finder.hits(text)) {
    first ??= hit;
    for (let next = lineEnd(text, line) + 1; !hasEnded; next = lineEnd(text, line) + 1) {
      hasEnded = isEnd(text, line);
      if (next > hit.at) break;
      line = next;
    }
    if (!hasEnded) {
      const passage = ownPassage(text, line, hit);
      if (passage !== null) return { passage, isOwn: true, quotedLine: null };
    }
    if (!quoted && QUOTED.test(text.slice(lineStart(text, hit.at), hit.at))) quoted = hit;
    if (quoted && hasEnded) break;
  }
  if (quoted) return { passage: around(text, quoted), isOwn: false, quotedLine: lineOf(text, quoted.at) };
  return first && { passage: around(text, first), isOwn: false, quotedLine: null };
}

/** The passage around a hit on a line, without quotations between own words; null if the line is not own. */
function ownPassage(text: string, line: number, { at, end }: Hit): string | null {
  const next = lineEnd(text, end) + 1;
  if (!isOwn(text, line, next - 1)) return null;
  const before = ownBefore(text, line, EXCERPT) + text.slice(line, at);
  const after = text.slice(at, next) + ownText(text, next, EXCERPT);
  return around(before + after, { at: before.length, end: before.length + end - at });
}

/** The number, from 0, of the line with an offset. */
function lineOf(text: string, at: number): number {
  let line = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line++;
  return line;
}

/** Removes drawn lines from a passage. */
const tidy = (text: string) =>
  text
    .replace(/[-=_*~#]{6,}/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** A passage that ends after a word near `to`, but not before `least`, with an ellipsis if the text continues. */
function passageOf(text: string, from: number, to: number, least: number): string {
  let end = Math.min(to, text.length);
  while (end > least && end < text.length && isWord(text, end - 1) && isWord(text, end)) end--;
  if (end <= least) end = Math.max(least, Math.min(to, text.length));
  const passage = tidy(text.slice(from, end).replace(/^>[> ]*/gm, ''));
  return /\S/.test(text.slice(end, end + 100)) ? `${passage}…` : passage;
}

function around(text: string, { at, end }: Hit): string {
  const start = Math.max(0, at - BEFORE);
  const from = start === 0 ? 0 : text.indexOf(' ', start) + 1 || start;
  return passageOf(text, Math.min(from, at), Math.max(end, from + EXCERPT), end);
}

function marked(passage: string, finder: Finder): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { at, end } of finder.hits(passage)) {
    if (at > from) pieces.push({ text: passage.slice(from, at), mark: false });
    pieces.push({ text: passage.slice(at, end), mark: true });
    from = end;
  }
  if (from < passage.length) pieces.push({ text: passage.slice(from), mark: false });
  return pieces;
}
