import { readFile, rename, rm } from 'node:fs/promises';
import { flushed } from './backup';
import { Connection } from './connection';
import { DatabaseError } from './errors';
import type { Value } from './open';

/** Beside this file in the sources, one folder up from the bundle in dist/: `../db/` from both. */
const sqlOf = (name: string) => readFile(new URL(`../db/${name}`, import.meta.url), 'utf8');

/** Rows per statement; with 14 columns far below SQLite's oldest limit of 999 parameters. */
const ROWS_AT_ONCE = 50;

/** A row for a table in plain.sql, by column. */
export type PlainRow = [table: string, row: Record<string, Value>];

/**
 * Writes a plain database (plain.sql) to a new file that old versions of SQLite can read. The file gets its name when it is complete.
 * `version` is stored as user_version. Resolves to its size in bytes.
 */
export async function writePlain(path: string, version: number, rows: AsyncIterable<PlainRow>): Promise<number> {
  const part = `${path}.part`;
  await rm(part, { force: true });
  try {
    const connection = await Connection.open(part, 'write');
    try {
      // No journal is needed: if this is interrupted, the file is made again.
      await connection.command(
        'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; BEGIN',
      );
      await connection.command(await sqlOf('plain.sql'));
      await insertAll(connection, rows);
      await connection.command(`${await sqlOf('plainindex.sql')}; PRAGMA user_version = ${version}; COMMIT`);
    } finally {
      await connection.close();
    }
    const size = await flushed(part);
    await rename(part, path);
    return size;
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof DatabaseError && error.code === 'SQLITE_FULL')
      throw new DatabaseError(`${part}: the disk is full. Choose another place.`, error.code);
    throw error;
  }
}

async function insertAll(connection: Connection, rows: AsyncIterable<PlainRow>): Promise<void> {
  const waiting = new Map<string, Record<string, Value>[]>();
  const flush = async (table: string) => {
    const some = waiting.get(table) ?? [];
    waiting.set(table, []);
    const columns = Object.keys(some[0] ?? {});
    if (!columns.length) return;
    const places = some.map(() => `(${columns.map(() => '?').join(', ')})`).join(', ');
    const names = columns.map((column) => `"${column}"`).join(', ');
    await connection.command(
      `INSERT INTO ${table} (${names}) VALUES ${places}`,
      some.flatMap((row) => columns.map((column) => row[column] ?? null)),
    );
  };
  for await (const [table, row] of rows) {
    const some = waiting.get(table) ?? [];
    waiting.set(table, some);
    some.push(row);
    if (some.length === ROWS_AT_ONCE) await flush(table);
  }
  for (const table of waiting.keys()) await flush(table);
}
