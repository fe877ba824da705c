import type { Transaction, Value } from '../open';

/** Rows per statement: enough to make the cost of preparing and switching threads negligible, few enough to let readers run in between. */
const ROWS_AT_ONCE = 512;

/**
 * Inserts many rows with few statements. `into` is such as `INSERT INTO t (a, b)`, `after` such as an ON CONFLICT clause.
 * The rows are passed as one JSON text, which SQLite parses on its own thread: binding a value costs about 2 microseconds
 * of the main thread (sqlite3 6.0, 2026-11-23), and linux-edac has a million values. Rows with bytes are bound value by value.
 * jsonb_each gives each row in SQLite's binary form, json_each would write it as text and read it again.
 */
export async function insertRows(db: Transaction, into: string, rows: Value[][], after = ''): Promise<void> {
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.some((cell) => Buffer.isBuffer(cell)))) return bindRows(db, into, rows, after);
  const columns = Array.from({ length: width }, (_, n) => `value ->> ${n}`).join(', ');
  // Without WHERE true, SQLite would read ON CONFLICT as a join's ON.
  const sql = `${into} SELECT ${columns} FROM jsonb_each(?) WHERE true ${after}`;
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    await db.run(sql, [JSON.stringify(rows.slice(at, at + ROWS_AT_ONCE))]);
  }
}

/** Only a few sizes, so that each statement is prepared once (SQLite allows 32,766 parameters). */
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
