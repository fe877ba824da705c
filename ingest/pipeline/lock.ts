import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Connection, DatabaseError } from '#db/open';

/**
 * Keeps a second ingest off the database: two would decide on ids and threads without seeing one another.
 * An SQLite lock on a file beside it, because the system drops it when the process dies, however it dies.
 */
export async function lockIngest(database: string): Promise<() => Promise<void>> {
  await mkdir(dirname(database), { recursive: true });
  const lock = await Connection.open(`${database}-ingest-lock`, 'write');
  try {
    await lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch {
    await lock.close();
    throw new DatabaseError(
      `${database}: another ingest is writing to this database. Wait until it has ended, or name another one in THREADLINE_DB.`,
    );
  }
  return () => lock.close();
}
