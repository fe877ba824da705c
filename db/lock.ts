import { readFile, stat } from 'node:fs/promises';
import { Connection, DatabaseError } from './open';

/** What undoes the lock; where another has it, the number of its process, if that can be told. */
export async function lockFile(
  path: string,
): Promise<{ unlock: () => Promise<void>; holder?: undefined } | { unlock: null; holder: number | null }> {
  const lock = await Connection.open(path, 'write');
  try {
    // Nothing is ever written to it: a power failure could leave half of that.
    await lock.command('PRAGMA journal_mode = MEMORY; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    await lock.close();
    if (!(error instanceof DatabaseError) || error.code !== 'SQLITE_BUSY') throw error;
    return { unlock: null, holder: await holderOf(path) };
  }
  return { unlock: () => lock.close() };
}

/** The process that locks a file, for the message; null where the system does not tell (it does on Linux: proc(5), /proc/locks). */
async function holderOf(path: string): Promise<number | null> {
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '');
  const { ino } = await stat(path);
  const line = new RegExp(`WRITE (\\d+) [0-9a-f]+:[0-9a-f]+:${ino} `).exec(locks);
  return line ? Number(line[1]) : null;
}
