import type { Transaction, Value } from '../open';
import { insertRows } from './insert';
import { PATCH_TABLES } from './patch';

/**
 * Tables with facts from single messages, with their columns after `message_id`. The packer fills them by name
 * (ingest/pipeline/pack.ts). The key of each includes message_id, so that a repeated fact is stored once.
 */
export const FACT_TABLES: Record<string, string> = {
  term: 'message_id, kind, value',
  ...PATCH_TABLES,
};

/** Inserts rows into a table of FACT_TABLES; the first cell of each is the message's id. */
export async function insertFacts(db: Transaction, table: string, rows: Value[][]): Promise<void> {
  if (rows.length) await insertRows(db, `INSERT OR IGNORE INTO ${table} (${FACT_TABLES[table]})`, rows);
}
