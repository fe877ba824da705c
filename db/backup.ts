import { open, rename, rm } from 'node:fs/promises';
import { DatabaseError } from './errors';
import { Connection, versionOf } from './open';

/**
 * Writes a copy of the database as it is at this moment, compact and whole by itself, while ingest writes and the server reads.
 * The copy has its name only once it is on the disk. Resolves to its size in bytes.
 */
export async function backup(database: string, target: string): Promise<number> {
  const part = `${target}.part`;
  await rm(part, { force: true });
  const connection = await Connection.open(database, 'read');
  try {
    await connection.command('PRAGMA busy_timeout = 5000');
    if ((await versionOf(connection)) === null)
      throw new DatabaseError(`${database}: there is nothing in it to back up.`);
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

/** What SQLite says while it copies is mostly of the copy: it cannot be made, or there is no room for it. */
function aboutTarget(error: unknown, part: string): unknown {
  if (
    !(error instanceof DatabaseError) ||
    !['SQLITE_FULL', 'SQLITE_CANTOPEN', 'SQLITE_READONLY'].includes(error.code ?? '')
  )
    return error;
  const why = error.code === 'SQLITE_FULL' ? 'there is no room for it' : 'this user may not write there';
  return new DatabaseError(`${part}: the backup cannot be written: ${why}. Name a file elsewhere.`, error.code);
}

/** Has the system write the file to the disk; its size. */
export async function flushed(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}
