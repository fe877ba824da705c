import { type Body, readBody, type Segment, unquotedStart } from '#mail/body';
import { firstAbove, hasWords, indexLines, type Line, lineKey, type Places, sameLetters, WEAK } from './lines';
import { WrappedPassages } from './wrapped';

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

/** A run goes on over so many lines that were left out of it. */
const GAP = 3;
/** Lines of a passage that are compared word by word; longer ones are patches or logs, which nobody wraps anew. */
const WRAPPED_LINES = 60;

/**
 * The source of every quoted passage of a thread. Lines are compared by their letters and digits alone, first with the mail
 * that is answered and those before it, then with the rest of the thread; what no line agrees with (wrapped anew, edited) is
 * looked for in the ancestors' own words. Linear in the size of the texts but for those passages, whose work is limited.
 */
export function resolveQuotes(members: QuoteMember[]): Resolution {
  const bodies = members.map(({ text }) => readBody(text));
  const passages = bodies.flatMap((body, by) => passagesOf(body, by));
  const wanted = new Set<number>();
  for (const { keys } of passages) for (const key of keys) wanted.add(key);
  const thread: Thread = {
    members,
    bodies,
    places: indexLines(bodies, wanted),
    wrapped: new WrappedPassages(bodies),
    ancestors: [],
    rank: new Map(),
  };
  const result: Resolution = { quotes: [], quoted: 0, unresolved: 0 };
  let by = -1;
  for (const passage of passages) {
    if (passage.by !== by) {
      by = passage.by;
      thread.ancestors = ancestorsOf(members, by);
      thread.rank = new Map(thread.ancestors.map((member, n) => [member, n]));
    }
    resolvePassage(thread, passage, result);
  }
  return result;
}

interface Thread {
  members: QuoteMember[];
  bodies: Body[];
  places: Map<number, Places[]>;
  wrapped: WrappedPassages;
  /** The parent of the mail at work, its parent, and so on; and their order. */
  ancestors: number[];
  rank: Map<number, number>;
}

/** Quoted lines of one depth that stand together. */
interface Passage {
  by: number;
  line: number;
  /** Offsets of each line without its marks. */
  starts: number[];
  ends: number[];
  keys: number[];
  /** Of each line: it says something that is its author's. */
  has: boolean[];
  isAnswered: boolean;
}

function passagesOf(body: Body, by: number): Passage[] {
  const found: Passage[] = [];
  for (const [n, segment] of body.segments.entries()) {
    if (segment.kind !== 'quote') continue;
    const passage: Passage = {
      by,
      line: segment.start,
      starts: [],
      ends: [],
      keys: [],
      has: [],
      isAnswered: isAnswered(body, n),
    };
    let mayAttribute = false;
    for (let i = segment.start; i < segment.end; i++) {
      const start = unquotedStart(body.text, body.starts, i);
      const end = (body.starts[i + 1] as number) - 1;
      passage.starts.push(start);
      passage.ends.push(end);
      passage.keys.push(lineKey(body.text, start, end));
      passage.has.push(hasWords(body.text, start, end));
      mayAttribute ||= mayBeAttribution(body.text, start, end);
    }
    if (mayAttribute) for (const i of attributed(body, segment, passage)) passage.has[i] = false;
    found.push(passage);
  }
  return found;
}

/** Own words follow the run: text, not a deeper quotation, a signature or the end. */
function isAnswered(body: Body, n: number): boolean {
  const next = body.segments[n + 1];
  if (next?.kind !== 'text') return false;
  for (let i = next.start; i < next.end; i++)
    if (hasWords(body.text, body.starts[i] as number, (body.starts[i + 1] as number) - 1)) return true;
  return false;
}

/** Whether a line begins or ends as attributions and Outlook's headers do: mail/attribution.ts looks closer. */
function mayBeAttribution(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  let last = end - 1;
  while (last > start && text.charCodeAt(last) === 32) last--;
  const c = text.charCodeAt(last);
  return c === 58 || c === 0xff1a || c === 46 || first === 45 || first === 42 || first === 70;
}

/** Lines of quoted attributions and Outlook's headers: nobody's words. */
function attributed(body: Body, { start, end }: Segment, { starts, ends }: Passage): number[] {
  const lines: string[] = [];
  for (let i = 0; i < end - start; i++) lines.push(body.text.slice(starts[i] as number, ends[i] as number));
  return readBody(lines.join('\n')).segments.flatMap(({ kind, start, end }) =>
    kind === 'attribution' ? Array.from({ length: end - start }, (_, n) => start + n) : [],
  );
}

function ancestorsOf(members: QuoteMember[], member: number): number[] {
  const found: number[] = [];
  let at = members[member]?.parent ?? null;
  while (at !== null && found.length < members.length) {
    found.push(at);
    at = members[at]?.parent ?? null;
  }
  return found;
}

function resolvePassage(thread: Thread, passage: Passage, result: Resolution): void {
  const { by, line, has } = passage;
  const sources = sourcesOf(thread, passage);
  const last = passage.isAnswered ? lastParagraph(has) : null;
  const runs = runsOf(sources, has, last?.start ?? has.length);
  runs.push(...wrappedRuns(thread, passage, sources));
  for (const [i, said] of has.entries())
    if (said) {
      result.quoted++;
      if (!sources[i]) result.unresolved++;
    }
  for (const { start, end, from, fromFirst, fromLast } of runs.sort((a, b) => a.start - b.start))
    result.quotes.push({
      by,
      line: line + start,
      lines: end - start,
      from,
      fromLine: fromFirst,
      fromLines: fromLast - fromFirst + 1,
      isAnswered: last !== null && end > last.start,
    });
}

/** The lines right above an answer, back to an empty one. */
function lastParagraph(has: boolean[]): { start: number } | null {
  let end = has.length;
  while (end > 0 && !has[end - 1]) end--;
  let start = end;
  while (start > 0 && has[start - 1]) start--;
  return end > 0 ? { start } : null;
}

/** The source of each line: of the messages that share lines with the passage the one that shares most, then the next for what is left. */
function sourcesOf(thread: Thread, passage: Passage): (Line | undefined)[] {
  const { by, keys } = passage;
  const found: (Line | undefined)[] = keys.map(() => undefined);
  const votes = new Map<number, number>();
  const vote = (key: number, value: number) => {
    for (const { member } of thread.places.get(key) ?? [])
      if (member !== by) votes.set(member, (votes.get(member) ?? 0) + value);
  };
  for (const key of keys) if (key !== WEAK) vote(key, 1);
  const rank = (member: number) => thread.rank.get(member) ?? Number.POSITIVE_INFINITY;
  for (;;) {
    let best = -1;
    let most = 0;
    for (const [member, count] of votes)
      if (count > most || (count === most && most > 0 && isBefore(rank(member), rank(best), member, best)))
        [best, most] = [member, count];
    if (best < 0) break;
    let behind = -1;
    for (const [i, key] of keys.entries()) {
      if (found[i] || key === WEAK) continue;
      const place = nextPlace(thread.places.get(key) ?? [], best, behind);
      if (!place) continue;
      found[i] = place;
      behind = place.line;
      vote(key, -1);
    }
    votes.delete(best);
  }
  fillWeak(thread, passage, found);
  return found;
}

const isBefore = (rankA: number, rankB: number, a: number, b: number) => (rankA === rankB ? a < b : rankA < rankB);

/** The occurrence in `member` that follows line `behind` most closely, else its first. */
function nextPlace(places: Places[], member: number, behind: number): Line | undefined {
  for (const { member: own, lines } of places)
    if (own === member) return { member, line: (lines[firstAbove(lines, behind)] ?? lines[0]) as number };
  return undefined;
}

/** A short line between or beside sure ones comes from where they do, if that has it there. */
function fillWeak(thread: Thread, { by, starts, ends }: Passage, found: (Line | undefined)[]): void {
  const own = (thread.bodies[by] as Body).text;
  const same = (i: number, { member, line }: Line) => {
    const body = thread.bodies[member] as Body;
    if (line < 0 || line + 1 >= body.starts.length) return false;
    const [from, to] = [body.starts[line] as number, (body.starts[line + 1] as number) - 1];
    return sameLetters(body.text, from, to, own, starts[i] as number, ends[i] as number);
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
  if (!found.some(Boolean)) return;
  step(1, found.length, 1);
  step(found.length - 2, -1, -1);
}

interface Run {
  /** Lines within the segment, `end` exclusive. */
  start: number;
  end: number;
  from: number;
  fromFirst: number;
  fromLast: number;
}

/** Lines that go on together in their source; what is answered begins a run of its own. */
function runsOf(sources: (Line | undefined)[], has: boolean[], cut: number): Run[] {
  const runs: Run[] = [];
  let run: Run | null = null;
  for (const [i, source] of sources.entries()) {
    if (!source || !has[i]) continue;
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

/** Passages that no line agrees with, by words; `sources` takes what is found. */
function wrappedRuns(thread: Thread, { by, starts, ends, has }: Passage, sources: (Line | undefined)[]): Run[] {
  const runs: Run[] = [];
  if (!thread.ancestors.length) return runs;
  const { text } = thread.bodies[by] as Body;
  for (let start = 0; start < has.length; start++) {
    if (sources[start] || !has[start]) continue;
    const lines: string[] = [];
    let end = start;
    for (; end < has.length && has[end] && !sources[end] && end - start < WRAPPED_LINES; end++)
      lines.push(text.slice(starts[end] as number, ends[end] as number));
    const run = thread.wrapped.find(thread.ancestors, lines);
    if (run) {
      runs.push({ start, end, ...run });
      for (let i = start; i < end; i++) sources[i] = { member: run.from, line: run.fromFirst };
    }
    start = end - 1;
  }
  return runs;
}
