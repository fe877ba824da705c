import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Connection, checkVersion, SCHEMA_VERSION } from './open';

/** Beside this file in the sources, and one folder up from the bundle in dist/. */
const SCHEMA_FILE = new URL('../db/schema.sql', import.meta.url);

/** Opens the database for ingest, creating it where it is missing. */
export async function openWriter(path: string): Promise<Connection> {
  await mkdir(dirname(path), { recursive: true });
  const connection = await Connection.open(path, 'write');
  // page_size holds only for a new file; WAL so that readers go on reading while ingest writes.
  await connection.exec('PRAGMA page_size = 8192; PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = memory; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000;');
  const { tables } = (await connection.get<{ tables: number }>('SELECT count(*) AS tables FROM sqlite_schema')) ?? { tables: 0 };
  if (tables === 0) {
    await connection.exec(`BEGIN IMMEDIATE; ${await readFile(SCHEMA_FILE, 'utf8')}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
  } else {
    await checkVersion(connection, path);
  }
  return connection;
}

