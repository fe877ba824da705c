import { statSync } from 'node:fs';
import { READ_LIMIT_MS, Reader } from '#db/open';
import { settings } from './settings';

interface Opened {
  reader: Promise<Reader>;
  /** Device and inode: another file with the same name is another database. */
  file: string;
}

const holder = globalThis as typeof globalThis & { threadlineReader?: Opened };

/**
 * Identifies the state of the data that a page is made from. Nodes of one log agree on it. Unrelated databases may have the same number
 * of changes, so they also differ by their file.
 */
export const stampOf = (version: string): string =>
  version.includes(' ') ? version : `${version} ${holder.threadlineReader?.file ?? ''}`;

/** Null if there is no file. */
function fileAt(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** The one reader of the process, opened at the first request; null while there is no database. */
export async function openReader(): Promise<Reader | null> {
  // Synchronous: handing the call to a thread takes several times as long as the call, and every page makes it.
  const found = fileAt(settings.database);
  if (!found) return null;
  const file = `${found.dev}:${found.ino}`;
  const opened = holder.threadlineReader;
  if (opened?.file === file) return opened.reader;
  const next: Opened = { file, reader: Reader.open(settings.database, 3, READ_LIMIT_MS) };
  holder.threadlineReader = next;
  // Requests under way finish on the old connections. If opening fails, the next request tries again.
  opened?.reader.then((old) => setTimeout(() => old.close().catch(() => {}), 60_000)).catch(() => {});
  next.reader.catch(() => {
    if (holder.threadlineReader === next) delete holder.threadlineReader;
  });
  return next.reader;
}
