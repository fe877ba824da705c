import { statSync } from 'node:fs';
import { READ_LIMIT_MS, Reader } from '#db/open';
import { settings } from './settings';

interface Opened {
  reader: Promise<Reader>;
  /** Device and inode: another file under the same name is another database. */
  file: string;
}

const holder = globalThis as typeof globalThis & { threadlineReader?: Opened };

/**
 * Names the state of the data that a page is made of. Nodes of one log agree on it; other databases may count their changes to the same
 * number, and are told apart by their file.
 */
export const stampOf = (version: string): string =>
  version.includes(' ') ? version : `${version} ${holder.threadlineReader?.file ?? ''}`;

/** Null while there is none. */
function fileAt(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** The process's one reader, opened when it is first needed; null while there is no database. */
export async function openReader(): Promise<Reader | null> {
  // At once: the trip to a thread and back takes several times what the call does, and every page makes it.
  const found = fileAt(settings.database);
  if (!found) return null;
  const file = `${found.dev}:${found.ino}`;
  const opened = holder.threadlineReader;
  if (opened?.file === file) return opened.reader;
  const next: Opened = { file, reader: Reader.open(settings.database, 3, READ_LIMIT_MS) };
  holder.threadlineReader = next;
  // Requests under way end on the old connections; a failure to open is tried again by the next request.
  opened?.reader.then((old) => setTimeout(() => old.close().catch(() => {}), 60_000)).catch(() => {});
  next.reader.catch(() => {
    if (holder.threadlineReader === next) delete holder.threadlineReader;
  });
  return next.reader;
}
