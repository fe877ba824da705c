import type { Body } from '#mail/body';
import type { Segment } from '#mail/segment';

/** A line of a member's own words, both by number. */
export interface Line {
  member: number;
  line: number;
}

/** A line with fewer letters and digits is not distinctive: its neighbours decide. */
const STRONG = 12;
/** The key of a line that is not STRONG. */
export const WEAK = 0;
/** A line in more mails of a thread is a form, such as a robot's: only the first of these mails are examined. */
const MOST_MEMBERS = 64;

/** Equal lines of a member, in order. */
export interface Places {
  member: number;
  lines: number[];
}

/** Whether a segment is the mail's own: not a quotation or attribution. */
export const isOwn = ({ kind }: Segment) => kind !== 'quote' && kind !== 'attribution' && kind !== 'binary';

/** FNV-1a of a line's letters and digits in lower case; WEAK if there are too few. */
export function lineKey(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5;
  let count = 0;
  for (let i = from; i < to; i++) {
    const c = sign(text.charCodeAt(i));
    if (!c) continue;
    hash = Math.imul(hash ^ c, 0x01000193);
    count++;
  }
  return count < STRONG ? WEAK : hash || 1;
}

/** Whether two lines have the same letters and digits. */
export function sameLetters(a: string, fromA: number, toA: number, b: string, fromB: number, toB: number): boolean {
  let [i, j] = [fromA, fromB];
  for (;;) {
    let x = 0;
    while (i < toA && !x) x = sign(a.charCodeAt(i++));
    let y = 0;
    while (j < toB && !y) y = sign(b.charCodeAt(j++));
    if (x !== y) return false;
    if (!x) return true;
  }
}

/** A letter in lower case, a digit, or a non-ASCII character (except spaces, quotation marks and dashes); 0 for anything else. */
function sign(c: number): number {
  if (c > 127) return c === 0xa0 || (c >= 0x2000 && c < 0x2070) || c === 0x3000 || c === 0xfeff ? 0 : c;
  if ((c >= 97 && c <= 122) || (c >= 48 && c <= 57)) return c;
  return c >= 65 && c <= 90 ? c + 32 : 0;
}

export function hasWords(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c > 127) return /[\p{L}\p{N}]/u.test(text.slice(i, to));
    if (sign(c)) return true;
  }
  return false;
}

/** The own lines of all members with one of the wanted keys, members in display order. */
export function indexLines(bodies: Body[], wanted: Set<number>): Map<number, Places[]> {
  const found = new Map<number, Places[]>();
  for (const [member, { text, starts, segments }] of bodies.entries())
    for (const segment of segments)
      if (isOwn(segment))
        for (let line = segment.start; line < segment.end; line++) {
          const key = lineKey(text, starts[line] as number, (starts[line + 1] as number) - 1);
          if (key === WEAK || !wanted.has(key)) continue;
          const known = found.get(key);
          const last = known?.at(-1);
          if (!known) found.set(key, [{ member, lines: [line] }]);
          else if (last?.member === member) last.lines.push(line);
          else if (known.length < MOST_MEMBERS) known.push({ member, lines: [line] });
        }
  return found;
}

/** The index of the first of these ascending numbers above `at`; their count if there is none. */
export function firstAbove(numbers: ArrayLike<number>, at: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
