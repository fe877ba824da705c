import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitEnvironment, ownAnswer, settingsOf } from '../git';
import { ServerError } from './http';
import { MAX_REPOSITORY_BYTES, MAX_TRANSFER_HOURS, SLOWEST_BYTES_PER_SECOND } from './limits';

export interface TransferOptions {
  /** Seconds of silence after which the transfer is given up. */
  silence: number;
  signal?: AbortSignal | undefined;
  /** Called with git's progress lines. */
  onProgress?(line: string): void;
}

/**
 * `same`: nothing new. `grown`: more commits. `rewritten`: another history. `shorter`: the server lost the newest commits, but
 * this repository keeps them.
 */
export type Fetched = 'same' | 'grown' | 'rewritten' | 'shorter';

const BRANCH = 'refs/heads/master';
const INCOMING = 'refs/threadline/incoming';

/**
 * Settings of a transfer. Only http and https (GIT_ALLOW_PROTOCOL), no redirects (the manifest's were followed within its host),
 * no hooks, no passwords, and no settings of the user or the machine (git.ts). The repository's settings are ours: git takes none from
 * a server.
 */
function settings(silence: number): string[] {
  const values = {
    'core.hooksPath': '/dev/null',
    'core.fsmonitor': 'false',
    'core.askPass': '',
    'credential.helper': '',
    'http.followRedirects': 'false',
    'http.lowSpeedLimit': SLOWEST_BYTES_PER_SECOND,
    'http.lowSpeedTime': silence,
    'protocol.version': 2,
    'submodule.recurse': 'false',
    'gc.autoDetach': 'false',
    // A power loss must not leave a branch without its commit.
    'core.fsync': 'all',
  };
  return Object.entries(values).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
}

/**
 * Updates a bare repository to the HEAD of `url`, and makes it if it does not exist. If it is killed, the next call completes it, because
 * branches are moved last. @throws ServerError with git's message and what to do
 */
export async function fetchRepository(repository: string, url: string, options: TransferOptions): Promise<Fetched> {
  await endOrphan(repository);
  if (!(await isUsable(repository))) await create(repository, url, options);
  await sweep(repository);
  const refspec = `+HEAD:${INCOMING}`;
  const flags = [
    '--progress',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
  ];
  try {
    await transfer(['fetch', ...flags, url, refspec], repository, url, options);
  } catch (error) {
    if (/couldn't find remote ref HEAD/.test(String(error))) throw noCommit(url);
    throw error;
  }
  return take(repository);
}

/** Moves the branch to the fetched commit, unless that is an ancestor of the current one. */
async function take(repository: string): Promise<Fetched> {
  const [ours, theirs] = [await commitAt(repository, BRANCH), await commitAt(repository, INCOMING)];
  if (theirs === null || ours === theirs) return 'same';
  const within = async (one: string, other: string) =>
    (await ownAnswer(repository, ['merge-base', '--is-ancestor', one, other])) !== null;
  if (ours !== null && (await within(theirs, ours))) return 'shorter';
  const grown = ours === null || (await within(ours, theirs));
  await ownAnswer(repository, ['update-ref', BRANCH, theirs]);
  return grown ? 'grown' : 'rewritten';
}

async function commitAt(repository: string, ref: string): Promise<string | null> {
  return (await ownAnswer(repository, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]))?.trim() ?? null;
}

/** Removes objects that no branch has any more: after a purge, the mail must not stay in the copy either. */
export async function forgetOld(repository: string): Promise<void> {
  await ownAnswer(repository, ['gc', '--quiet', '--prune=now']);
}

/** Joins small packs now and then, as git does after its own fetch. */
export async function tidy(repository: string): Promise<void> {
  await ownAnswer(repository, ['gc', '--quiet', '--auto']);
}

/** Whether a repository is usable. One that a power loss broke is made again, since the server has everything in it. */
async function isUsable(repository: string): Promise<boolean> {
  if (!existsSync(join(repository, 'HEAD'))) return false;
  const refs = await ownAnswer(repository, ['for-each-ref', '--format=%(objectname)']);
  const whole =
    refs !== null && (refs === '' || (await ownAnswer(repository, ['log', '-1', '--format=%H', BRANCH])) !== null);
  if (!whole) await rm(repository, { recursive: true, force: true });
  return whole;
}

async function create(repository: string, url: string, options: TransferOptions): Promise<void> {
  const said = await transfer(['ls-remote', url, 'HEAD'], null, url, options);
  const oid = /^([0-9a-f]{40}|[0-9a-f]{64})\tHEAD$/m.exec(said)?.[1];
  if (oid === undefined) throw noCommit(url);
  await mkdir(repository, { recursive: true });
  const format = `--object-format=${oid.length === 64 ? 'sha256' : 'sha1'}`;
  await ownAnswer(repository, ['init', '--quiet', '--bare', '--template=', '--initial-branch=master', format]);
}

/** Git takes a web page for an old server's empty repository; manifests do not name empty ones. */
function noCommit(url: string): ServerError {
  return new ServerError(
    url,
    'git finds no commit there: the repository is empty, or the server does not answer correctly. Try again later; what was read is kept',
    null,
  );
}

/** Removes the remains of a killed transfer: incomplete packs, and stale locks (only one ingest runs, and its orphan was ended). */
async function sweep(repository: string): Promise<void> {
  const packs = join(repository, 'objects', 'pack');
  for (const name of await readdir(packs).catch(() => []))
    if (/^tmp_|\.keep$/.test(name)) await rm(join(packs, name), { force: true });
  for (const name of await readdir(repository, { recursive: true }).catch(() => []))
    if (name.endsWith('.lock') && !name.startsWith('objects')) await rm(join(repository, name), { force: true });
}

const pidFile = (repository: string) => `${repository}.pid`;

/** Ends the git of a killed ingest, which would continue to write beside the new one. Only ours: its command names the repository. */
async function endOrphan(repository: string): Promise<void> {
  const pid = Number(await readFile(pidFile(repository), 'utf8').catch(() => '0'));
  if (!(pid > 0) || !(await commandOf(pid)).includes(repository)) return;
  try {
    process.kill(pid, 'SIGTERM');
    for (let n = 0; n < 100 && (await commandOf(pid)).includes(repository); n++)
      await new Promise((later) => setTimeout(later, 100));
    if ((await commandOf(pid)).includes(repository)) process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

function commandOf(pid: number): Promise<string> {
  return new Promise((done) => {
    const ps = spawn('ps', ['-o', 'args=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    ps.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    ps.on('error', () => done(''));
    ps.on('close', () => done(said));
  });
}

/** Lines of git's standard error that report progress, not errors. */
const PROGRESS =
  /^(?:remote: )?(?:Enumerating|Counting|Compressing|Total|Receiving|Resolving|Unpacking|Updating|Finding sources)\b|^From |->/;
const KEPT = 2000;
const WATCH_EVERY_MS = 2000;

/** Runs git with a server; returns its standard output. */
async function transfer(
  args: string[],
  repository: string | null,
  url: string,
  options: TransferOptions,
): Promise<string> {
  const where = repository === null ? [] : settingsOf(repository);
  const child = spawn('git', [...settings(options.silence), ...where, ...args], {
    env: {
      ...gitEnvironment(),
      GIT_ALLOW_PROTOCOL: 'http:https',
      GIT_ASKPASS: '',
      SSH_ASKPASS: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let ended: string | null = null;
  const end = (why: string) => {
    ended ??= why;
    child.kill('SIGTERM');
  };
  const stop = () => end('stopped');
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted) stop();
  const until = performance.now() + MAX_TRANSFER_HOURS * 3600_000;
  const watch = setInterval(async () => {
    if (performance.now() > until) end(`took more than ${MAX_TRANSFER_HOURS} hours; try again later`);
    if (repository !== null && (await packBytes(repository)) > MAX_REPOSITORY_BYTES)
      end(`larger than ${MAX_REPOSITORY_BYTES} bytes, as no list is; not read`);
  }, WATCH_EVERY_MS);
  try {
    if (repository !== null && child.pid !== undefined) await writeFile(pidFile(repository), String(child.pid));
    const { output, said, status } = await talk(child, options);
    if (ended !== null) throw new ServerError(url, ended, null);
    if (status !== 0) throw new ServerError(url, explained(said, url), null);
    return output;
  } finally {
    clearInterval(watch);
    options.signal?.removeEventListener('abort', stop);
    if (repository !== null) await rm(pidFile(repository), { force: true });
  }
}

function talk(
  child: ReturnType<typeof spawn>,
  options: TransferOptions,
): Promise<{ output: string; said: string; status: number | string }> {
  let output = '';
  let said = '';
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    if (output.length < KEPT) output += chunk.toString('utf8');
  });
  const take = (line: string) => {
    if (PROGRESS.test(line)) options.onProgress?.(line.trim());
    else if (said.length < KEPT && line.trim()) said += `${line.trim()}; `;
  };
  child.stderr?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split(/[\r\n]/);
    rest = (lines.pop() as string).slice(0, KEPT);
    lines.forEach(take);
  });
  return new Promise((done) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      done({ output, said: error.code === 'ENOENT' ? 'git is not installed' : error.message, status: 'error' }),
    );
    child.on('close', (status, signal) => {
      take(rest);
      done({ output, said: said.replace(/; $/, ''), status: status ?? signal ?? 'error' });
    });
  });
}

/** Git's message, without control characters that a server may have sent, and what to do. */
function explained(said: string, url: string): string {
  const words = said.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, 500) || 'git gave no reason';
  // Git repeats the URL, and a port or a list's name may contain 404.
  const reason = words.replaceAll(url, '');
  const advice = /not found|returned error: 404/i.test(reason)
    ? 'the server does not have this repository; later epochs can be read by their own URLs (.../git/1.git)'
    : /returned error: 3|redirect/i.test(reason)
      ? 'the server redirects git, which is not followed; give the URL that it leads to'
      : /too slow|timed out/i.test(reason)
        ? 'the server is silent; try again later'
        : /terminal prompts disabled|Authentication|returned error: 40[13]/i.test(reason)
          ? 'only public archives are read'
          : 'try again later; what was fetched so far is kept';
  return `git fetch failed (${words}): ${advice}`;
}

async function packBytes(repository: string): Promise<number> {
  const folder = join(repository, 'objects', 'pack');
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
