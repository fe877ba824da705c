import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Reader } from '#db/open';
import { type MirrorList, type MirrorSource, mirrorLists, sourcesOfList } from '#db/queries/mirror';
import { withdrawnOfList } from '#db/queries/withdrawn';
import { ownAnswer } from '#ingest/read/git';
import { SourceError } from '#ingest/read/types';
import { copyFolder } from '#ingest/read/url';
import { writeEpochs } from './epochs';
import { borrow, exists, headOf, writeWhole } from './repository';

/** A repository as grokmirror's manifest describes it. */
interface Entry {
  modified: number;
  fingerprint: string;
  reference: null;
  description: string;
  owner: null;
}

/** The folder of the repositories that the server serves for a database. */
export const mirrorFolder = (database: string) => `${database}-git`;

/** A list's folder there, encoded so that no name leads outside. */
const folderName = (list: string) => encodeURIComponent(list).replace(/^\.+$/, '_');

/**
 * Updates the git repositories that the server serves. A list that was read from public-inbox repositories is served from them; any
 * other list is served from epochs written from its stored bytes.
 */
export async function refreshMirror(database: string, onNote: (text: string) => void): Promise<number> {
  const root = mirrorFolder(database);
  await mkdir(root, { recursive: true });
  const reader = await Reader.open(database, 1);
  const manifest: Record<string, Entry> = {};
  try {
    for (const list of await reader.read(mirrorLists)) {
      const folder = join(root, folderName(list.name));
      for (const path of await repositoriesOf(reader, database, list, folder, onNote)) {
        const entry = await entryOf(join(folder, path), list, path);
        if (entry) manifest[`/${list.name}${path === 'v1.git' ? '' : `/${path}`}`] = entry;
      }
    }
  } finally {
    await reader.close();
  }
  await writeWhole(join(root, 'manifest.json'), JSON.stringify(manifest));
  return Object.keys(manifest).length;
}

async function repositoriesOf(
  reader: Reader,
  database: string,
  list: MirrorList,
  folder: string,
  onNote: (text: string) => void,
): Promise<string[]> {
  const [source, ...more] = await reader.read((db) => sourcesOfList(db, list.id));
  const withheld = await reader.read((db) => withdrawnOfList(db, list.name));
  try {
    const theirs = source && !more.length && !withheld.length ? await repositoriesRead(source, database) : [];
    if (theirs.length) return await borrowAll(folder, theirs);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    onNote(`${error.message}; writing epochs from the stored mails instead`);
  }
  if (await exists(join(folder, 'borrowed'))) await rm(folder, { recursive: true, force: true });
  await forgetWithheld(folder, withheld);
  const epochs = await writeEpochs(reader, list.id, join(folder, 'git'));
  return epochs.map((epoch) => `git/${epoch}.git`);
}

/** A mail that the operator withdrew must not stay in the history: all epochs are written again without it. Likewise after a restore. */
async function forgetWithheld(folder: string, withheld: string[]): Promise<void> {
  const note = join(folder, 'withheld');
  const before = await readFile(note, 'utf8').catch(() => '');
  if (before === withheld.join('\n')) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeWhole(note, withheld.join('\n'));
}

interface Theirs {
  name: string;
  path: string;
  head: string;
}

async function borrowAll(folder: string, theirs: Theirs[]): Promise<string[]> {
  if (!(await exists(join(folder, 'borrowed')))) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeWhole(join(folder, 'borrowed'), '');
  for (const { name, path, head } of theirs) await borrow(join(folder, name), path, head);
  return theirs.map(({ name }) => name);
}

/** The repositories of a source, with the commits up to which they were read; empty if it is not a repository. */
async function repositoriesRead({ kind, location, state }: MirrorSource, database: string): Promise<Theirs[]> {
  if (kind !== 'public-inbox-v2' && kind !== 'public-inbox-v1' && kind !== 'url') return [];
  const heads: Record<string, string> = JSON.parse(state ?? '{}')?.epochs ?? {};
  const place = kind === 'url' ? copyFolder(location, `${database}-mirrors`) : location;
  const found: Theirs[] = [];
  for (const [epoch, head] of Object.entries(heads)) {
    if (!/^\d{1,6}$/.test(epoch) || !/^[0-9a-f]{40}$/.test(head)) return [];
    const one = kind === 'public-inbox-v1' ? { path: place, name: 'v1.git' } : await epochAt(place, epoch);
    if (!one) return [];
    found.push({ ...one, head });
  }
  return found.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** An epoch in a directory of epochs, or `place` itself if it is the only repository. */
async function epochAt(place: string, epoch: string): Promise<{ path: string; name: string } | null> {
  const name = `git/${epoch}.git`;
  for (const path of [join(place, name), join(place, `${epoch}.git`)]) if (await exists(path)) return { path, name };
  if (await exists(join(place, 'v1.git'))) return { path: join(place, 'v1.git'), name: 'v1.git' };
  const names = await readdir(place).catch((): string[] => []);
  return names.includes('objects') ? { path: place, name } : null;
}

async function entryOf(path: string, list: MirrorList, name: string): Promise<Entry | null> {
  const head = await headOf(path);
  const time = head && (await ownAnswer(path, ['log', '-1', '--format=%ct', head]));
  if (!head || !time) return null;
  const about = list.description ?? list.name;
  return {
    modified: Number(time),
    fingerprint: createHash('sha1').update(`${head} refs/heads/master\n`).digest('hex'),
    reference: null,
    description: name === 'v1.git' ? about : `${about} [epoch ${basename(name, '.git')}]`,
    owner: null,
  };
}
