import { Session } from 'node:inspector';

/** The number of runs of each block of code. */
export type Counts = Map<string, number>;

/**
 * V8's count of how often each block runs in this thread. Only functions that are compiled after its start are counted by block, so
 * it must start before the first call of the code under test. V8's built-in functions are not counted.
 */
export class Coverage {
  readonly #session = new Session();
  /** The blocks of each function that were ever reported. */
  readonly #blocks = new Map<string, [start: number, end: number][]>();

  constructor(private readonly isWanted: (url: string) => boolean) {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** The counts since the last call. */
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

  /** V8 leaves out a block that ran as often as its enclosing block; it is known from a run in which it did not. */
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

/** The count of the innermost range around a block; outer ranges come first. */
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
