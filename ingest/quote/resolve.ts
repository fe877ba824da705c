import { type Body, readBody, type Segment, unquoted } from '#mail/body';
import { align, readQuotation } from '#mail/quote/align';
import { type Words, wordsOf } from '#mail/quote/words';

/** A message of a thread, in display order: a parent stands before its answers. */
export interface QuoteMember {
  /** Position of the parent among the members; null for a root, or below a message nobody has. */
  parent: number | null;
  text: string;
}

/** A run of quoted lines and the lines they come from; members by position, lines of displayed texts from 0. */
export interface ResolvedQuote {
  by: number;
  line: number;
  lines: number;
  from: number;
  fromLine: number;
  fromLines: number;
  /** Own words follow right below: this is what the answer answers. */
  isAnswered: boolean;
}

export interface Resolution {
  quotes: ResolvedQuote[];
  /** Quoted lines with words in them, and how many of them have no source here. */
  quoted: number;
  unresolved: number;
}

/** A line with fewer letters and digits says nothing by itself: its neighbours decide. */
const STRONG = 12;
/** A run goes on over so many lines that were left out of it. */
const GAP = 3;
/** Ancestors in whose words a passage is looked for that no line agrees with as it is. */
const ANCESTORS = 8;
/** Lines of a passage that are compared word by word; longer ones are patches or logs, which nobody wraps anew. */
const WRAPPED_LINES = 60;
/** Fewer words are taken from nobody: `Hi Boris,` stands in every mail. */
const FEWEST_WORDS = 4;
const MOST_KNOWN = 0.7;

/**
 * The source of every quoted passage of a thread. Lines are compared by their letters and digits alone, first with the mail
 * that is answered and those before it, then with the rest of the thread; what no line agrees with (wrapped anew, edited) is
 * aligned word by word with the ancestors' own words. Linear in the size of the texts but for those passages.
 */
export function resolveQuotes(members: QuoteMember[]): Resolution {
  const thread = new ThreadLines(members);
  const result: Resolution = { quotes: [], quoted: 0, unresolved: 0 };
  for (let by = 0; by < members.length; by++) {
    const { segments } = thread.bodies[by] as Body;
    for (const [n, segment] of segments.entries())
      if (segment.kind === 'quote')
        resolveSegment(thread, by, segment, isAnswered(thread.bodies[by] as Body, n), result);
  }
  return result;
}

/** Own words follow the run: text, not a deeper quotation, a signature or the end. */
function isAnswered(body: Body, n: number): boolean {
  const next = body.segments[n + 1];
  if (next?.kind !== 'text') return false;
  for (let i = next.start; i < next.end; i++)
    if (/[\p{L}\p{N}]/u.test(body.text.slice(body.starts[i] as number, body.starts[i + 1] as number))) return true;
  return false;
}

interface Line {
  member: number;
  line: number;
}

interface OwnWords {
  text: string;
  words: Words;
  /** The line of each word. */
  lineOf: number[];
  known: Set<string>;
}

/** Own lines of all members by what they say. */
class ThreadLines {
  readonly bodies: Body[];
  readonly #lines = new Map<number, Line[]>();
  readonly #own = new Map<number, OwnWords>();

  constructor(readonly members: QuoteMember[]) {
    this.bodies = members.map(({ text }) => readBody(text));
    for (const [member, body] of this.bodies.entries())
      for (const segment of body.segments)
        if (isOwn(segment))
          for (let line = segment.start; line < segment.end; line++) {
            const key = lineKey(body.text, body.starts[line] as number, (body.starts[line + 1] as number) - 1);
            if (key === WEAK) continue;
            const known = this.#lines.get(key);
            if (known) known.push({ member, line });
            else this.#lines.set(key, [{ member, line }]);
          }
  }

  at(key: number): Line[] {
    return this.#lines.get(key) ?? [];
  }

  /** The member's parent, its parent, and so on. */
  ancestors(member: number): number[] {
    const found: number[] = [];
    let at = this.members[member]?.parent ?? null;
    while (at !== null && found.length < this.members.length) {
      found.push(at);
      at = this.members[at]?.parent ?? null;
    }
    return found;
  }

  /** Own words of a member, with the line of each. */
  own(member: number): OwnWords {
    const known = this.#own.get(member);
    if (known) return known;
    const body = this.bodies[member] as Body;
    const parts: string[] = [];
    const ends: [number, number][] = [];
    let size = 0;
    for (const segment of body.segments)
      if (isOwn(segment))
        for (let line = segment.start; line < segment.end; line++) {
          const part = body.text.slice(body.starts[line] as number, (body.starts[line + 1] as number) - 1);
          parts.push(part);
          size += part.length + 1;
          ends.push([size, line]);
        }
    const text = parts.join('\n');
    const words = wordsOf(text);
    let n = 0;
    const lineOf = words.starts.map((at) => {
      while ((ends[n]?.[0] ?? Number.POSITIVE_INFINITY) <= at) n++;
      return ends[n]?.[1] ?? 0;
    });
    const own = { text, words, lineOf, known: new Set(words.folded) };
    this.#own.set(member, own);
    return own;
  }
}

const isOwn = ({ kind }: Segment) => kind !== 'quote' && kind !== 'attribution' && kind !== 'binary';
const WEAK = 0;

/** FNV-1a of a line's letters and digits, lower case; WEAK where there are too few to tell it from others. */
function lineKey(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5;
  let count = 0;
  for (let i = from; i < to; i++) {
    let c = text.charCodeAt(i);
    if (c < 128) {
      if (c >= 65 && c <= 90) c += 32;
      else if ((c < 97 || c > 122) && (c < 48 || c > 57)) continue;
    }
    hash = Math.imul(hash ^ c, 0x01000193);
    count++;
  }
  return count < STRONG ? WEAK : hash || 1;
}

function resolveSegment(
  thread: ThreadLines,
  by: number,
  segment: Segment,
  answered: boolean,
  result: Resolution,
): void {
  const body = thread.bodies[by] as Body;
  const lines: string[] = [];
  for (let i = segment.start; i < segment.end; i++) lines.push(unquoted(body.text, body.starts, i));
  const said = attributed(lines);
  const hasWords = lines.map((line, i) => !said.has(i) && /[\p{L}\p{N}]/u.test(line));
  const sources = sourcesOf(thread, by, lines);
  const last = answered ? lastParagraph(hasWords) : null;
  const runs = runsOf(sources, hasWords, last?.start ?? lines.length);
  runs.push(...wrappedRuns(thread, by, lines, hasWords, sources));
  result.quoted += hasWords.filter(Boolean).length;
  result.unresolved += hasWords.filter((has, i) => has && !sources[i]).length;
  for (const { start, end, from, fromFirst, fromLast } of runs.sort((a, b) => a.start - b.start))
    result.quotes.push({
      by,
      line: segment.start + start,
      lines: end - start,
      from,
      fromLine: fromFirst,
      fromLines: fromLast - fromFirst + 1,
      isAnswered: last !== null && end > last.start,
    });
}

/** Lines of quoted attributions and Outlook's headers: nobody's words. */
function attributed(lines: string[]): Set<number> {
  const found = new Set<number>();
  for (const { kind, start, end } of readBody(lines.join('\n')).segments)
    if (kind === 'attribution') for (let i = start; i < end; i++) found.add(i);
  return found;
}

/** The lines right above an answer, back to an empty one. */
function lastParagraph(hasWords: boolean[]): { start: number } | null {
  let end = hasWords.length;
  while (end > 0 && !hasWords[end - 1]) end--;
  let start = end;
  while (start > 0 && hasWords[start - 1]) start--;
  return end > 0 ? { start } : null;
}

/** The source of each line: of the messages that share lines with the segment the one that shares most, then the next for what is left. */
function sourcesOf(thread: ThreadLines, by: number, lines: string[]): (Line | undefined)[] {
  const found: (Line | undefined)[] = lines.map(() => undefined);
  const keys = lines.map((line) => lineKey(line, 0, line.length));
  const rank = new Map(thread.ancestors(by).map((member, n) => [member, n]));
  for (;;) {
    const votes = new Map<number, number>();
    for (const [i, key] of keys.entries()) {
      if (found[i] || key === WEAK) continue;
      for (const member of new Set(thread.at(key).map((line) => line.member)))
        if (member !== by) votes.set(member, (votes.get(member) ?? 0) + 1);
    }
    const best = [...votes].sort(([a, m], [b, n]) => n - m || (rank.get(a) ?? 1e9) - (rank.get(b) ?? 1e9) || a - b)[0];
    if (!best) break;
    assign(thread, best[0], keys, found);
  }
  fillWeak(thread, lines, found);
  return found;
}

/** Each line to the occurrence in `member` that follows its predecessor's most closely. */
function assign(thread: ThreadLines, member: number, keys: number[], found: (Line | undefined)[]): void {
  let behind = -1;
  for (const [i, key] of keys.entries()) {
    if (found[i] || key === WEAK) continue;
    const places = thread.at(key).filter((line) => line.member === member);
    if (!places.length) continue;
    const next = places.find(({ line }) => line > behind) ?? places[0];
    if (!next) continue;
    found[i] = next;
    behind = next.line;
  }
}

/** A short line between or beside sure ones comes from where they do, if that has it there. */
function fillWeak(thread: ThreadLines, lines: string[], found: (Line | undefined)[]): void {
  const same = (i: number, line: Line) => {
    const body = thread.bodies[line.member] as Body;
    if (line.line < 0 || line.line + 1 >= body.starts.length) return false;
    const own = body.text.slice(body.starts[line.line] as number, (body.starts[line.line + 1] as number) - 1);
    return plain(own) === plain(lines[i] as string);
  };
  const step = (from: number, to: number, by: 1 | -1) => {
    for (let i = from; i !== to; i += by) {
      const before = found[i - by];
      if (found[i] || !before) continue;
      for (const line of [before.line + by, before.line + 2 * by]) {
        const place = { member: before.member, line };
        if (same(i, place)) found[i] ??= place;
      }
    }
  };
  step(1, lines.length, 1);
  step(lines.length - 2, -1, -1);
}

const plain = (line: string) => line.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

interface Run {
  /** Lines within the segment, `end` exclusive. */
  start: number;
  end: number;
  from: number;
  fromFirst: number;
  fromLast: number;
}

/** Lines that go on together in their source; what is answered begins a run of its own. */
function runsOf(sources: (Line | undefined)[], hasWords: boolean[], cut: number): Run[] {
  const runs: Run[] = [];
  let run: Run | null = null;
  for (const [i, source] of sources.entries()) {
    if (!source || !hasWords[i]) continue;
    const goesOn =
      run !== null &&
      i !== cut &&
      !(run.start < cut && i > cut) &&
      run.from === source.member &&
      source.line > run.fromLast &&
      source.line - run.fromLast <= i - (run.end - 1) + GAP;
    if (goesOn && run) {
      run.end = i + 1;
      run.fromLast = source.line;
    } else {
      run = { start: i, end: i + 1, from: source.member, fromFirst: source.line, fromLast: source.line };
      runs.push(run);
    }
  }
  return runs;
}

/** Passages that no line agrees with, aligned word by word with what the ancestors wrote; `sources` takes what is found. */
function wrappedRuns(
  thread: ThreadLines,
  by: number,
  lines: string[],
  hasWords: boolean[],
  sources: (Line | undefined)[],
): Run[] {
  const runs: Run[] = [];
  for (let start = 0; start < lines.length; start++) {
    if (sources[start] || !hasWords[start]) continue;
    let end = start;
    while (end < lines.length && hasWords[end] && !sources[end] && end - start < WRAPPED_LINES) end++;
    const run = wrappedRun(thread, by, lines.slice(start, end).join('\n'));
    if (run) {
      runs.push({ start, end, ...run });
      for (let i = start; i < end; i++) sources[i] = { member: run.from, line: run.fromFirst };
    }
    start = end - 1;
  }
  return runs;
}

function wrappedRun(thread: ThreadLines, by: number, passage: string): Omit<Run, 'start' | 'end'> | null {
  const quotation = readQuotation(passage);
  const words = quotation.pieces.flatMap((piece) => piece.words.folded);
  if (words.length < FEWEST_WORDS) return null;
  for (const from of thread.ancestors(by).slice(0, ANCESTORS)) {
    const own = thread.own(from);
    // Without most of the words the passage cannot be here, and aligning is dear.
    const known = words.reduce((sum, word) => sum + (own.known.has(word) ? 1 : 0), 0);
    if (known < words.length * MOST_KNOWN) continue;
    const place = align(quotation, own.text, own.words);
    if (!place || place.status === 'near') continue;
    const first = own.words.starts.findIndex((at) => at >= place.start);
    const last = own.words.starts.findLastIndex((at) => at < place.end);
    return { from, fromFirst: own.lineOf[first] ?? 0, fromLast: own.lineOf[last] ?? 0 };
  }
  return null;
}
