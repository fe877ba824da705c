import { createWriteStream } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { flushed } from '#db/backup';
import { Connection, checkVersion, DatabaseError, type LogState, logState } from '#db/open';

/** How long a node may take to make a seed; copying a database of 20 million mails takes about ten minutes. */
const MAKING_MS = 2 * 3600_000;
/** Seconds between two requests while it is being made, unless the node names another time. */
const AGAIN_SECONDS = 5;

/**
 * Copies a seed to `path`, where no database is, completely or not at all. A seed is a backup file, its URL, or the URL of another node's `/seed`, which needs
 * `token`. Resolves to its log and its position there.
 * @throws DatabaseError if it cannot be fetched, or is not a database of a log
 */
export async function fetchSeed(seed: string, path: string, token: string | null): Promise<LogState> {
  const part = `${path}.part`;
  await rm(part, { force: true });
  try {
    if (/^https?:/i.test(seed)) await download(seed, part, token);
    else await copyFile(seed, part);
    const state = await logOf(part);
    if (state.id === null) throw new Error('the database belongs to no log; use a backup made after the log began');
    await flushed(part);
    // Left behind by a database that was moved away, it would be read as a part of this one.
    for (const file of [part, path]) await removeWal(file);
    await rename(part, path);
    return state;
  } catch (error) {
    await rm(part, { force: true });
    throw new DatabaseError(`${seed}: cannot use this as a seed: ${(error as Error).message}`);
  }
}

async function removeWal(path: string): Promise<void> {
  for (const end of ['-wal', '-shm']) await rm(path + end, { force: true });
}

async function download(url: string, path: string, token: string | null): Promise<void> {
  const { body } = await answerOf(url, token);
  await pipeline(Readable.fromWeb(body as import('node:stream/web').ReadableStream), createWriteStream(path));
}

/** Waits while a node makes its seed or serves others. */
async function answerOf(url: string, token: string | null): Promise<Response> {
  const end = performance.now() + MAKING_MS;
  for (;;) {
    const response = await fetch(url, token ? { headers: { Authorization: `Bearer ${token}` } } : {});
    if (response.ok && response.body) return response;
    const said = (await response.text()).slice(0, 200).trim();
    if (response.status !== 503 || performance.now() > end) throw new Error(`HTTP ${response.status}: ${said}`);
    const seconds = Number(response.headers.get('Retry-After')) || AGAIN_SECONDS;
    await new Promise((later) => setTimeout(later, Math.min(seconds, 60) * 1000));
  }
}

/** The log of a database of this version, and its position there. */
export async function logOf(path: string): Promise<LogState> {
  const db = await Connection.open(path, 'read');
  try {
    await checkVersion(db);
    return await logState(db);
  } finally {
    await db.close();
  }
}
