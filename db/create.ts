import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { folderFailure } from './errors';
import { Connection, checkVersion, logState, SCHEMA_VERSION, versionOf } from './open';

/** Beside this file in the sources, one folder up from the bundle in dist/: `../db/` from both. */
const SCHEMA_FOLDER = new URL('../db/', import.meta.url);

/** Opens the database for ingest, and creates it if it does not exist. Files of other programs or versions are not changed. */
export async function openWriter(path: string): Promise<Connection> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw folderFailure(error, path);
  });
  const connection = await Connection.open(path, 'write');
  try {
    await connection.command('PRAGMA busy_timeout = 5000');
    const isNew = (await versionOf(connection)) === null;
    if (!isNew) await checkVersion(connection);
    // page_size only affects new files. WAL lets readers continue while ingest writes.
    await connection.command(`PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL; PRAGMA temp_store = memory; PRAGMA cache_size = -24576; PRAGMA wal_autocheckpoint = 8000;`);
    if (!isNew) await addSums(connection);
    else
      await connection.command(`BEGIN IMMEDIATE; ${await schema()}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
    connection.logId = (await logState(connection)).id;
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

/** Adds the only column that is newer than this version; existing rows have no sums. */
async function addSums(connection: Connection): Promise<void> {
  const known = await connection.get("SELECT 1 FROM pragma_table_info('block') WHERE name = 'sum'");
  if (!known) await connection.command('ALTER TABLE block ADD COLUMN sum BLOB');
}

/** schema.sql, then the sections in schema/ by name. */
async function schema(): Promise<string> {
  const sections = (await readdir(new URL('schema/', SCHEMA_FOLDER)).catch(() => [])).filter((name) =>
    name.endsWith('.sql'),
  );
  const files = ['schema.sql', ...sections.sort().map((name) => `schema/${name}`)];
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, SCHEMA_FOLDER), 'utf8')));
  return texts.join('\n');
}
