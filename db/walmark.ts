import { closeSync, openSync, readSync } from 'node:fs';

/** The header of the index of the write-ahead log: its counter and checksums are others after each commit (https://sqlite.org/walformat.html, 2.1). */
const HEADER_BYTES = 48;

/** Tells whether anybody has written to a database, in two microseconds and without a trip to SQLite's thread. */
export class WalMark {
  #file: number | null;
  readonly #bytes = Buffer.alloc(HEADER_BYTES);

  /** Of a database that is open: SQLite then keeps the file. */
  constructor(path: string) {
    try {
      this.#file = openSync(`${path}-shm`, 'r');
    } catch {
      this.#file = null;
    }
  }

  /** The same text while nobody writes; null where it cannot be told. */
  read(): string | null {
    if (this.#file === null) return null;
    try {
      return readSync(this.#file, this.#bytes, 0, HEADER_BYTES, 0) === HEADER_BYTES
        ? this.#bytes.toString('latin1')
        : null;
    } catch {
      return null;
    }
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}
