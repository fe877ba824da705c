import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { folderFailure } from '#db/errors';
import { lockFile } from '#db/lock';
import { DatabaseError } from '#db/open';
import { SourceError } from '../read/types';

/**
 * Prevents a second ingest into the database: two would assign ids and threads without seeing each other.
 * Uses an SQLite lock on an empty file beside it, because the system releases it when the process dies in any way: there are no stale
 * locks to clear after `kill -9` or a restart, and reused process ids do no harm.
 */
export async function lockIngest(database: string): Promise<() => Promise<void>> {
  const { unlock, holder } = await lockFile(`${await trueName(database)}-ingest-lock`);
  if (unlock) return unlock;
  throw new DatabaseError(
    `${database}: another ingest${holder ? ` (process ${holder})` : ''} is writing to this database. Wait until it ends, or set THREADLINE_DB to another database.`,
  );
}

/** Locks the copy of a list's repositories: a followed list is copied even while another process writes to the database. */
export async function lockCopy(folder: string): Promise<() => Promise<void>> {
  const { unlock, holder } = await lockFile(join(folder, 'copy-lock'));
  if (unlock) return unlock;
  throw new SourceError(
    folder,
    `another ingest${holder ? ` (process ${holder})` : ''} is copying this list. Wait until it ends`,
  );
}

/** The real path of a database, which may be reached by several names, so that it has only one lock. */
async function trueName(database: string): Promise<string> {
  await mkdir(dirname(database), { recursive: true }).catch((error: unknown) => {
    throw folderFailure(error, database);
  });
  return realpath(database).catch(async () => join(await realpath(dirname(database)), basename(database)));
}
