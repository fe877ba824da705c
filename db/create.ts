import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Connection, checkVersion, SCHEMA_VERSION } from './open';

/** Beside this file in the sources, one folder up from the bundle in dist/: `../db/` from both. */
const SCHEMA_FOLDER = new URL('../db/', import.meta.url);

/** Opens the database for ingest, creating it where it is missing. */
export async function openWriter(path: string): Promise<Connection> {
  await mkdir(dirname(path), { recursive: true });
  const connection = await Connection.open(path, 'write');
  // page_size holds only for a new file; WAL so that readers go on reading while ingest writes.
  await connection.exec(`PRAGMA page_size = 8192; PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL; PRAGMA temp_store = memory; PRAGMA cache_size = -24576; PRAGMA wal_autocheckpoint = 8000;`);
  const made = await connection.get<{ tables: number }>('SELECT count(*) AS tables FROM sqlite_schema');
  if (made?.tables) {
    await migrate(connection);
    await checkVersion(connection, path);
  } else await connection.exec(`BEGIN IMMEDIATE; ${await schema()}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
  return connection;
}

/** Sections that came with each version, with the first of their tables, and what is to be computed for mails that are there. */
const ADDED: Record<number, { section: string; table: string; fill: string }[]> = {
  3: [
    { section: 'people', table: 'person', fill: '' },
    { section: 'quote', table: 'quote', fill: 'INSERT INTO quote_dirty SELECT id FROM thread;' },
  ],
};

/** Brings a database of the version before this one up to date, in one transaction; ingest computes what is new in it. */
async function migrate(connection: Connection): Promise<void> {
  const row = await connection.get<{ user_version: number }>('PRAGMA user_version');
  if (row?.user_version !== SCHEMA_VERSION - 1) return;
  const steps: string[] = [];
  for (const { section, table, fill } of ADDED[SCHEMA_VERSION] ?? []) {
    const known = await connection.get('SELECT 1 FROM sqlite_schema WHERE name = ?', [table]);
    if (!known) steps.push(await readFile(new URL(`schema/${section}.sql`, SCHEMA_FOLDER), 'utf8'), fill);
  }
  process.stderr.write(`ingest: the database is brought from version ${SCHEMA_VERSION - 1} to ${SCHEMA_VERSION}\n`);
  await connection.exec(`BEGIN IMMEDIATE; ${steps.join('\n')} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
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
