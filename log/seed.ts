import { createWriteStream } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { flushed } from '#db/backup';
import { Connection, checkVersion, DatabaseError, type LogState, logState } from '#db/open';

/** How long a server may be silent while it makes a seed: copying a database of 20 million mails takes some ten minutes. */
const SILENCE_MS = 30 * 60_000;

/**
 * Copies a seed (a backup file, or the URL of one) to `path`, which appears whole. Resolves to where in
 * which log it is.
 * @throws DatabaseError where it cannot be had, or is no database of a log
 */
export async function fetchSeed(seed: string, path: string): Promise<LogState> {
  const part = `${path}.part`;
  await rm(part, { force: true });
  try {
    if (/^https?:/i.test(seed)) await download(seed, part);
    else await copyFile(seed, part);
    const state = await stateOf(part);
    if (state.id === null) throw new Error('it is a database of no log; a backup made after the log began is wanted');
    await flushed(part);
    await rename(part, path);
    return state;
  } catch (error) {
    await rm(part, { force: true });
    throw new DatabaseError(`${seed}: cannot be used as a seed: ${(error as Error).message}`);
  }
}

async function download(url: string, path: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(SILENCE_MS) });
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  await pipeline(Readable.fromWeb(response.body as import('node:stream/web').ReadableStream), createWriteStream(path));
}

async function stateOf(path: string): Promise<LogState> {
  const db = await Connection.open(path, 'read');
  try {
    await checkVersion(db);
    return await logState(db);
  } finally {
    await db.close();
  }
}
