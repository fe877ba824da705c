import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Repository } from './repository';

/** Characters of git's standard error that are kept. */
const STDERR_KEPT = 2000;

export interface GitChild {
  child: ChildProcessWithoutNullStreams;
  /** Resolves when git has ended: null if it succeeded, else its error message. Never rejects. */
  failed: Promise<string | null>;
}

/**
 * Git maps a pack whole and keeps 96 MB of bases of deltas: 518 MB for a pack of 405, of which it needs the place where it reads.
 * With these it takes 30 MB, and as long: bases of 1 MB cost linux-edac, 150 MB of mails, 0.03 of 0.56 s (git 2.39, 2026-11-29).
 */
const LITTLE_MEMORY = ['core.packedGitWindowSize=1m', 'core.packedGitLimit=8m', 'core.deltaBaseCacheLimit=8m'].flatMap(
  (one) => ['-c', one],
);

/** Starts git on another person's repository, through the view that openRepository made. */
export function startGit(repository: Repository, args: string[]): GitChild {
  return start(repository.view, [...LITTLE_MEMORY, ...args]);
}

function start(directory: string, args: string[]): GitChild {
  const child = spawn('git', [...settingsOf(directory), '--no-replace-objects', ...args], { env: gitEnvironment() });
  // A child that ends early breaks the pipe; its exit code shows why.
  child.stdin.on('error', () => {});
  return { child, failed: ending(child) };
}

/**
 * Another user may own the directory of our repository (a volume, a backup), and git would refuse it; only this one is exempt.
 * No program other than git is run: no hook, no file watcher, no pager.
 */
export function settingsOf(directory: string): string[] {
  const settings = [`safe.directory=${directory}`, 'core.hooksPath=/dev/null', 'core.fsmonitor=false'];
  const plain = ['core.attributesFile=/dev/null', 'core.excludesFile=/dev/null', 'gc.autoDetach=false'];
  return [...[...settings, ...plain].flatMap((one) => ['-c', one]), '--no-pager', `--git-dir=${directory}`];
}

/** The variables of our environment that git gets: paths of programs and libraries, network settings and certificates. */
const PASSED =
  /^(?:PATH|TMPDIR|LD_LIBRARY_PATH|SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|(?:https?|all|no|HTTPS?|ALL|NO)_(?:proxy|PROXY))$/;

/** A clean environment: no GIT_ variables of the caller (as in a hook), no settings of the user or the machine, no password file. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const kept = { ...process.env };
  for (const name of Object.keys(kept)) if (!PASSED.test(name)) delete kept[name];
  return {
    ...kept,
    HOME: '/nonexistent',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
}

function ending(child: ChildProcessWithoutNullStreams): Promise<string | null> {
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < STDERR_KEPT) said += chunk.toString('utf8');
  });
  return new Promise((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? 'git is not installed' : error.message),
    );
    child.on('close', (code, signal) =>
      resolve(code === 0 ? null : said.trim() || `ended with ${signal ?? `code ${code}`}`),
    );
  });
}

/** The output of a short git command; null if git fails, for questions whose "no" is an exit code. */
export function gitAnswer(repository: Repository, args: string[]): Promise<string | null> {
  return ownAnswer(repository.view, args);
}

/** The same for a repository that we made: a copy of an archive on the web. */
export async function ownAnswer(directory: string, args: string[]): Promise<string | null> {
  const { child, failed } = start(directory, args);
  const chunks: Buffer[] = [];
  child.stdin.end();
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return (await failed) === null ? Buffer.concat(chunks).toString('utf8') : null;
}
