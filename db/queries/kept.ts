import type { Snapshot } from '../open';

interface Shelf {
  version: string;
  /** In order of use, the least recently used first. */
  values: Map<string, Promise<unknown>>;
}

/**
 * Caches results of queries until the data change, at most `limit` for each open database. A request for a result that
 * is being computed waits for it: the data are the same, whatever snapshot it is read from.
 */
export class Kept<T> {
  readonly #shelves = new WeakMap<object, Shelf>();

  constructor(private readonly limit: number) {}

  async get(db: Snapshot, key: string, make: () => Promise<T>): Promise<T> {
    const { version } = db;
    let shelf = this.#shelves.get(db.file);
    if (shelf?.version !== version) {
      // A reader that began before the last change computes its own result and does not touch the cache.
      if (shelf && isBefore(version, shelf.version)) return make();
      shelf = { version, values: new Map() };
      this.#shelves.set(db.file, shelf);
    }
    const { values } = shelf;
    const value = (values.get(key) as Promise<T> | undefined) ?? make();
    values.delete(key);
    values.set(key, value);
    value.catch(() => values.get(key) === value && values.delete(key));
    if (values.size > this.limit) values.delete(values.keys().next().value as string);
    return value;
  }
}

/** Compares versions within the same log, or without one; versions of different logs cannot be compared. */
function isBefore(one: string, other: string): boolean {
  const [[count, log], [otherCount, otherLog]] = [one.split(' '), other.split(' ')];
  return log === otherLog && Number(count) < Number(otherCount);
}
