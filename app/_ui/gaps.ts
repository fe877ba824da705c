/** A run of items left out of a picture: the first, the last, and their number. */
export interface Gap<T> {
  first: T;
  last: T;
  count: number;
}

/** The items in order, each run of at least `least` empty ones replaced by one gap; no gap at either end. */
export function withGaps<T>(items: T[], isEmpty: (item: T) => boolean, least: number): (T | Gap<T>)[] {
  const shown: (T | Gap<T>)[] = [];
  let run: T[] = [];
  for (const item of items) {
    if (isEmpty(item)) {
      run.push(item);
      continue;
    }
    if (run.length >= least && shown.length)
      shown.push({ first: run[0] as T, last: run.at(-1) as T, count: run.length });
    else shown.push(...run);
    run = [];
    shown.push(item);
  }
  return [...shown, ...run];
}

export const isGap = <T extends object>(item: T | Gap<T>): item is Gap<T> => 'count' in item && 'first' in item;

/** "13 years" for 156 months. */
export const yearsOf = (months: number) => {
  const years = Math.max(1, Math.round(months / 12));
  return `${years} ${years === 1 ? 'year' : 'years'}`;
};
