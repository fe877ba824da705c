import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import type { Snapshot } from '../open';

const decompress = promisify(brotliDecompress);

/** Decompressed blocks kept, in bytes: neighbours of a mail stand in the same block. A page of results may need 14 MB of them, which take 50 ms to decompress. */
const KEPT_BYTES = 96 * 1024 * 1024;

/** A larger block, which one large mail fills, is not kept: it would cost all others their place. Whoever has it now shares it. */
const LARGEST_KEPT = KEPT_BYTES / 8;

/** Least recently used blocks go first; Map keeps the order of use. */
class BlockCache {
  readonly #blocks = new Map<number, Buffer>();
  readonly #large = new Map<number, WeakRef<Buffer>>();
  #bytes = 0;
  /** Blocks that a page reads at this moment: eight that ask for one large mail decompress it once. */
  readonly reading = new Map<number, Promise<Map<number, Buffer>>>();

  get(id: number): Buffer | undefined {
    const large = this.#large.get(id)?.deref();
    if (large) return large;
    const block = this.#blocks.get(id);
    if (block) {
      this.#blocks.delete(id);
      this.#blocks.set(id, block);
    }
    return block;
  }

  set(id: number, block: Buffer): void {
    if (block.length > LARGEST_KEPT) {
      for (const [other, reference] of this.#large) if (!reference.deref()) this.#large.delete(other);
      this.#large.set(id, new WeakRef(block));
      return;
    }
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
  const elsewhere: [number, Promise<Map<number, Buffer>>][] = [];
  for (const id of new Set(ids)) {
    const [kept, reading] = [cache.get(id), cache.reading.get(id)];
    if (kept) found.set(id, kept);
    else if (reading) elsewhere.push([id, reading]);
    else missing.push(id);
  }
  for (const [id, block] of await readShared(db, cache, missing)) found.set(id, block);
  for (const [id, reading] of elsewhere) {
    // A page that was stopped took its reading with it: each page's time is its own.
    const blocks = await reading.catch(() => readNow(db, [id]));
    found.set(id, blocks.get(id) ?? Buffer.alloc(0));
  }
  return found;
}

/** Blocks that nobody reads yet; whoever asks for one meanwhile gets it from here. */
async function readShared(db: Snapshot, cache: BlockCache, ids: number[]): Promise<Map<number, Buffer>> {
  if (!ids.length) return new Map();
  const reading = readNow(db, ids);
  for (const id of ids) cache.reading.set(id, reading);
  try {
    const blocks = await reading;
    for (const [id, block] of blocks) cache.set(id, block);
    return blocks;
  } finally {
    for (const id of ids) cache.reading.delete(id);
  }
}

async function readNow(db: Snapshot, ids: number[]): Promise<Map<number, Buffer>> {
  const rows = await db.all<{ id: number; data: Buffer }>(
    'SELECT id, data FROM block WHERE id IN (SELECT value FROM json_each(?))',
    [JSON.stringify(ids)],
  );
  const blocks = await Promise.all(rows.map(({ data }) => decompress(data)));
  return new Map(rows.map(({ id }, n) => [id, blocks[n] as Buffer]));
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
  return (await rawPartsOf(db, rows)).map((parts) => Buffer.concat(parts));
}

/** The same in two parts, header and rest: views of blocks, which are not to be written to, so that a large mail is not copied. */
export async function rawPartsOf(db: Snapshot, rows: Slots[]): Promise<[Buffer, Buffer][]> {
  const ids = rows.flatMap((row) => [row.head_block, row.body_block ?? row.text_block]);
  const blocks = await readBlocks(db, ids);
  return rows.map((row) => {
    const [block, at, size] =
      row.body_block === null
        ? [row.text_block, row.text_at, row.text_size]
        : [row.body_block, row.body_at ?? 0, row.body_size ?? 0];
    return [cut(blocks, row.head_block, row.head_at, row.head_size), cut(blocks, block, at, size)];
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
