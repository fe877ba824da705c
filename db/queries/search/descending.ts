/** The number of common ids of two lists, both newest first. */
export function inCommon(a: readonly number[], b: readonly number[]): number {
  // The shorter is walked, the other searched: a search of a few matches counts those in topics of thousands.
  if (b.length > a.length) return inCommon(b, a);
  const oldest = a.at(-1) ?? Number.POSITIVE_INFINITY;
  let [count, n] = [0, 0];
  for (const id of b) {
    if (id < oldest) break;
    n = firstAtMost(a, id, n);
    if (a[n] === id) count++;
  }
  return count;
}

/** The index of the first id of at most `bound`, in descending ids, from a place on. It is usually near, so the steps double. */
export function firstAtMost(ids: readonly number[], bound: number, start = 0): number {
  let [from, to] = [start, start];
  for (let step = 1; to < ids.length && (ids[to] as number) > bound; step *= 2) {
    from = to + 1;
    to += step;
  }
  to = Math.min(to, ids.length);
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ids[middle] as number) > bound) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Descending ids, without some of them. */
export function without(all: readonly number[], some: readonly number[]): number[] {
  const gone = some.toSorted((a, b) => b - a);
  const left: number[] = [];
  let n = 0;
  for (const id of all) {
    while ((gone[n] as number) > id) n++;
    if (gone[n] !== id) left.push(id);
  }
  return left;
}
