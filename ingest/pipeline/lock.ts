import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { folderFailure } from '#db/errors';
import { lockFile } from '#db/lock';
import { DatabaseError } from '#db/open';
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

/** A database may be reached by several names; its lock has one. */
async function trueName(database: string): Promise<string> {
  await mkdir(dirname(database), { recursive: true }).catch((error: unknown) => {
    throw folderFailure(error, database);
  });
  return realpath(database).catch(async () => join(await realpath(dirname(database)), basename(database)));
}
