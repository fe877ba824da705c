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
