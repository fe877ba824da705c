import type { Snapshot } from '../open';

interface Generation {
  version: string;
  /** In order of use, the least recently used first. */
  values: Map<string, Promise<unknown>>;
}

/**
 * Caches results of queries until the data change, at most `limit` for each open database. A request for a result that
 * is being computed waits for it: the data are the same, whatever snapshot it is read from.
 */
export class QueryCache<T> {
  readonly #generations = new WeakMap<object, Generation>();

  constructor(private readonly limit: number) {}

  async get(db: Snapshot, key: string, make: () => Promise<T>): Promise<T> {
    const { version } = db;
    let generation = this.#generations.get(db.file);
    if (generation?.version !== version) {
      // A reader that began before the last change computes its own result and does not touch the cache.
      if (generation && isBefore(version, generation.version)) return make();
      generation = { version, values: new Map() };
      this.#generations.set(db.file, generation);
    }
    const { values } = generation;
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

/** Caches facts of single mails or threads by id, independent of the query. Beyond `limit` facts it is emptied. */
export class CacheById<T> {
  readonly #generations = new QueryCache<Map<number, T>>(1);

  constructor(private readonly limit: number) {}

  /** The facts of `ids`, in their order; `read` reads those of the ids that are not cached, in their order. */
  async all(db: Snapshot, ids: readonly number[], read: (missing: number[]) => Promise<T[]>): Promise<T[]> {
    const generation = await this.#generations.get(db, '', async () => new Map());
    const found: (T | undefined)[] = [];
    const missing: number[] = [];
    for (const id of ids) {
      const value = generation.get(id);
      found.push(value);
      if (value === undefined) missing.push(id);
    }
    if (!missing.length) return found as T[];
    // Another request may empty the cache while this one reads.
    const values = await read(missing);
    if (generation.size > this.limit) generation.clear();
    const known = new Map(missing.map((id, n) => [id, values[n] as T]));
    for (const [id, value] of known) generation.set(id, value);
    return found.map((value, n) => (value === undefined ? (known.get(ids[n] as number) as T) : value));
  }
}
