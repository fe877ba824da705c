import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work after which other requests get a turn. */
const TURN_MS = 20;

/** For loops over large mails: lets the server's event loop run between two steps if this has worked for long. */
export class Turns {
  #since = performance.now();

  async next(): Promise<void> {
    if (performance.now() - this.#since < TURN_MS) return;
    await setImmediate();
    this.#since = performance.now();
  }
}
