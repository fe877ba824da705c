import { type Body, readBody, unquotedStart } from '#mail/body';
import type { Segment } from '#mail/segment';
import { hasWords, lineKey } from './lines';

/** Consecutive quoted lines of the same depth. */
export interface Passage {
  by: number;
  line: number;
  depth: number;
  /** The offset of each line after its marks. */
  starts: number[];
  ends: number[];
  keys: number[];
  /** Whether each line has words of its author. */
  has: boolean[];
  isAnswered: boolean;
}

/** The quoted passages in a mail. */
export function passagesOf(body: Body, by: number): Passage[] {
  const found: Passage[] = [];
  for (const [n, segment] of body.segments.entries()) {
    if (segment.kind !== 'quote' || isMark(body, segment)) continue;
    const passage: Passage = {
      by,
      line: segment.start,
      depth: segment.depth ?? 1,
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

/**
 * Whether `>` is a robot's mark and not a quotation: `> 305  return x;` between lines 304 and 306 of a listing, or
 * `>> file.c:16:10: error: ...` among a compiler's messages, in a mail without an attribution.
 */
function isMark({ text, starts, segments }: Body, { start, end }: Segment): boolean {
  if (end - start > 1) return false;
  const line = (i: number) =>
    text.slice(starts[i] ?? text.length, Math.min(starts[i + 1] ?? 0, (starts[i] ?? 0) + 300));
  const number = (i: number) => Number(/^[ >]{0,4}\s*(\d{1,7})\b/.exec(line(i))?.[1]);
  const own = number(start);
  if (own > 0 && (number(start - 1) === own - 1 || number(start + 1) === own + 1)) return true;
  return COMPILER.test(line(start)) && !segments.some(({ kind }) => kind === 'attribution');
}

const COMPILER = /^>{1,2} \S+:\d+(?::\d+)?: (?:\w+ )?(?:error|warning|sparse|note)\b/;

/** Whether own words follow the run: text, not a deeper quotation, a signature or the end. */
function isAnswered(body: Body, n: number): boolean {
  const next = body.segments[n + 1];
  if (next?.kind !== 'text') return false;
  for (let i = next.start; i < next.end; i++)
    if (hasWords(body.text, body.starts[i] as number, (body.starts[i + 1] as number) - 1)) return true;
  return false;
}

/** A quick test whether a line begins or ends like an attribution or Outlook's headers; mail/attribution.ts decides. */
function mayBeAttribution(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  let last = end - 1;
  while (last > start && text.charCodeAt(last) === 32) last--;
  const c = text.charCodeAt(last);
  return c === 58 || c === 0xff1a || c === 46 || first === 45 || first === 42 || first === 70;
}

/** The lines of quoted attributions and Outlook's headers, which are not anybody's words. */
function attributed(body: Body, { start, end }: Segment, { starts, ends }: Passage): number[] {
  const lines: string[] = [];
  for (let i = 0; i < end - start; i++) lines.push(body.text.slice(starts[i] as number, ends[i] as number));
  return readBody(lines.join('\n')).segments.flatMap(({ kind, start, end }) =>
    kind === 'attribution' ? Array.from({ length: end - start }, (_, n) => start + n) : [],
  );
}
