import { Session } from 'node:inspector';

/** A doubling may do so many times as much: 2 is linear, 4 the square; sorting is between. */
const DOUBLE = 2.6;
/** What is done less often than so many times for each thing is no loop over pairs. */
const FEW = 16;

/**
 * V8 counts how often each block of code runs, which no other program on the machine changes as it does times. It does so for functions
 * that are compiled afterwards: so this file is imported before what it counts is called. What V8's own functions do is not counted.
 */
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** How often each block ran since this was last asked, by where it stands. */
function counts(): Map<string, number> {
  const found = new Map<string, number>();
  session.post('Profiler.takePreciseCoverage', (error, given) => {
    if (error) throw error;
    for (const { url, functions } of given.result)
      for (const { functionName, ranges } of functions)
        for (const { startOffset, count } of ranges)
          if (count > 0)
            found.set(`${url.replace(/^.*\/(?=[^/]*\/[^/]*$)/, '')} ${functionName}:${startOffset}`, count);
  });
  return found;
}

/**
 * The blocks that ran more than DOUBLE times as often for twice the size, with how often for both; none where the work grows with the size.
 * `work` prepares what is done for a size, and gives what does it.
 */
export function steep(work: (size: number) => () => unknown, size: number): string[] {
  const [one, two] = [size, 2 * size].map((n) => {
    const run = work(n);
    counts();
    run();
    return counts();
  }) as [Map<string, number>, Map<string, number>];
  return [...two]
    .map(([block, count]) => ({ block, count, before: one.get(block) ?? 0 }))
    .filter(({ count, before }) => count > FEW * 2 * size && count > DOUBLE * before)
    .sort((a, b) => b.count - a.count)
    .slice(0, 3)
    .map(({ block, count, before }) => `${block} ran ${before} times, then ${count}`);
}
