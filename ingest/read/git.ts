import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Repository } from './repository';

/** What git says on standard error is kept up to here. */
const STDERR_KEPT = 2000;

export interface GitChild {
  child: ChildProcessWithoutNullStreams;
  /** Resolves once git has ended: null if well, else what it said. Never rejects. */
  failed: Promise<string | null>;
}

/** Starts git on somebody's repository, through the view that openRepository made of it. */
export function startGit(repository: Repository, args: string[]): GitChild {
  return start(repository.view, args);
}

function start(directory: string, args: string[]): GitChild {
  const child = spawn('git', [...settingsOf(directory), '--no-replace-objects', ...args], { env: gitEnvironment() });
  // A child that ends early breaks the pipe; its exit code tells why.
  child.stdin.on('error', () => {});
  return { child, failed: ending(child) };
}

/**
 * A repository of ours may lie where another user owns the directory (a volume, a backup): git would refuse it. It alone is exempt.
 * No program is run but git: no hook, no watcher of files, no pager.
 */
export function settingsOf(directory: string): string[] {
  const settings = [`safe.directory=${directory}`, 'core.hooksPath=/dev/null', 'core.fsmonitor=false'];
  const plain = ['core.attributesFile=/dev/null', 'core.excludesFile=/dev/null', 'gc.autoDetach=false'];
  return [...[...settings, ...plain].flatMap((one) => ['-c', one]), '--no-pager', `--git-dir=${directory}`];
}

/** All that git is given of our environment: where programs and libraries are, the way to the net and its certificates. */
const PASSED =
  /^(?:PATH|TMPDIR|LD_LIBRARY_PATH|SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|(?:https?|all|no|HTTPS?|ALL|NO)_(?:proxy|PROXY))$/;

/** A clean environment: no GIT_ variable of a caller (as within a hook), no settings of the user or the machine, no password file. */
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

/** Standard output of a short git command; null where git answers with a failure: for questions whose "no" is an exit code. */
export function gitAnswer(repository: Repository, args: string[]): Promise<string | null> {
  return ownAnswer(repository.view, args);
}

/** The same of a repository that we made ourselves: a copy of an archive on the web. */
export async function ownAnswer(directory: string, args: string[]): Promise<string | null> {
  const { child, failed } = start(directory, args);
  const chunks: Buffer[] = [];
  child.stdin.end();
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return (await failed) === null ? Buffer.concat(chunks).toString('utf8') : null;
}
