import { type Body, readBody } from '#mail/body';
import { indexLines, type Line } from './lines';
import { type Passage, passagesOf } from './passage';
import { restOfLine, sourcesOf, type Thread, WRAPPED_LINES } from './sources';
import { WrappedPassages } from './wrapped';

/** A message of a thread, in display order: a parent comes before its answers. */
export interface QuoteMember {
  /** The parent's position among the members; null for a root, or below a missing message. */
  parent: number | null;
  text: string;
}

/** A run of quoted lines and the lines that they come from; members by position, lines of displayed texts from 0. */
export interface ResolvedQuote {
  by: number;
  line: number;
  lines: number;
  from: number;
  fromLine: number;
  fromLines: number;
  /** Own words follow directly below, so this is what they answer. */
  isAnswered: boolean;
}

export interface Resolution {
  quotes: ResolvedQuote[];
  /** Quoted lines with words, and below, how many of them have no source in the thread. */
  quoted: number;
  unresolved: number;
}

/** A run continues across this many omitted lines. */
const GAP = 3;

/**
 * Finds the source of every quoted passage in a thread. Lines are compared by letters and digits only, first with the answered mail
 * and its ancestors, then with the rest of the thread. Passages without an equal line (re-wrapped or edited) are searched in the
 * ancestors' own words. Linear in the size of the texts, except for those passages, whose work is limited.
 */
export function resolveQuotes(members: QuoteMember[]): Resolution {
  const bodies = members.map(({ text }) => readBody(text));
  const passages = bodies.flatMap((body, by) => passagesOf(body, by));
  const wanted = new Set<number>();
  for (const { keys } of passages) for (const key of keys) wanted.add(key);
  const thread: Thread = {
    bodies,
    places: indexLines(bodies, wanted),
    wrapped: new WrappedPassages(bodies),
    ancestors: [],
    rank: new Map(),
    above: null,
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

/** The number of nearest ancestors that are examined: all ancestors in a chain of thousands of answers would take quadratic time. */
const MOST_ANCESTORS = 256;

function ancestorsOf(members: QuoteMember[], member: number): number[] {
  const found: number[] = [];
  let at = members[member]?.parent ?? null;
  while (at !== null && found.length < MOST_ANCESTORS) {
    found.push(at);
    at = members[at]?.parent ?? null;
  }
  return found;
}

function resolvePassage(thread: Thread, passage: Passage, result: Resolution): void {
  const { by, line, has } = passage;
  const sources = sourcesOf(thread, passage);
  if (has[0]) sources[0] ??= restOfLine(thread, passage);
  const last = passage.isAnswered ? lastParagraph(has) : null;
  const runs = runsOf(sources, has, last?.start ?? has.length);
  runs.push(...wrappedRuns(thread, passage, sources));
  for (const [i, said] of has.entries())
    if (said) {
      result.quoted++;
      if (!sources[i]) result.unresolved++;
    }
  runs.sort((a, b) => a.start - b.start);
  const end = runs.at(-1);
  thread.above =
    end?.end === has.length ? { by, line: line + has.length, from: { member: end.from, line: end.fromLast } } : null;
  for (const { start, end, from, fromFirst, fromLast } of runs)
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

/** The lines directly above an answer, back to an empty line. */
function lastParagraph(has: boolean[]): { start: number } | null {
  let end = has.length;
  while (end > 0 && !has[end - 1]) end--;
  let start = end;
  while (start > 0 && has[start - 1]) start--;
  return end > 0 ? { start } : null;
}

interface Run {
  /** Lines of the passage, `end` exclusive. */
  start: number;
  end: number;
  from: number;
  fromFirst: number;
  fromLast: number;
}

/** Runs of lines that are also consecutive in their source. The lines that are answered begin a new run. */
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
      source.line >= run.fromLast &&
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

/** Searches a passage without equal lines by its words; adds what is found to `sources`. */
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
