import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, realpath, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { readSmall } from './regular';
import { SourceError } from './types';

/** Another person's repository, read through our own bare repository that borrows only its objects. */
export interface Repository {
  /** The path of the original, for messages. */
  path: string;
  /** Our repository, on which git is started. */
  view: string;
  /** The commit of HEAD; null if there is none yet. */
  head: string | null;
}

/** Limits of file sizes: a HEAD or ref; packed refs with 500,000 tags; alternates; the list of a shallow clone. */
const MAX_REF = 4096;
const MAX_PACKED_REFS = 64 * 1024 * 1024;
const MAX_LIST = 1024 * 1024;
/** Git follows symbolic refs, and alternates of alternates, five levels deep. */
const MAX_DEPTH = 5;
const MAX_STORES = 1000;

const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const REF = /^refs\/[^\0-\x20\x7f~^:?*[\\]{1,1000}$/;

/**
 * Opens a repository without using its settings, hooks, attributes or grafts: any of them may name a program, and git's own protection
 * (safe.directory) does not help if other people's repositories must be read. Its files are checked first: a FIFO would block git, and
 * a link could lead anywhere. Decision 0034.
 * @throws SourceError if it is not a repository, or leads to files outside it
 */
export async function openRepository(path: string): Promise<Repository> {
  try {
    const { own, common } = await directoriesOf(resolve(path));
    const stores = await objectStores(common);
    const head = await headOf(own, common);
    const shallow = await readSmall(join(common, 'shallow'), MAX_LIST);
    return { path, view: await viewOf(path, stores[0] as string, head, shallow), head };
  } catch (error) {
    if (error instanceof SourceError || typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    throw new SourceError(path, `cannot read it as a git repository: ${(error as Error).message}`);
  }
}

/** The directory of HEAD, and that of refs and objects, which differ in a linked work tree. */
async function directoriesOf(path: string): Promise<{ own: string; common: string }> {
  const inside = join(path, '.git');
  const about = await stat(inside).catch(() => null);
  const own = about?.isFile() ? await redirected(path, inside) : about ? inside : path;
  const named = (await readSmall(join(own, 'commondir'), MAX_REF))?.trim();
  if (named === undefined) return { own, common: own };
  const common = await realpath(resolve(own, named));
  // Whoever can create that directory there can also read its contents.
  if (dirname(await realpath(own)) !== join(common, 'worktrees'))
    throw new SourceError(
      path,
      `its commondir leads to ${common}, which does not list it as a work tree; not followed`,
    );
  return { own, common };
}

/** The target of a `.git` file, if the target names this file in return, as after `git worktree add`. */
async function redirected(path: string, file: string): Promise<string> {
  const target = /^gitdir: (.+)/.exec((await readSmall(file, MAX_REF)) ?? '')?.[1];
  const own = target === undefined ? null : resolve(path, target);
  const back = own === null ? null : await readSmall(join(own, 'gitdir'), MAX_REF).catch(() => null);
  if (
    own === null ||
    back === null ||
    (await realpath(resolve(own, back.trim())).catch(() => '')) !== (await realpath(file))
  )
    throw new SourceError(
      path,
      'its .git file leads to another directory that does not name it in return; give that git directory instead',
    );
  return own;
}

/** The object directories that git would read, the repository's own first. All must have the same owner and contain only files. */
async function objectStores(common: string): Promise<string[]> {
  const first = await realpath(join(common, 'objects')).catch(() => null);
  if (first === null) throw new SourceError(common, 'not a git repository: it has no objects');
  const { uid } = await stat(common);
  const stores = new Map<string, number>([[first, 0]]);
  for (const [store, depth] of stores) {
    if ((await stat(store)).uid !== uid)
      throw new SourceError(common, `its objects are in ${store}, which belongs to another user; not read`);
    await checkFiles(store, 0);
    for (const next of await alternatesOf(store)) {
      const real = await realpath(next).catch(() => null);
      if (real !== null && !stores.has(real)) stores.set(real, depth + 1);
    }
    if (stores.size > MAX_STORES || depth > MAX_DEPTH)
      throw new SourceError(common, 'its objects are in too many directories (objects/info/alternates)');
  }
  return [...stores.keys()];
}

async function alternatesOf(store: string): Promise<string[]> {
  const text = (await readSmall(join(store, 'info', 'alternates'), MAX_LIST)) ?? '';
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.some((line) => line.startsWith('"')))
    throw new SourceError(store, 'its alternates are quoted paths, which are not followed');
  return lines.map((line) => resolve(store, line));
}

/** Checks `pack`, `info` and their folders, and the folders of single objects. */
async function checkFiles(folder: string, depth: number): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < 3) await checkFiles(path, depth + 1);
    else if (!entry.isFile() && !entry.isDirectory())
      throw new SourceError(path, 'neither a file nor a directory; the repository is not read');
  }
}

async function headOf(own: string, common: string): Promise<string | null> {
  let text = await readSmall(join(own, 'HEAD'), MAX_REF);
  if (text === null) throw new SourceError(own, 'not a git repository: it has no HEAD');
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const name = /^ref:\s*(.*?)\s*$/.exec(text)?.[1];
    if (name === undefined) break;
    if (name === 'refs/heads/.invalid')
      throw new SourceError(own, 'stores its references as a reftable; clone it with --ref-format=files');
    const loose = await refFile(own, common, name);
    if (loose === null) return packedRef(common, name);
    text = loose;
  }
  const oid = text.trim();
  if (!OID.test(oid)) throw new SourceError(own, 'its HEAD names neither a commit nor a branch');
  return oid;
}

async function refFile(own: string, common: string, name: string): Promise<string | null> {
  if (!REF.test(name) || name.split('/').some((part) => part === '' || part === '.' || part === '..'))
    throw new SourceError(own, 'its HEAD names no branch');
  const root = await realpath(common);
  const path = join(root, name);
  const folder = await realpath(dirname(path)).catch(() => null);
  if (folder === null) return null;
  if (!`${folder}${sep}`.startsWith(root + sep)) throw new SourceError(own, 'its refs are links; not followed');
  const about = await stat(path).catch(() => null);
  return about?.isDirectory() ? null : readSmall(path, MAX_REF);
}

async function packedRef(common: string, name: string): Promise<string | null> {
  const text = `\n${(await readSmall(join(common, 'packed-refs'), MAX_PACKED_REFS)) ?? ''}`;
  const end = `${text}\n`.indexOf(` ${name}\n`);
  if (end < 0) return null;
  const oid = text.slice(text.lastIndexOf('\n', end) + 1, end);
  return OID.test(oid) ? oid : null;
}

let views: string | null = null;
const places = new Map<string, string>();

/** Makes or updates our bare repository for a path. It is removed when the process ends. */
async function viewOf(path: string, objects: string, head: string | null, shallow: string | null): Promise<string> {
  if (views === null) {
    const made = mkdtempSync(join(tmpdir(), 'threadline-git-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    views = made;
  }
  const key = resolve(path);
  const view = places.get(key) ?? join(views, String(places.size));
  places.set(key, view);
  for (const folder of ['objects/info', 'refs']) await mkdir(join(view, folder), { recursive: true });
  const format = head?.length === 64 ? '1\n[extensions]\n\tobjectFormat = sha256' : '0';
  await writeFile(join(view, 'HEAD'), 'ref: refs/heads/none\n');
  await writeFile(join(view, 'config'), `[core]\n\tbare = true\n\trepositoryFormatVersion = ${format}\n`);
  const quoted = objects.includes('\n') ? JSON.stringify(objects) : objects;
  await writeFile(join(view, 'objects', 'info', 'alternates'), `${quoted}\n`);
  const ends = (shallow ?? '').split('\n').filter((line) => OID.test(line));
  await writeFile(join(view, 'shallow'), ends.map((oid) => `${oid}\n`).join(''));
  return view;
}
