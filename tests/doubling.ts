import { Coverage, steeper } from '../bench/fuzz/coverage.ts';

/** A doubling may do so many times as much: 2 is linear, 4 the square; sorting is between. */
const DOUBLE = 2.6;
/** What is done less often than so many times for each thing is no loop over pairs. */
const FEW = 16;

/** Begins with this file, so that it is imported before what it counts is called. */
const coverage = new Coverage(() => true);

/**
 * The blocks that ran more than DOUBLE times as often for twice the size, with how often for both; none where the work grows with the size.
 * V8 counts them, which no other program on the machine changes as it does times.
 * `work` prepares what is done for a size, and gives what does it.
 */
export function steep(work: (size: number) => () => unknown, size: number): string[] {
  const [one, two] = [size, 2 * size].map((n) => {
    const run = work(n);
    coverage.take();
    run();
    return coverage.take();
  }) as [ReturnType<Coverage['take']>, ReturnType<Coverage['take']>];
  return steeper(one, two, DOUBLE, FEW * 2 * size).slice(0, 3);
}
