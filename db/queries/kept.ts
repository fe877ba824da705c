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

/** Keeps what is known of single mails or threads, whatever it was asked for; beyond `limit` of them all are read again. */
export class KeptById<T> {
  readonly #shelves = new Kept<Map<number, T>>(1);

  constructor(private readonly limit: number) {}

  /** What is known of `ids`, in their order; `read` gives it of those that are not kept, in theirs. */
  async all(db: Snapshot, ids: readonly number[], read: (missing: number[]) => Promise<T[]>): Promise<T[]> {
    const shelf = await this.#shelves.get(db, '', async () => new Map());
    const missing = ids.filter((id) => !shelf.has(id));
    if (!missing.length) return ids.map((id) => shelf.get(id) as T);
    // Others may make room while this is read.
    const known = new Map(ids.flatMap((id) => (shelf.has(id) ? [[id, shelf.get(id) as T] as const] : [])));
    const values = await read(missing);
    if (shelf.size > this.limit) shelf.clear();
    for (const [n, id] of missing.entries()) {
      shelf.set(id, values[n] as T);
      known.set(id, values[n] as T);
    }
    return ids.map((id) => known.get(id) as T);
  }
}
