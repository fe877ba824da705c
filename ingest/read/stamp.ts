import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Inbox, `git`, `0.git`, `refs`, `heads`: what tells of a new commit lies no deeper. */
const DEPTH = 5;
const MAILBOX = /\.(?:mbox|mbx|txt|eml)(?:\.gz)?$/i;

/**
 * A word for what a file or folder of mails looks like, which changes when mails come: sizes and times of mailboxes, times of folders
 * (a new file in one, a branch that was moved). No mail is opened.
 */
export async function stampOf(location: string): Promise<string> {
  const hash = createHash('sha256');
  await walk(resolve(location), DEPTH, (line) => hash.update(line));
  return hash.digest('hex');
}

async function walk(path: string, depth: number, say: (line: string) => void): Promise<void> {
  const { size, mtimeMs } = await stat(path);
  say(`${path}\0${size}\0${mtimeMs}\n`);
  // Objects follow from branches, and there may be hundreds of thousands of them.
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = join(path, entry.name);
    if (entry.isDirectory() && depth > 0 && entry.name !== 'objects') await walk(inside, depth - 1, say);
    else if (entry.isFile() && MAILBOX.test(entry.name)) await walk(inside, 0, say);
  }
}
