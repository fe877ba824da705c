import { Session } from 'node:inspector';

/** How often each block of code ran. */
export type Counts = Map<string, number>;

/**
 * V8's own count of how often each block runs, of this thread. Functions are counted by blocks that are compiled after it began, so
 * this comes before the first call of what is looked at. What V8's own functions do is not counted.
 */
export class Coverage {
  readonly #session = new Session();
  /** Of each function the blocks that were ever told of. */
  readonly #blocks = new Map<string, [start: number, end: number][]>();

  constructor(private readonly isWanted: (url: string) => boolean) {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** What ran since this was asked last. */
  take(): Counts {
    const found: Counts = new Map();
    this.#session.post('Profiler.takePreciseCoverage', (error, given) => {
      if (error) throw error;
      for (const { scriptId, url, functions } of given.result) {
        if (!this.isWanted(url)) continue;
        const script = url.slice(url.lastIndexOf('/') + 1) || scriptId;
        for (const { ranges, functionName } of functions) {
          const name = `${script} ${functionName} `;
          for (const [start, end] of this.#known(`${scriptId} ${ranges[0]?.startOffset}`, ranges)) {
            const count = countOf(ranges, start, end);
            if (count > 0) found.set(`${name}${start}-${end}`, count);
          }
        }
      }
    });
    return found;
  }

  /** V8 leaves out a block that ran as often as the block around it: it is known from a run in which it did not. */
  #known(key: string, ranges: Range[]): [number, number][] {
    const known = this.#blocks.get(key) ?? [];
    this.#blocks.set(key, known);
    for (const { startOffset, endOffset } of ranges)
      if (!known.some(([start, end]) => start === startOffset && end === endOffset))
        known.push([startOffset, endOffset]);
    return known;
  }
}

interface Range {
  startOffset: number;
  endOffset: number;
  count: number;
}

/** Of the narrowest range about a block: outer ones come first. */
function countOf(ranges: Range[], start: number, end: number): number {
  for (let n = ranges.length - 1; n >= 0; n--) {
    const { startOffset, endOffset, count } = ranges[n] as Range;
    if (startOffset <= start && endOffset >= end) return count;
  }
  return 0;
}

/** Blocks that ran more than `steepest` times as often in `two` as in `one`, and more than `few` times. */
export function steeper(one: Counts, two: Counts, steepest: number, few: number): string[] {
  return [...two]
    .filter(([block, count]) => count > few && count > steepest * (one.get(block) ?? 0))
    .sort(([, a], [, b]) => b - a)
    .map(([block, count]) => `${block} ran ${one.get(block) ?? 0} times, then ${count}`);
}
