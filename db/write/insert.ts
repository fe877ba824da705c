import type { Transaction, Value } from '../open';

/** Rows of one statement: enough that preparing and switching threads no longer count, few enough that readers' turns come. */
const ROWS_AT_ONCE = 512;

/**
 * Inserts many rows with few statements. `into` is such as `INSERT INTO t (a, b)`, `after` such as an ON CONFLICT clause.
 * The rows go as one JSON text, which SQLite takes apart on its own thread: binding a value costs about 2 microseconds
 * of the main thread (sqlite3 6.0, 2026-11-23), a million of them for linux-edac. Rows with bytes are bound, value by value.
 */
export async function insertRows(db: Transaction, into: string, rows: Value[][], after = ''): Promise<void> {
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.some((cell) => Buffer.isBuffer(cell)))) return bindRows(db, into, rows, after);
  const columns = Array.from({ length: width }, (_, n) => `value ->> ${n}`).join(', ');
  // WHERE true: without it SQLite reads ON CONFLICT as a join's ON.
  const sql = `${into} SELECT ${columns} FROM json_each(?) WHERE true ${after}`;
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    await db.run(sql, [JSON.stringify(rows.slice(at, at + ROWS_AT_ONCE))]);
  }
}

/** A few sizes only, so that each statement is prepared once (SQLite allows 32,766 parameters). */
const SIZES = [64, 16, 4, 1];

async function bindRows(db: Transaction, into: string, rows: Value[][], after: string): Promise<void> {
  const tuple = `(${Array(rows[0]?.length ?? 0)
    .fill('?')
    .join(',')})`;
  let at = 0;
  for (const size of SIZES) {
    const sql = `${into} VALUES ${Array(size).fill(tuple).join(',')} ${after}`;
    for (; rows.length - at >= size; at += size) await db.run(sql, rows.slice(at, at + size).flat());
  }
}
