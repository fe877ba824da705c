import { basename, resolve } from 'node:path';
import { gitAnswer, startGit } from './git';
import { openRepository } from './repository';
import { SourceError } from './types';

/** A commit, with what shows the origin of its patch. */
export interface Commit {
  oid: string;
  authorName: string;
  authorAddress: string;
  /** Unix seconds. `git am` takes the author date from the mail's Date header. */
  authoredAt: number;
  committedAt: number;
  subject: string;
  /** The message below the subject, with `Link:` and `This reverts commit`. */
  body: string;
}

/** The fields of a commit, with separators that git does not accept in a message. */
const FORMAT = '%H%x1f%an%x1f%ae%x1f%at%x1f%ct%x1f%s%x1f%b%x00';

/** The displayed name of a repository. */
export function repositoryName(path: string): string {
  return basename(resolve(path)).replace(/\.git$/, '') || path;
}

/** The commits of HEAD since `since` (Unix seconds) without merges, newest first. @throws SourceError if git cannot read them */
export async function* readCommits(path: string, since: number): AsyncGenerator<Commit> {
  const repository = await openRepository(path);
  if (repository.head === null) return;
  const { child, failed } = startGit(repository, [
    'log',
    '--no-merges',
    '--no-show-signature',
    '--no-notes',
    // Not --since, which reads a number with fewer than nine digits as a day or an hour: a mail dated 1970 would hide all commits.
    `--max-age=${since}`,
    '--encoding=UTF-8',
    `--format=${FORMAT}`,
    repository.head,
    '--',
  ]);
  child.stdin.end();
  let rest = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout as AsyncIterable<string>) {
    const records = (rest + chunk).split('\0');
    rest = records.pop() ?? '';
    for (const record of records) {
      const commit = commitOf(record);
      if (commit) yield commit;
    }
  }
  const failure = await failed;
  if (failure !== null) throw new SourceError(path, `git log failed: ${failure}`);
}

function commitOf(record: string): Commit | null {
  const [oid = '', authorName = '', authorAddress = '', authored = '', committed = '', subject = '', body = ''] = record
    .replace(/^\n/, '')
    .split('\x1f');
  if (!/^[0-9a-f]{40,64}$/.test(oid)) return null;
  return {
    oid,
    authorName,
    authorAddress,
    authoredAt: Number(authored),
    committedAt: Number(committed),
    subject,
    body,
  };
}

/** The MAINTAINERS file of HEAD; null if there is none. */
export async function readMaintainers(path: string): Promise<string | null> {
  const repository = await openRepository(path);
  return repository.head === null
    ? null
    : gitAnswer(repository, ['cat-file', 'blob', `${repository.head}:MAINTAINERS`]);
}

/** The diffs of these commits by commit id, as `git format-patch` would print them. */
export async function readDiffs(path: string, oids: string[]): Promise<Map<string, string>> {
  const { child, failed } = startGit(await openRepository(path), [
    'diff-tree',
    '--stdin',
    '--root',
    '-r',
    '-p',
    '-M',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
  ]);
  child.stdin.end(`${oids.join('\n')}\n`);
  const diffs = new Map<string, string>();
  let all = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout as AsyncIterable<string>) all += chunk;
  const failure = await failed;
  if (failure !== null) throw new SourceError(path, `git diff-tree failed: ${failure}`);
  const wanted = new Set(oids);
  let oid = '';
  let start = 0;
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf('\n', at) < 0 ? all.length : all.indexOf('\n', at);
    if ((end - at === 40 || end - at === 64) && wanted.has(all.slice(at, end))) {
      if (oid) diffs.set(oid, all.slice(start, at));
      oid = all.slice(at, end);
      start = end + 1;
    }
    at = end + 1;
  }
  if (oid) diffs.set(oid, all.slice(start));
  return diffs;
}
