import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { recognise } from '#ingest/read/recognise';
import { CommandError } from '../cli/program';

const run = promisify(execFile);
const LISTING_BYTES = 1 << 30;

/** A mail archive to measure on. */
export interface Archive {
  /** The name of its folder or file, and of the list. */
  name: string;
  path: string;
  /** The bare git repositories of a public-inbox, oldest first; empty for other kinds. */
  epochs: string[];
}

/** The archives among the given paths; skips others (such as a README). */
export function archivesOf(paths: string[]): Archive[] {
  return paths.flatMap((given) => {
    const path = resolve(given);
    if (!existsSync(path)) throw new CommandError(`${given}: no such file or directory`);
    const name = basename(path).replace(/\.(?:git|mbox)$/, '');
    const epochs = epochsOf(path);
    return epochs.length || path.endsWith('.mbox') || existsSync(join(path, 'cur')) ? [{ name, path, epochs }] : [];
  });
}

/** The paths in a folder, by name; empty if the folder does not exist. */
export function pathsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}

function epochsOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [];
  const isRepository = (folder: string) => existsSync(join(folder, 'objects')) && existsSync(join(folder, 'HEAD'));
  if (isRepository(path)) return [path];
  return pathsIn(join(path, 'git'))
    .filter((folder) => /\/\d+\.git$/.test(folder) && isRepository(folder))
    .sort((a, b) => Number.parseInt(basename(a), 10) - Number.parseInt(basename(b), 10));
}

/** The blob names of all mails in the order of commits, as input for `git cat-file --batch`. */
export async function mailBlobs(epoch: string): Promise<string[]> {
  const log = await git(
    epoch,
    'log',
    '--reverse',
    '--format=',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--root',
    'HEAD',
  );
  return [...log.matchAll(/^:\d+ \d+ [\da-f]+ ([\da-f]+) [AM]\tm$/gm)].map((match) => match[1] as string);
}

async function git(repository: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', repository, ...args], { maxBuffer: LISTING_BYTES });
  return stdout;
}

/** A copy of a public-inbox without the last mails, which can be added later. */
export interface Shortened {
  path: string;
  epochs: string[];
  /** The number of mails at first. */
  mails: number;
  late: number;
  /** Adds the last mails. */
  complete(): Promise<void>;
}

/** Copies the repositories (by hard links if possible) to `folder`/git/N.git, without the newest `late` commits. */
export async function shortenedCopy(archive: Archive, folder: string, late: number): Promise<Shortened> {
  await mkdir(join(folder, 'git'), { recursive: true });
  const epochs: string[] = [];
  for (const [n, epoch] of archive.epochs.entries()) {
    const copy = join(folder, 'git', `${n}.git`);
    await run('git', ['clone', '--quiet', '--bare', epoch, copy]);
    epochs.push(copy);
  }
  const last = epochs.at(-1) ?? '';
  const [branch, tip] = await Promise.all([git(last, 'symbolic-ref', 'HEAD'), git(last, 'rev-parse', 'HEAD')]);
  const commits = Number(await git(last, 'rev-list', '--count', 'HEAD'));
  const left = Math.min(late, commits - 1);
  const move = (target: string) => git(last, 'update-ref', branch.trim(), target);
  await move((await git(last, 'rev-parse', `HEAD~${left}`)).trim());
  return {
    path: folder,
    epochs,
    mails: commits - left,
    late: left,
    complete: async () => void (await move(tip.trim())),
  };
}

/** Adds the mails of a copy step by step, like a list's server; resolves to whether any were left. */
export async function growing(archive: Archive, folder: string, step: number): Promise<() => Promise<boolean>> {
  const { epochs } = await shortenedCopy(archive, folder, 0);
  const last = epochs.at(-1) ?? '';
  const branch = (await git(last, 'symbolic-ref', 'HEAD')).trim();
  const commits = (await git(last, 'rev-list', '--reverse', '--first-parent', 'HEAD')).trim().split('\n');
  let at = 0;
  return async () => {
    if (at >= commits.length) return false;
    at = Math.min(at + step, commits.length);
    await git(last, 'update-ref', branch, commits[at - 1] as string);
    return true;
  };
}

/** A Maildir with the mails of an archive. */
export interface Maildir {
  path: string;
  /** The number of mails at first. */
  mails: number;
  late: number;
  complete(): Promise<void>;
}

/** Writes every mail to a Maildir, the last `late` ones beside it until they are added. */
export async function maildirOf(archive: Archive, folder: string, late: number): Promise<Maildir> {
  for (const name of ['cur', 'new', 'tmp']) await mkdir(join(folder, 'mail', name), { recursive: true });
  await mkdir(join(folder, 'late'), { recursive: true });
  const names: string[] = [];
  for (const source of await recognise(archive.path)) {
    for await (const event of source.open({ state: undefined, isSeen: async () => new Set() })) {
      if (event.kind !== 'mail') continue;
      const name = `${names.length + 1}.bench:2,S`;
      await writeFile(join(folder, 'mail', 'cur', name), event.bytes);
      names.push(name);
    }
  }
  const held = names.slice(-Math.min(late, names.length - 1));
  const move = async (from: string, to: string) => {
    for (const name of held) await rename(join(folder, from, name), join(folder, to, name));
  };
  await move('mail/cur', 'late');
  const path = join(folder, 'mail');
  return { path, mails: names.length - held.length, late: held.length, complete: () => move('late', 'mail/cur') };
}

/** The size of a file, or of all files below a folder, in bytes. */
export function bytesBelow(path: string): number {
  if (!existsSync(path)) return 0;
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
