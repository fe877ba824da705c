/** Counts what each client holds. Clients that hold nothing are forgotten, so that addresses do not accumulate. */
export class Tally {
  readonly #held = new Map<string, number>();

  of(client: string): number {
    return this.#held.get(client) ?? 0;
  }

  take(client: string): void {
    this.#held.set(client, this.of(client) + 1);
  }

  giveBack(client: string): void {
    const left = this.of(client) - 1;
    if (left > 0) this.#held.set(client, left);
    else this.#held.delete(client);
  }
}
