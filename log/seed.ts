import { createWriteStream } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { flushed } from '#db/backup';
import { Connection, checkVersion, DatabaseError, type LogState, logState } from '#db/open';

/** How long a node may take to make a seed; copying a database of 20 million mails takes some ten minutes. */
const MAKING_MS = 2 * 3600_000;
/** Between two questions whether it is made, where the node names no other time. */
const AGAIN_SECONDS = 5;

/**
 * Copies a seed (a backup file, the URL of one, or of another node's `/seed`, which wants `token`) to `path`, which appears whole.
 * Resolves to where in which log it is.
 * @throws DatabaseError where it cannot be had, or is no database of a log
 */
export async function fetchSeed(seed: string, path: string, token: string | null): Promise<LogState> {
  const part = `${path}.part`;
  await rm(part, { force: true });
  try {
    if (/^https?:/i.test(seed)) await download(seed, part, token);
    else await copyFile(seed, part);
    const state = await logOf(part);
    if (state.id === null) throw new Error('it is a database of no log; a backup made after the log began is wanted');
    await flushed(part);
    await rename(part, path);
    return state;
  } catch (error) {
    await rm(part, { force: true });
    throw new DatabaseError(`${seed}: cannot be used as a seed: ${(error as Error).message}`);
  }
}

async function download(url: string, path: string, token: string | null): Promise<void> {
  const { body } = await answerOf(url, token);
  await pipeline(Readable.fromWeb(body as import('node:stream/web').ReadableStream), createWriteStream(path));
}

/** Waits while a node makes its seed, or has others to serve. */
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

/** Where in which log a database of this version is. */
export async function logOf(path: string): Promise<LogState> {
  const db = await Connection.open(path, 'read');
  try {
    await checkVersion(db);
    return await logState(db);
  } finally {
    await db.close();
  }
}
