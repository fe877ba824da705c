import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import type { Reads, Transaction } from '../open';
import { blockSum } from '../sum';
import { parseWithdrawn, WITHDRAWN, type Withdrawn } from '../withdrawn';
import { takeBackAll } from './withdraw';

const [compress, decompress] = [promisify(brotliCompress), promisify(brotliDecompress)];

/** The Message-IDs that the operator withdrew; mails with these ids are not stored. */
export async function withheldIds(db: Reads): Promise<Set<string>> {
  return new Set((await logOf(db)).map(({ msgid }) => msgid));
}

async function logOf(db: Reads): Promise<Withdrawn[]> {
  return parseWithdrawn((await db.get<{ value: string }>(WITHDRAWN))?.value);
}

/**
 * Takes messages down permanently: removes every message with one of these Message-IDs with its postings, words and facts, overwrites its
 * bytes in the blocks, and prevents storing mails with these ids later. Only the ids and reasons are recorded, no content.
 */
export async function takeDown(db: Transaction, gone: Withdrawn[]): Promise<void> {
  for (const { msgid } of gone) {
    const slots = await db.all<Record<(typeof SLOT_COLUMNS)[number], number | null>>(
      `SELECT ${SLOT_COLUMNS.join(', ')} FROM message WHERE msgid = ?`,
      [msgid],
    );
    for (const slot of slots)
      for (const part of ['head', 'text', 'body'] as const)
        await blank(db, slot[`${part}_block`], slot[`${part}_at`] ?? 0, slot[`${part}_size`] ?? 0);
    await takeBackAll(db, msgid);
  }
  const ids = new Set(gone.map(({ msgid }) => msgid));
  await keepLog(db, [...(await logOf(db)).filter(({ msgid }) => !ids.has(msgid)), ...gone]);
  // The words of a deleted mail stay in the index's segments until these are merged.
  await db.exec(`INSERT INTO search(search) VALUES ('optimize')`);
}

/** Allows storing mails with these ids again. Returns the ids that were withdrawn. */
export async function allowAgain(db: Transaction, msgids: string[]): Promise<string[]> {
  const log = await logOf(db);
  await keepLog(
    db,
    log.filter(({ msgid }) => !msgids.includes(msgid)),
  );
  return log.flatMap(({ msgid }) => (msgids.includes(msgid) ? [msgid] : []));
}

const SLOT_COLUMNS = [
  ...(['head_block', 'head_at', 'head_size', 'text_block', 'text_at', 'text_size'] as const),
  ...(['body_block', 'body_at', 'body_size'] as const),
] as const;

async function keepLog(db: Transaction, log: Withdrawn[]): Promise<void> {
  await db.run(
    `INSERT INTO meta (key, value) VALUES ('withdrawn', ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
    [JSON.stringify(log)],
  );
}

/** Overwrites bytes in a block; its other mails keep their places. Readers may have the old block in memory, but nothing refers to these bytes. */
async function blank(db: Transaction, id: number | null, at: number, size: number): Promise<void> {
  if (id === null || size === 0) return;
  const row = await db.get<{ data: Buffer }>('SELECT data FROM block WHERE id = ?', [id]);
  if (!row) return;
  const bytes = await decompress(row.data);
  bytes.fill(0x20, at, at + size);
  const data = await compress(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  await db.run('UPDATE block SET data = ?, sum = ? WHERE id = ?', [data, blockSum(data), id]);
}
