import type { Connection, Value } from '../open';

/** Rows of one statement; a few sizes only, so that each statement is prepared once (SQLite allows 32,766 parameters). */
const SIZES = [256, 64, 16, 4, 1];
const MAX_PARAMETERS = 16_000;

/** Inserts many rows with few statements: one call per row would pay a thread hop for each. `into` is such as `INSERT INTO t (a, b)`. */
export async function insertRows(db: Connection, into: string, rows: Value[][], after = ''): Promise<void> {
  const width = rows[0]?.length ?? 1;
  const tuple = `(${Array(width).fill('?').join(',')})`;
  let at = 0;
  for (const size of SIZES) {
    if (size * width > MAX_PARAMETERS && size > 1) continue;
    const sql = `${into} VALUES ${Array(size).fill(tuple).join(',')} ${after}`;
    for (; rows.length - at >= size; at += size) await db.run(sql, rows.slice(at, at + size).flat());
  }
}
