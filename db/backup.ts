import { open, rename, rm } from 'node:fs/promises';
import { DatabaseError } from './errors';
import { Connection, versionOf } from './open';

/**
 * Writes a compact, self-contained copy of the current database, while ingest writes and the server reads.
 * The copy gets its name when it is completely on disk. Resolves to its size in bytes.
 */
export async function backup(database: string, target: string): Promise<number> {
  const part = `${target}.part`;
  await rm(part, { force: true });
  const connection = await Connection.open(database, 'read');
  try {
    await connection.command('PRAGMA busy_timeout = 5000');
    if ((await versionOf(connection)) === null)
      throw new DatabaseError(`${database}: the database is empty; nothing to back up.`);
    await connection.command('VACUUM INTO ?', [part]);
  } catch (error) {
    await rm(part, { force: true });
    throw aboutTarget(error, part);
  } finally {
    await connection.close();
  }
  const size = await flushed(part);
  await rename(part, target);
  return size;
}

/** SQLite's errors during the copy are mostly about the target: it cannot be created, or the disk is full. */
function aboutTarget(error: unknown, part: string): unknown {
  if (
    !(error instanceof DatabaseError) ||
    !['SQLITE_FULL', 'SQLITE_CANTOPEN', 'SQLITE_READONLY'].includes(error.code ?? '')
  )
    return error;
  const why = error.code === 'SQLITE_FULL' ? 'the disk is full' : 'permission denied';
  return new DatabaseError(`${part}: cannot write the backup: ${why}. Choose another place.`, error.code);
}

/** Flushes a file to disk; resolves to its size. */
export async function flushed(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}
