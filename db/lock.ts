import { readFile, stat } from 'node:fs/promises';
import { Connection, DatabaseError } from './open';

/** Locks a file. Resolves to a function that unlocks it, or, if another process has the lock, to that process's id if known. */
export async function lockFile(
  path: string,
): Promise<{ unlock: () => Promise<void>; holder?: undefined } | { unlock: null; holder: number | null }> {
  const lock = await Connection.open(path, 'write');
  try {
    // Nothing is ever written to the file, so a power failure cannot damage it.
    await lock.command('PRAGMA journal_mode = MEMORY; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    await lock.close();
    if (!(error instanceof DatabaseError) || error.code !== 'SQLITE_BUSY') throw error;
    return { unlock: null, holder: await holderOf(path) };
  }
  return { unlock: () => lock.close() };
}

/** The process that has a file locked, for the message; null if unknown (known on Linux: proc(5), /proc/locks). */
async function holderOf(path: string): Promise<number | null> {
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '');
  const { ino } = await stat(path);
  const line = new RegExp(`WRITE (\\d+) [0-9a-f]+:[0-9a-f]+:${ino} `).exec(locks);
  return line ? Number(line[1]) : null;
}
