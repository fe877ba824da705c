/** Most requests that may wait. */
const MOST_WAITING = 16;

/** Runs one task at a time, so that long ones hold one reader of the database, not all. */
export class Turn {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  get isFull(): boolean {
    return this.#waiting >= MOST_WAITING;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const own = this.#last.then(work, work);
    this.#last = own;
    try {
      return await own;
    } finally {
      this.#waiting--;
    }
  }
}
