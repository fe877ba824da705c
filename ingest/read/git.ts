import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { SourceError } from './types';

/** What git says on standard error is kept up to here. */
const STDERR_KEPT = 2000;

export interface GitChild {
  child: ChildProcessWithoutNullStreams;
  /** Resolves once git has ended: null if well, else what it said. Never rejects. */
  failed: Promise<string | null>;
}

/**
 * Starts git on a repository, whoever owns it (archives are often another user's). As that switches off git's own guard, nothing that the
 * repository's settings name may be run: signatures are not checked, and missing objects of a partial clone are not fetched.
 */
export function startGit(repository: string, args: string[]): GitChild {
  const settings = ['-c', 'safe.directory=*', `--git-dir=${repository}`, '--no-replace-objects'];
  const child = spawn('git', [...settings, ...args], { env: gitEnvironment() });
  // A child that ends early breaks the pipe; its exit code tells why.
  child.stdin.on('error', () => {});
  return { child, failed: ending(child) };
}

/** Without what would change git's answers: a caller's GIT_ variables (as within a hook) and the user's settings. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const kept = { ...process.env };
  for (const name of Object.keys(kept)) if (name.startsWith('GIT_')) delete kept[name];
  return {
    ...kept,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
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

/** Standard output of a short git command; SourceError with git's own words where it fails. */
export async function gitOutput(repository: string, args: string[]): Promise<string> {
  const { output, failure } = await run(repository, args);
  if (failure !== null) throw new SourceError(repository, `git ${args[0]} failed: ${failure}`);
  return output;
}

/** The same, null where git answers with a failure: for questions whose "no" is an exit code. */
export async function gitAnswer(repository: string, args: string[]): Promise<string | null> {
  const { output, failure } = await run(repository, args);
  return failure === null ? output : null;
}

async function run(repository: string, args: string[]): Promise<{ output: string; failure: string | null }> {
  const { child, failed } = startGit(repository, args);
  const chunks: Buffer[] = [];
  child.stdin.end();
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const failure = await failed;
  return { output: Buffer.concat(chunks).toString('utf8'), failure };
}
