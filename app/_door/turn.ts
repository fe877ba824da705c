/** Runs one task at a time, in the order in which they came; of those that are not done, `most` may wait or run. */
export class Turn {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(private readonly most: number) {}

  get isFull(): boolean {
    return this.#waiting >= this.most;
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
