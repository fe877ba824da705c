import { brotliDecompressSync } from 'node:zlib';
import type { Connection, Reads } from './open';

/**
 * Reads the archives in databases of versions 1 to 7, to make a newer version from them: mails, byte for byte, with their places.
 * Everything else is derived from these. A version that stores mails in another way needs a separate reader here.
 */
export const READABLE = { from: 1, to: 7 };

export interface StoredSource {
  id: number;
  kind: string;
  location: string;
  /** The JSON of its last checkpoint. */
  state: string | null;
  mails: number;
}

export interface StoredMail {
  bytes: Buffer;
  list: string;
  epoch: number | null;
  /** Hex. */
  oid: string | null;
  /** The arrival of the message; and below, of this posting. */
  receivedAt: number | null;
  postedAt: number | null;
  /** The article number on the list. */
  number: number;
}

/** Prepares article numbers for `storedMails`: those in the database, or, before version 5, those that ingest would have given. */
export async function numberArticles(db: Connection, version: number): Promise<void> {
  await db.command(
    version >= 5
      ? 'CREATE TEMP VIEW article AS SELECT list_id, message_id, number FROM posting'
      : `CREATE TEMP TABLE article AS SELECT p.list_id, p.message_id,
           row_number() OVER (PARTITION BY p.list_id ORDER BY m.head_block, m.head_at) AS number
         FROM posting p JOIN message m ON m.id = p.message_id;
         CREATE UNIQUE INDEX temp.article_posting ON article (list_id, message_id)`,
  );
}

export function storedSources(db: Reads): Promise<StoredSource[]> {
  return db.all<StoredSource & Record<string, never>>(
    `SELECT id, kind, location, state, (SELECT count(*) FROM posting p WHERE p.source_id = source.id) AS mails FROM source ORDER BY id`,
  );
}

export async function storedFiles(db: Reads, source: number): Promise<string[]> {
  const rows = await db.all<{ key: string }>('SELECT key FROM source_file WHERE source_id = ? ORDER BY key', [source]);
  return rows.map(({ key }) => key);
}

export function storedRejects(db: Reads, source: number): Promise<{ place: string; reason: string; bytes: Buffer }[]> {
  return db.all('SELECT place, reason, bytes FROM reject WHERE source_id = ? ORDER BY id', [source]);
}

/** Rows that are read at a time; and below, decompressed blocks that are kept, since neighbours share a block. */
const PAGE = 200;
const BLOCKS_KEPT = 24;

interface SlotRow extends Omit<StoredMail, 'bytes'> {
  head_block: number;
  head_at: number;
  head_size: number;
  rest_block: number;
  rest_at: number;
  rest_size: number;
}

/**
 * The postings of a source in the order in which the mails were stored, which is the order of blocks. Imposters are read separately,
 * because the first message with their Message-ID may be from another source, and must come first again.
 */
export async function* storedMails(db: Reads, source: number, imposter: boolean): AsyncGenerator<StoredMail> {
  const order = await db.all<{ message: number; list: number }>(
    `SELECT m.id AS message, p.list_id AS list FROM posting p JOIN message m ON m.id = p.message_id
     WHERE p.source_id = ? AND m.imposter = ? ORDER BY m.head_block, m.head_at, p.list_id`,
    [source, imposter ? 1 : 0],
  );
  const blocks = new Blocks(db);
  for (let at = 0; at < order.length; at += PAGE) {
    const page = order.slice(at, at + PAGE).map(({ message, list }) => [message, list]);
    const rows = await db.all<SlotRow & Record<string, never>>(
      `SELECT m.head_block, m.head_at, m.head_size, coalesce(m.body_block, m.text_block) AS rest_block,
         iif(m.body_block IS NULL, m.text_at, m.body_at) AS rest_at, iif(m.body_block IS NULL, m.text_size, m.body_size) AS rest_size,
         l.name AS list, p.epoch, lower(hex(p.oid)) AS oid, m.received_at AS receivedAt, p.received_at AS postedAt, a.number
       FROM json_each(?) j JOIN message m ON m.id = j.value ->> 0
       JOIN posting p ON p.message_id = m.id AND p.list_id = j.value ->> 1 JOIN list l ON l.id = p.list_id
       JOIN article a ON a.list_id = p.list_id AND a.message_id = m.id ORDER BY j.key`,
      [JSON.stringify(page)],
    );
    for (const row of rows) yield await mailOf(row, blocks);
  }
}

async function mailOf(row: SlotRow, blocks: Blocks): Promise<StoredMail> {
  const head = await blocks.cut(row.head_block, row.head_at, row.head_size);
  const rest = await blocks.cut(row.rest_block, row.rest_at, row.rest_size);
  const { list, epoch, oid, receivedAt, postedAt, number } = row;
  return { bytes: Buffer.concat([head, rest]), list, epoch, oid: oid || null, receivedAt, postedAt, number };
}

class Blocks {
  readonly #kept = new Map<number, Buffer>();

  constructor(private readonly db: Reads) {}

  async cut(id: number, at: number, size: number): Promise<Buffer> {
    const block = this.#kept.get(id) ?? (await this.#read(id));
    return block.subarray(at, at + size);
  }

  async #read(id: number): Promise<Buffer> {
    const row = await this.db.get<{ data: Buffer }>('SELECT data FROM block WHERE id = ?', [id]);
    const block = row ? brotliDecompressSync(row.data) : Buffer.alloc(0);
    this.#kept.set(id, block);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > BLOCKS_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return block;
  }
}

/** The patches to which commits of repositories (`--commits`) were matched, by tree, named in a way that works in any version. */
export interface StoredCommit {
  tree: string;
  oid: string;
  how: string;
  /** CLAIM of patch/kinds.ts. */
  kind: number;
  msgid: string;
  imposter: number;
}

export function storedCommits(db: Reads): Promise<StoredCommit[]> {
  return db.all<StoredCommit & Record<string, never>>(
    `SELECT o.tree, o.oid, o.how, o.kind, m.msgid, m.imposter FROM outcome o JOIN message m ON m.id = o.patch_id
     WHERE o.evidence_id = 0 ORDER BY o.tree, o.oid`,
  );
}
