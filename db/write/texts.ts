import { brotliDecompressSync } from 'node:zlib';
import type { Reads } from '../open';

/** The displayed text of a stored message. */
export async function storedText(db: Reads, id: number): Promise<string> {
  const row = await db.get<{ data: Buffer; at: number; size: number }>(
    'SELECT b.data, m.text_at AS at, m.text_size AS size FROM message m JOIN block b ON b.id = m.text_block WHERE m.id = ?',
    [id],
  );
  return row ? brotliDecompressSync(row.data).toString('utf8', row.at, row.at + row.size) : '';
}
