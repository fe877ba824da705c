/** A summary of many measurements. */
export interface Summary {
  count: number;
  median: number;
  p99: number;
  min: number;
  max: number;
}

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);

/**
 * The smallest value that at least the share `p` (0 to 1) of all values do not exceed ("nearest rank"). Always a measured value.
 * @throws RangeError if there are no values
 */
export function percentile(values: readonly number[], p: number): number {
  const sorted = ascending(values);
  const found = sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  if (found === undefined) throw new RangeError('no values for a percentile');
  return found;
}

/** The middle value; for an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new RangeError('no values for a median');
  return (low + high) / 2;
}

/** @throws RangeError if there are no values */
export function summarize(values: readonly number[]): Summary {
  return {
    count: values.length,
    median: median(values),
    p99: percentile(values, 0.99),
    min: percentile(values, 0),
    max: percentile(values, 1),
  };
}
