import { opendir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isBlank } from './git';
import { type OpenOptions, type SourceEvent, SourceError } from './types';

/** Files asked about and recorded at a time. */
const FILES_AT_ONCE = 500;

/** Reads a Maildir (`cur` and `new`) or a directory of .eml files, one mail a file, by name; files of earlier runs are passed over. */
export async function* readFiles(folder: string, names: string[], options: OpenOptions): AsyncGenerator<SourceEvent> {
  options.onTotal?.(names.length, 'mails');
  for (let at = 0; at < names.length; at += FILES_AT_ONCE) {
    const some = names.slice(at, at + FILES_AT_ONCE);
    // A Maildir's file changes its name when a flag is set: what follows `:2,` does not count.
    const seen = await options.isSeen(some.map(keyOf));
    const fresh = some.filter((name) => !seen.has(keyOf(name)));
    for (const name of fresh) yield await readOne(folder, name);
    if (fresh.length) yield { kind: 'checkpoint', state: null, seen: fresh.map(keyOf) };
  }
}

const keyOf = (name: string) => name.replace(/^(cur|new)\//, '').replace(/:2,[A-Za-z]*$/, '');

async function readOne(folder: string, name: string): Promise<SourceEvent> {
  const origin = { place: name, epoch: null, oid: null, receivedAt: null };
  try {
    const bytes = await readFile(join(folder, name));
    if (isBlank(bytes)) return { kind: 'reject', bytes, origin, reason: 'holds no mail at all' };
    return { kind: 'mail', bytes, origin };
  } catch (error) {
    throw new SourceError(join(folder, name), error instanceof Error ? error.message : String(error));
  }
}

/** Names of the mails of a folder, sorted, with the subfolder where there is one. */
export async function mailFiles(folder: string, subfolders: string[], wanted: (name: string) => boolean): Promise<string[]> {
  const names: string[] = [];
  for (const sub of subfolders) {
    for await (const entry of await opendir(join(folder, sub))) {
      if (entry.isFile() && !entry.name.startsWith('.') && wanted(entry.name)) names.push(sub ? `${sub}/${entry.name}` : entry.name);
    }
  }
  return names.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
}
