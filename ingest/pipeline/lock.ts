import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { folderFailure } from '#db/errors';
import { Connection, DatabaseError } from '#db/open';
import { SourceError } from '../read/types';

/**
 * Keeps a second ingest off the database: two would decide on ids and threads without seeing one another.
 * An SQLite lock on an empty file beside it, because the system drops it when the process dies, however it dies: there are no stale
 * locks to clear after `kill -9` or a restart, and a process number that is used again means nothing.
 */
export async function lockIngest(database: string): Promise<() => Promise<void>> {
  const { unlock, holder } = await lockFile(`${await trueName(database)}-ingest-lock`);
  if (unlock) return unlock;
  throw new DatabaseError(
    `${database}: another ingest${holder ? ` (process ${holder})` : ''} is writing to this database. Wait until it has ended, or name another one in THREADLINE_DB.`,
  );
}

/** Keeps other processes off the copy of a list's repositories: one that is followed is copied while the database is another's to write. */
export async function lockCopy(folder: string): Promise<() => Promise<void>> {
  const { unlock, holder } = await lockFile(join(folder, 'copy-lock'));
  if (unlock) return unlock;
  throw new SourceError(
    folder,
    `another ingest${holder ? ` (process ${holder})` : ''} is copying this list. Wait until it has ended`,
  );
}

/** What undoes the lock; where another has it, the number of its process, if that can be told. */
async function lockFile(
  path: string,
): Promise<{ unlock: () => Promise<void>; holder?: undefined } | { unlock: null; holder: number | null }> {
  const lock = await Connection.open(path, 'write');
  try {
    // Nothing is ever written to it: a power failure could leave half of that.
    await lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    await lock.close();
    if (!(error instanceof DatabaseError) || error.code !== 'SQLITE_BUSY') throw error;
    return { unlock: null, holder: await holderOf(path) };
  }
  return { unlock: () => lock.close() };
}

/** A database may be reached by several names; its lock has one. */
async function trueName(database: string): Promise<string> {
  await mkdir(dirname(database), { recursive: true }).catch((error: unknown) => {
    throw folderFailure(error, database);
  });
  return realpath(database).catch(async () => join(await realpath(dirname(database)), basename(database)));
}

/** The process that locks a file, for the message; null where the system does not tell (it does on Linux: proc(5), /proc/locks). */
async function holderOf(path: string): Promise<number | null> {
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '');
  const { ino } = await stat(path);
  const line = new RegExp(`WRITE (\\d+) [0-9a-f]+:[0-9a-f]+:${ino} `).exec(locks);
  return line ? Number(line[1]) : null;
}
