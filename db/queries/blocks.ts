import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import type { Snapshot } from '../open';

const decompress = promisify(brotliDecompress);

/** Bytes of decompressed blocks that are cached, since neighbouring mails share a block. A page of results may need 14 MB, which take 50 ms to decompress. */
const KEPT_BYTES = 96 * 1024 * 1024;

/** A larger block, filled by one large mail, is not cached, because it would displace all others. Requests that need it at the same time share it. */
const LARGEST_KEPT = KEPT_BYTES / 8;

/** A cache that drops the least recently used blocks; the Map keeps the order of use. */
class BlockCache {
  readonly #blocks = new Map<number, Buffer>();
  readonly #large = new Map<number, WeakRef<Buffer>>();
  #bytes = 0;
  /** Blocks that are being read: eight pages that ask for a large mail decompress it only once. */
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

/** One cache for each open database file, since block numbers are only valid there. Blocks never change. */
const caches = new WeakMap<object, BlockCache>();

/** Decompressed blocks by id; those not cached are read in one query. */
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
    // If the page that was reading it has been stopped, read it for this page.
    const blocks = await reading.catch(() => readNow(db, [id]));
    found.set(id, blocks.get(id) ?? Buffer.alloc(0));
  }
  return found;
}

/** Reads blocks that nobody is reading yet, and shares them with other requests. */
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

/** The places of a message's raw bytes and text; columns of `message`. */
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

/** The original headers of messages; does not read the bodies, which may have 200 MB. */
export async function headsOf(db: Snapshot, rows: Slots[]): Promise<Buffer[]> {
  const blocks = await readBlocks(
    db,
    rows.map((row) => row.head_block),
  );
  return rows.map((row) => cut(blocks, row.head_block, row.head_at, row.head_size));
}

/** The original raw bytes of messages. */
export async function rawOf(db: Snapshot, rows: Slots[]): Promise<Buffer[]> {
  return (await rawPartsOf(db, rows)).map((parts) => Buffer.concat(parts));
}

/** The same in two parts, header and rest: read-only views of blocks, so that large mails are not copied. */
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

/** The same, not decoded: read-only views of blocks. */
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
