import { Coverage, steeper } from '../bench/fuzz/coverage.ts';

/** The most that doubling may increase the work: 2 is linear, 4 is quadratic, sorting is in between. */
const DOUBLE = 2.6;
/** A block that runs less often per thing than this is not a loop over pairs. */
const FEW = 16;

/** Begins with this file, which must be imported before the counted code is called. */
const coverage = new Coverage(() => true);

/**
 * The blocks that ran more than DOUBLE times as often for twice the size, with both counts; none if the work is linear.
 * V8 counts them; unlike times, counts do not depend on other programs on the machine.
 * `work` prepares the work for a size, and returns a function that does it.
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
