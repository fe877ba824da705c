import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Inbox, `git`, `0.git`, `refs`, `heads`: a new commit is visible at this depth. */
const DEPTH = 5;
const MAILBOX = /\.(?:mbox|mbx|txt|eml)(?:\.gz)?$/i;

/**
 * A hash of the state of a file or folder of mails, which changes when mails arrive: sizes and times of mailboxes, times of folders
 * (a new file, a moved branch). Opens no mail.
 */
export async function stampOf(location: string): Promise<string> {
  const hash = createHash('sha256');
  await walk(resolve(location), DEPTH, (line) => hash.update(line));
  return hash.digest('hex');
}

async function walk(path: string, depth: number, say: (line: string) => void): Promise<void> {
  const { size, mtimeMs } = await stat(path);
  say(`${path}\0${size}\0${mtimeMs}\n`);
  // Objects are skipped: branches change with them, and there may be hundreds of thousands.
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = join(path, entry.name);
    if (entry.isDirectory() && depth > 0 && entry.name !== 'objects') await walk(inside, depth - 1, say);
    else if (entry.isFile() && MAILBOX.test(entry.name)) await walk(inside, 0, say);
  }
}
