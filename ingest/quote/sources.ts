import type { Body } from '#mail/body';
import { firstAbove, hasWords, isOwn, type Line, type Places, sameLetters, WEAK } from './lines';
import type { Passage } from './passage';
import { lettersOf, type WrappedPassages } from './wrapped';

/** Lines of a passage that are compared word by word; longer passages are patches or logs, which nobody re-wraps. */
export const WRAPPED_LINES = 60;

/** The state of a thread while its passages are resolved. */
export interface Thread {
  bodies: Body[];
  places: Map<number, Places[]>;
  wrapped: WrappedPassages;
  /** The parent of the current mail, its parent, and so on; and below, their order. */
  ancestors: number[];
  rank: Map<number, number>;
  /** The line below the last resolved passage, and the source of that passage's last line, if known. */
  above: { by: number; line: number; from: Line } | null;
}

/** The source of each line: from the message that shares most lines with the passage, then from the next one for the rest. */
export function sourcesOf(thread: Thread, passage: Passage): (Line | undefined)[] {
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
      const place = bestPlace(thread, passage, i, best, behind);
      if (!place) continue;
      found[i] = place;
      behind = place.line;
      vote(key, -1);
    }
    votes.delete(best);
    for (const i of wrappedWithin(thread, passage, best, found)) vote(keys[i] as number, -1);
  }
  fillWeak(thread, passage, found);
  return found;
}

/** Finds lines between lines from the same mail if that mail has them wrapped differently, so that they are not searched elsewhere. */
function wrappedWithin(
  thread: Thread,
  { by, keys, has, starts, ends }: Passage,
  member: number,
  found: (Line | undefined)[],
) {
  const { text } = thread.bodies[by] as Body;
  const taken: number[] = [];
  for (let i = 0; i < found.length; i++) {
    if (found[i] || !has[i]) continue;
    let end = i;
    while (end < found.length && has[end] && !found[end] && end - i < WRAPPED_LINES) end++;
    const isBeside = found[i - 1]?.member === member || found[end]?.member === member;
    if (!isBeside) {
      i = end - 1;
      continue;
    }
    if (keys.slice(i, end).every((key) => key === WEAK)) continue;
    const lines = Array.from({ length: end - i }, (_, n) => text.slice(starts[i + n] as number, ends[i + n] as number));
    const place = thread.wrapped.exact(member, lines);
    if (!place) continue;
    for (let n = i; n < end; n++) {
      found[n] = { member, line: n === end - 1 ? place.fromLast : Math.min(place.fromFirst + n - i, place.fromLast) };
      if (keys[n] !== WEAK) taken.push(n);
    }
    i = end - 1;
  }
  return taken;
}

const isBefore = (rankA: number, rankB: number, a: number, b: number) => (rankA === rankB ? a < b : rankA < rankB);

/** Places of a line in a mail that are distinguished by their neighbours. */
const ALIKE = 24;
/** Neighbours compared on each side. */
const BESIDE = 4;

/** The occurrence in `member` whose neighbours match best; of equals, the first one after line `behind`. */
function bestPlace(thread: Thread, passage: Passage, i: number, member: number, behind: number): Line | undefined {
  const lines = thread.places.get(passage.keys[i] as number)?.find((one) => one.member === member)?.lines;
  if (!lines) return undefined;
  const next = firstAbove(lines, behind);
  let line = (lines[next] ?? lines[0]) as number;
  if (lines.length === 1 || line === behind + 1) return { member, line };
  let most = agreeing(thread, passage, i, { member, line });
  for (const other of [...lines.slice(next, next + ALIKE), ...lines.slice(0, Math.min(next, ALIKE))]) {
    const count = agreeing(thread, passage, i, { member, line: other });
    if (count > most) [line, most] = [other, count];
  }
  return { member, line };
}

/** How many neighbours of line `i` are the same as those of the place. */
function agreeing(thread: Thread, passage: Passage, i: number, { member, line }: Line): number {
  let count = 0;
  for (let k = 1; k <= BESIDE; k++)
    for (const by of [k, -k])
      if (passage.has[i + by] && sameLine(thread, passage, i + by, { member, line: line + by })) count++;
  return count;
}

/** Whether line `i` of the passage is that line, apart from white space and punctuation. */
function sameLine({ bodies }: Thread, { by, starts, ends }: Passage, i: number, { member, line }: Line): boolean {
  const body = bodies[member] as Body;
  if (line < 0 || line + 1 >= body.starts.length) return false;
  const [from, to] = [body.starts[line] as number, (body.starts[line + 1] as number) - 1];
  return sameLetters(body.text, from, to, (bodies[by] as Body).text, starts[i] as number, ends[i] as number);
}

/** A short line beside certain ones has the same source, if the source has that line there. */
function fillWeak(thread: Thread, passage: Passage, found: (Line | undefined)[]): void {
  const step = (from: number, to: number, by: 1 | -1) => {
    for (let i = from; i !== to; i += by) {
      const before = found[i - by];
      if (found[i] || !before) continue;
      for (const line of [before.line + by, before.line + 2 * by]) {
        const place = { member: before.member, line };
        if (sameLine(thread, passage, i, place)) found[i] ??= place;
      }
    }
  };
  if (!found.some(Boolean)) loneWeak(thread, passage, found);
  step(1, found.length, 1);
  step(found.length - 2, -1, -1);
}

/** Own lines of an ancestor that are searched for a passage with only short lines. */
const LONE_LINES = 400;

/** `> Why?` alone comes from the ancestor that its marks indicate, if that mail has such a line once, or once between these neighbours. */
function loneWeak(thread: Thread, passage: Passage, found: (Line | undefined)[]): void {
  const member = thread.ancestors[passage.depth - 1];
  const first = passage.has.indexOf(true);
  if (member === undefined || first < 0 || passage.keys.some((key, i) => passage.has[i] && key !== WEAK)) return;
  const places: Line[] = [];
  let left = LONE_LINES;
  for (const segment of (thread.bodies[member] as Body).segments)
    if (isOwn(segment))
      for (let line = segment.start; line < segment.end && left-- > 0; line++)
        if (sameLine(thread, passage, first, { member, line })) places.push({ member, line });
  const place = places.length > 1 ? betweenTheSame(thread, passage, passage.line + first, places) : places[0];
  if (!place) return;
  for (let i = first; i < found.length; i++) {
    const line = { member, line: place.line + i - first };
    if (!sameLine(thread, passage, i, line)) break;
    found[i] = line;
  }
}

/** Of several places, the one whose neighbours, at any depth of quotation, match best. */
function betweenTheSame({ bodies }: Thread, { by }: Passage, at: number, places: Line[]): Line | undefined {
  const line = (member: number, n: number): [string, number, number] => {
    const { text, starts } = bodies[member] as Body;
    return n < 0 || n + 1 >= starts.length ? ['', 0, 0] : [text, starts[n] as number, (starts[n + 1] as number) - 1];
  };
  let [best, most, isOnly]: [Line | undefined, number, boolean] = [undefined, 0, false];
  for (const place of places) {
    let count = 0;
    for (let k = 1; k <= BESIDE; k++)
      for (const n of [k, -k]) {
        const own = line(by, at + n);
        if (hasWords(...own) && sameLetters(...own, ...line(place.member, place.line + n))) count++;
      }
    if (count === most) isOnly = false;
    else if (count > most) [best, most, isOnly] = [place, count, true];
  }
  return isOnly ? best : undefined;
}

/** Mailers do not break longer lines of this kind. */
const BROKEN_LINE = 1000;

/**
 * The source of a passage's first line if nothing matches it. Mailers break long quoted lines, and the rest gets the marks of another
 * depth. It belongs to the source of the last line above, if that line continues with these words.
 */
export function restOfLine({ bodies, above }: Thread, { by, line, starts, ends }: Passage): Line | undefined {
  if (!above || above.by !== by || above.line !== line) return undefined;
  const [source, own] = [bodies[above.from.member] as Body, bodies[by] as Body];
  const from = source.starts[above.from.line] as number;
  const to = (source.starts[above.from.line + 1] ?? source.text.length + 1) - 1;
  if (to - from > BROKEN_LINE) return undefined;
  const broken = own.text.slice(own.starts[line - 1], own.starts[line]);
  const rest = own.text.slice(starts[0], ends[0]);
  return lettersOf(source.text.slice(from, to)).endsWith(lettersOf(broken + rest)) ? above.from : undefined;
}
