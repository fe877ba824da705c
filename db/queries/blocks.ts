import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import type { Snapshot } from '../open';

const decompress = promisify(brotliDecompress);

/** Decompressed blocks kept, in bytes: neighbours of a mail stand in the same block. A page of results may need 14 MB of them, which take 50 ms to decompress. */
const KEPT_BYTES = 96 * 1024 * 1024;

/** Least recently used blocks go first; Map keeps the order of use. */
class BlockCache {
  readonly #blocks = new Map<number, Buffer>();
  #bytes = 0;

  get(id: number): Buffer | undefined {
    const block = this.#blocks.get(id);
    if (block) {
      this.#blocks.delete(id);
      this.#blocks.set(id, block);
    }
    return block;
  }

  set(id: number, block: Buffer): void {
    this.#blocks.set(id, block);
    this.#bytes += block.length;
    for (const [oldest, unused] of this.#blocks) {
      if (this.#bytes <= KEPT_BYTES || oldest === id) break;
      this.#blocks.delete(oldest);
      this.#bytes -= unused.length;
    }
  }
}

/** One cache for each open database file: block numbers mean nothing elsewhere. Blocks never change once written. */
const caches = new WeakMap<object, BlockCache>();

/** Decompressed blocks by id, those not kept read in one query. */
export async function readBlocks(db: Snapshot, ids: Iterable<number>): Promise<Map<number, Buffer>> {
  const cache = caches.get(db.file) ?? new BlockCache();
  caches.set(db.file, cache);
  const found = new Map<number, Buffer>();
  const missing: number[] = [];
  for (const id of new Set(ids)) {
    const kept = cache.get(id);
    if (kept) found.set(id, kept);
    else missing.push(id);
  }
  if (missing.length) {
    const rows = await db.all<{ id: number; data: Buffer }>(
      'SELECT id, data FROM block WHERE id IN (SELECT value FROM json_each(?))',
      [JSON.stringify(missing)],
    );
    const blocks = await Promise.all(rows.map(({ data }) => decompress(data)));
    rows.forEach(({ id }, n) => {
      const block = blocks[n] as Buffer;
      cache.set(id, block);
      found.set(id, block);
    });
  }
  return found;
}

/** Where the raw bytes and the text of a message stand; columns of `message`. */
export interface Slots {
  head_block: number;
  head_at: number;
  head_size: number;
  text_block: number;
  text_at: number;
  text_size: number;
  body_block: number | null;
  body_at: number | null;
  body_size: number | null;
}

export const SLOTS = 'head_block, head_at, head_size, text_block, text_at, text_size, body_block, body_at, body_size';

/** The header part of messages, as their archive holds it: a body of 200 MB stays where it is. */
export async function headsOf(db: Snapshot, rows: Slots[]): Promise<Buffer[]> {
  const blocks = await readBlocks(
    db,
    rows.map((row) => row.head_block),
  );
  return rows.map((row) => cut(blocks, row.head_block, row.head_at, row.head_size));
}

/** The raw bytes of messages, as their archive holds them. */
export async function rawOf(db: Snapshot, rows: Slots[]): Promise<Buffer[]> {
  const ids = rows.flatMap((row) => [row.head_block, row.body_block ?? row.text_block]);
  const blocks = await readBlocks(db, ids);
  return rows.map((row) => {
    const [block, at, size] =
      row.body_block === null
        ? [row.text_block, row.text_at, row.text_size]
        : [row.body_block, row.body_at ?? 0, row.body_size ?? 0];
    return Buffer.concat([cut(blocks, row.head_block, row.head_at, row.head_size), cut(blocks, block, at, size)]);
  });
}

type TextSlot = Pick<Slots, 'text_block' | 'text_at' | 'text_size'>;

/** The displayed texts of messages. */
export async function textsOf(db: Snapshot, rows: TextSlot[]): Promise<string[]> {
  return (await textBytesOf(db, rows)).map((text) => text.toString('utf8'));
}

/** The same, not decoded: views of blocks, which are not to be written to. */
export async function textBytesOf(db: Snapshot, rows: TextSlot[]): Promise<Buffer[]> {
  const blocks = await readBlocks(
    db,
    rows.map((row) => row.text_block),
  );
  return rows.map((row) => cut(blocks, row.text_block, row.text_at, row.text_size));
}

function cut(blocks: Map<number, Buffer>, id: number, at: number, size: number): Buffer {
  return blocks.get(id)?.subarray(at, at + size) ?? Buffer.alloc(0);
}
