import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitEnvironment, ownAnswer, settingsOf } from '#ingest/read/git';
import { openRepository } from '#ingest/read/repository';
import { CommandError } from '../program';

/** Read-only. Clients may leave blobs out. A pack for one client uses one core and little memory. */
const CONFIG = `[core]
	bare = true
	repositoryFormatVersion = 0
[http]
	receivepack = false
[uploadpack]
	allowFilter = true
[pack]
	threads = 1
	windowMemory = 64m
`;

/** Makes a bare repository if it does not exist. */
export async function makeRepository(path: string): Promise<void> {
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads'])
    await mkdir(join(path, folder), { recursive: true });
  await writeWhole(join(path, 'HEAD'), 'ref: refs/heads/master\n');
  await writeWhole(join(path, 'config'), CONFIG);
}

/**
 * A repository that borrows the objects of another one, without its settings. Its branch is the commit up to which the archive was
 * read, so that a mirror never has mails that the pages lack.
 */
export async function borrow(path: string, theirs: string, head: string): Promise<void> {
  const { view } = await openRepository(theirs);
  await makeRepository(path);
  for (const name of ['objects/info/alternates', 'shallow']) {
    const text = await readFile(join(view, name), 'utf8');
    if (text) await writeWhole(join(path, name), text);
  }
  await writeWhole(join(path, 'refs/heads/master'), `${head}\n`);
}

/** Writes a file completely or not at all; leaves a file with the same text alone. */
export async function writeWhole(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => null)) === text) return;
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The commit of the branch in one of our repositories; null if there is none yet. */
export const headOf = async (path: string): Promise<string | null> =>
  (await ownAnswer(path, ['rev-parse', '--verify', '-q', 'refs/heads/master']))?.trim() ?? null;

/** git fast-import into one of our repositories. */
export class Importer {
  readonly #child;
  readonly #ended: Promise<number | null>;
  #said = '';

  constructor(readonly path: string) {
    this.#child = spawn('git', [...settingsOf(path), 'fast-import', '--quiet', '--force'], {
      env: gitEnvironment(),
    });
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (part: Buffer) => {
      this.#said = (this.#said + part).slice(0, 2000);
    });
    this.#child.stdout.resume();
    this.#ended = once(this.#child, 'close').then(([code]) => code);
  }

  async continueFrom(head: string | null): Promise<void> {
    if (head) await this.write(Buffer.from(`reset refs/heads/master\nfrom ${head}\n\n`));
  }

  async write(commit: Buffer): Promise<void> {
    if (!this.#child.stdin.write(commit)) await Promise.race([once(this.#child.stdin, 'drain'), this.#ended]);
  }

  /** @throws CommandError with what git said */
  async end(): Promise<void> {
    this.#child.stdin.end();
    const code = await this.#ended;
    if (code !== 0) throw new CommandError(`${this.path}: git fast-import failed: ${this.#said.trim() || code}`);
  }
}
