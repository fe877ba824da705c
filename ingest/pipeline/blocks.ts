import { brotliCompressSync, constants } from 'node:zlib';

/** `block.kind` */
export const BLOCK = { head: 0, text: 1, body: 2 } as const;

/**
 * The raw size at which a block is closed. Text blocks are small because the first page of a search reads two hundred of them
 * (docs/decisions/0017). Headers are only read for raw mail, and compress better together. Measured on linux-edac: decision 0003.
 */
const CLOSE_AT = [512 * 1024, 32 * 1024, 256 * 1024];
/** Brotli quality: 1 packs 300 MB/s, 5 a fifth of that for 15 % less (docs/decisions/0003). */
const QUALITY = [1, 1, 1];

/** Log2 of the window: no block is longer, and a smaller window is set up faster. */
const WINDOW = 19;

export interface Slot {
  block: number;
  at: number;
  size: number;
}

/** Collects bytes into blocks by kind, in order, and compresses each block once it is full. */
export class BlockPacker {
  readonly done: { kind: number; data: Uint8Array }[] = [];
  readonly #open: { parts: Uint8Array[]; size: number; number: number }[] = [];

  add(kind: number, bytes: Uint8Array): Slot {
    let open = this.#open[kind];
    if (!open) {
      open = { parts: [], size: 0, number: this.done.length };
      this.#open[kind] = open;
      this.done.push({ kind, data: new Uint8Array() });
    }
    const slot = { block: open.number, at: open.size, size: bytes.length };
    open.parts.push(bytes);
    open.size += bytes.length;
    if (open.size >= (CLOSE_AT[kind] as number)) this.#close(kind);
    return slot;
  }

  finish(): { kind: number; data: Uint8Array }[] {
    for (let kind = 0; kind < this.#open.length; kind++) this.#close(kind);
    return this.done;
  }

  #close(kind: number): void {
    const open = this.#open[kind];
    if (!open) return;
    delete this.#open[kind];
    const whole = Buffer.concat(open.parts);
    const data = brotliCompressSync(whole, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: QUALITY[kind] as number,
        [constants.BROTLI_PARAM_LGWIN]: WINDOW,
        [constants.BROTLI_PARAM_SIZE_HINT]: whole.length,
      },
    });
    // A copy of the right length: zlib returns a slice of a larger buffer, which would be cloned as a whole.
    this.done[open.number] = { kind, data: new Uint8Array(data) };
  }
}
