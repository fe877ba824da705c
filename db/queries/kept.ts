import type { Snapshot } from '../open';

interface Shelf {
  version: string;
  /** In the order of use: the least recently used go first. */
  values: Map<string, Promise<unknown>>;
}

/**
 * Keeps what queries found until the data change, at most `limit` answers for each open database. Who asks for what
 * another is computing waits for that answer: it is of the same data, whatever snapshot it is read from.
 */
export class Kept<T> {
  readonly #shelves = new WeakMap<object, Shelf>();

  constructor(private readonly limit: number) {}

  async get(db: Snapshot, key: string, make: () => Promise<T>): Promise<T> {
    const { version } = db;
    let shelf = this.#shelves.get(db.file);
    if (shelf?.version !== version) {
      // A reader that began before the last change computes for itself and takes nobody's answers away.
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

/** Of one log, or of none; states of two logs cannot be told apart by their counts. */
function isBefore(one: string, other: string): boolean {
  const [[count, log], [otherCount, otherLog]] = [one.split(' '), other.split(' ')];
  return log === otherLog && Number(count) < Number(otherCount);
}
