/** Requests that may wait for their turn. */
const MOST_WAITING = 16;

/** One after another: what holds a reader of the database for long holds one of them, not all. */
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
