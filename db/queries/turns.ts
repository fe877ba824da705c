import { setImmediate } from 'node:timers/promises';

/** Work in one go, after which others have their turn. */
const TURN_MS = 20;

/** For loops over what strangers wrote much of: between two steps the server's loop turns, where this has worked for long. */
export class Turns {
  #since = performance.now();

  async next(): Promise<void> {
    if (performance.now() - this.#since < TURN_MS) return;
    await setImmediate();
    this.#since = performance.now();
  }
}
