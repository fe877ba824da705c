import { type Body, linesBetween } from '#mail/body';
import { align, readQuotation } from '#quote/align';
import { firstAbove, isOwn } from './lines';

/** The place of a passage in a member's own lines, both inclusive. */
export interface Wrapped {
  from: number;
  fromFirst: number;
  fromLast: number;
}

/** Ancestors that are searched for a passage without equal lines. */
const ANCESTORS = 8;
/** Fewer words are not attributed to anybody: `Hi Boris,` is in every mail. */
const FEWEST_WORDS = 4;
/** Positions in a passage, as shares of its length, at which letters are searched unchanged; and below, how many letters. */
const PROBES = [0, 0.25, 0.5, 0.75, 1];
const PROBE = 12;
/** The least number of letters around a probe that are compared. */
const MARGIN = 200;
/** Characters searched per character of a thread, and the least number per thread: a limit for hostile threads. */
const WORK_EACH = 20;
const WORK_LEAST = 20_000_000;

/** A member's own letters and digits, concatenated, and the end of each line. */
interface Stream {
  letters: string;
  lines: number[];
  ends: number[];
}

/** Finds re-wrapped or edited passages in the mails before them. */
export class WrappedPassages {
  readonly #streams = new Map<number, Stream>();
  #work: number;

  constructor(readonly bodies: Body[]) {
    this.#work = Math.max(WORK_LEAST, WORK_EACH * bodies.reduce((sum, { text }) => sum + text.length, 0));
  }

  /** Finds the passage in the nearest of these mails: letter by letter (re-wrapped), else word by word (edited). */
  find(ancestors: number[], lines: string[]): Wrapped | null {
    const passage = lines.join('\n');
    if ((passage.match(WORDS) ?? []).length < FEWEST_WORDS) return null;
    const letters = lettersOf(passage);
    const near = ancestors.slice(0, ANCESTORS);
    for (const from of near) {
      const place = this.#exact(from, letters);
      if (place) return place;
    }
    // In mails, brackets belong to the quoted text: people do not add words to quotations there.
    const quotation = readQuotation(passage, false);
    for (const from of near)
      for (const [first, last] of this.#spans(from, letters)) {
        if (this.#work <= 0) return null;
        const body = this.bodies[from] as Body;
        const { text, starts } = ownLines(body, first, last);
        this.#work -= 20 * text.length + Math.min(letters.length, 10_000) ** 2 / 25;
        const place = align(quotation, text);
        if (!place || place.status === 'near') continue;
        const line = (offset: number) => first + firstAbove(starts, offset) - 1;
        return { from, fromFirst: line(place.start), fromLast: line(place.end - 1) };
      }
    return null;
  }

  /** Finds the passage letter by letter in a member. */
  exact(from: number, lines: string[]): Wrapped | null {
    return this.#exact(from, lettersOf(lines.join('\n')));
  }

  #exact(from: number, letters: string): Wrapped | null {
    if (this.#work <= 0) return null;
    const stream = this.#stream(from);
    this.#work -= stream.letters.length;
    const at = stream.letters.indexOf(letters);
    if (at < 0) return null;
    const line = (offset: number) => stream.lines[firstAbove(stream.ends, offset)] ?? 0;
    return { from, fromFirst: line(at), fromLast: line(at + letters.length - 1) };
  }

  /** Spans of a member's lines around places where parts of the passage are found unchanged, those with most parts first. */
  #spans(member: number, letters: string): [number, number][] {
    const { letters: all, lines, ends } = this.#stream(member);
    const size = Math.min(PROBE, letters.length);
    const margin = Math.max(MARGIN, letters.length >> 1);
    const begins: { at: number; count: number }[] = [];
    for (const share of PROBES) {
      const offset = Math.floor((letters.length - size) * share);
      const found = all.indexOf(letters.slice(offset, offset + size));
      this.#work -= all.length;
      if (found < 0) continue;
      const known = begins.find(({ at }) => Math.abs(at - (found - offset)) < margin);
      if (known) known.count++;
      else begins.push({ at: found - offset, count: 1 });
    }
    const last = lines.length - 1;
    return begins
      .sort((a, b) => b.count - a.count)
      .map(({ at }) => [
        lines[Math.min(last, firstAbove(ends, at - margin))] ?? 0,
        lines[Math.min(last, firstAbove(ends, at + letters.length + margin))] ?? 0,
      ]);
  }

  #stream(member: number): Stream {
    const known = this.#streams.get(member);
    if (known) return known;
    const { text, starts, segments } = this.bodies[member] as Body;
    const parts: string[] = [];
    const lines: number[] = [];
    const ends: number[] = [];
    let size = 0;
    for (const segment of segments) {
      if (!isOwn(segment)) continue;
      const part = lettersOf(linesBetween(text, starts, segment.start, segment.end), true);
      for (const [n, line] of part.split('\n').entries()) {
        size += line.length;
        lines.push(segment.start + n);
        ends.push(size);
        parts.push(line);
      }
    }
    const stream = { letters: parts.join(''), lines, ends };
    this.#streams.set(member, stream);
    return stream;
  }
}

const WORDS = /[\p{L}\p{N}\p{M}]+/gu;

/** The letters, digits and non-ASCII characters of a text in lower case, optionally with line ends. */
export const lettersOf = (text: string, lines = false) =>
  text
    .toLowerCase()
    .replace(
      lines ? /[\0-\t\v-/:-`{-\x7f\xa0\u2000-\u206f\u3000\ufeff]+/g : /[\0-/:-`{-\x7f\xa0\u2000-\u206f\u3000\ufeff]+/g,
      '',
    );

/** The lines from `first` to `last`, with quoted ones empty, and the start of each. */
function ownLines({ text, starts, segments }: Body, first: number, last: number): { text: string; starts: number[] } {
  const parts: string[] = [];
  const begins: number[] = [];
  let size = 0;
  for (const segment of segments)
    for (let i = Math.max(first, segment.start); i <= Math.min(last, segment.end - 1); i++) {
      const part = isOwn(segment) ? text.slice(starts[i] as number, (starts[i + 1] as number) - 1) : '';
      begins.push(size);
      parts.push(part);
      size += part.length + 1;
    }
  return { text: parts.join('\n'), starts: begins };
}
