import type { Connection, Reads, Value } from '../open';
import { insertRows } from './insert';

/** A place in a thread, with the place of its text; both null for a ghost. */
export interface QuoteRow {
  thread: number;
  position: number;
  parent: number | null;
  id: number | null;
  block: number | null;
  at: number | null;
  size: number | null;
}

/** Threads to resolve, with their number of messages. */
export function dirtyQuotes(db: Reads): Promise<{ thread: number; messages: number }[]> {
  return db.all(
    `SELECT d.thread, (SELECT count(*) FROM message m WHERE m.thread = d.thread) AS messages FROM quote_dirty d ORDER BY d.thread`,
  );
}

export function quoteRows(db: Reads, threads: number[]): Promise<QuoteRow[]> {
  return db.all<QuoteRow & Record<string, never>>(
    `SELECT p.thread, p.position, p.parent, m.id, m.text_block AS block, m.text_at AS at, m.text_size AS size
     FROM place p LEFT JOIN message m ON m.id = p.message_id
     WHERE p.thread IN (SELECT value FROM json_each(?)) ORDER BY p.thread, p.position`,
    [JSON.stringify(threads)],
  );
}

/** Compressed blocks by id. */
export function blockData(db: Reads, ids: number[]): Promise<{ id: number; data: Buffer }[]> {
  return db.all('SELECT id, data FROM block WHERE id IN (SELECT value FROM json_each(?))', [JSON.stringify(ids)]);
}

/** Replaces the quotations of these threads: rows of `quote` in the order of its columns. */
export async function replaceQuotes(connection: Connection, threads: number[], rows: Value[][]): Promise<void> {
  const json = JSON.stringify(threads);
  await connection.transaction(async (db) => {
    await db.run(
      'DELETE FROM quote WHERE message_id IN (SELECT id FROM message WHERE thread IN (SELECT value FROM json_each(?)))',
      [json],
    );
    await insertRows(
      db,
      'INSERT OR IGNORE INTO quote (source_id, source_line, source_lines, message_id, line, lines, answered)',
      rows,
    );
    await db.run('DELETE FROM quote_dirty WHERE thread IN (SELECT value FROM json_each(?))', [json]);
  });
}
