import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Commit, readCommits, readDiffs } from './commits';
import { added, commitTo, mail, only, readAll, summary, temporary } from './testing';

const AUTHOR = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

function git(directory: string, ...args: string[]): string {
  return execFileSync('git', ['-C', directory, ...args], {
    env: { ...process.env, ...AUTHOR },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString();
}

/** A repository of code with a work tree; its second commit has a signature, which a reader might try to check. */
function code(path = join(temporary(), 'code')): string {
  mkdirSync(path, { recursive: true });
  git(path, 'init', '-q', '-b', 'main');
  for (const n of [1, 2]) {
    writeFileSync(join(path, 'a.c'), `int a = ${n};\n`);
    git(path, 'add', 'a.c');
    git(path, 'commit', '-q', '-m', `Commit ${n}`);
  }
  const raw = git(path, 'cat-file', 'commit', 'HEAD');
  const signed = raw.replace(/\n\n/, '\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n');
  writeFileSync(join(path, '..', 'signed'), signed);
  git(path, 'update-ref', 'HEAD', git(path, 'hash-object', '-t', 'commit', '-w', join(path, '..', 'signed')).trim());
  return path;
}

/** Sets everything in a repository that may name a program to a program that leaves a trace. */
function arm(directory: string): string {
  const trace = `${directory}.was-run`;
  const program = `${directory}.program`;
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> '${trace}'\ncat >/dev/null 2>&1\nexit 0\n`);
  chmodSync(program, 0o755);
  const included = `${directory}.included`;
  writeFileSync(included, `[core]\n\tfsmonitor = ${program}\n[pager]\n\tlog = ${program}\n`);
  const settings: Record<string, string> = {
    'log.showSignature': 'true',
    'gpg.program': program,
    'gpg.openpgp.program': program,
    'core.fsmonitor': program,
    'core.pager': program,
    'core.sshCommand': program,
    'core.askPass': program,
    'core.editor': program,
    'core.gitProxy': program,
    'core.alternateRefsCommand': program,
    'diff.external': program,
    'diff.evil.command': program,
    'diff.evil.textconv': program,
    'filter.evil.smudge': program,
    'filter.evil.clean': program,
    'filter.evil.process': program,
    'uploadpack.packObjectsHook': program,
    'alias.log': `!${program}`,
    'include.path': included,
    'core.hooksPath': `${directory}.hooks`,
    'remote.origin.url': 'ssh://x.example.org/x',
    'remote.origin.promisor': 'true',
    'remote.origin.vcs': 'evil',
  };
  for (const [key, value] of Object.entries(settings)) git(directory, 'config', key, value);
  mkdirSync(join(directory, 'info'), { recursive: true });
  writeFileSync(join(directory, 'info', 'attributes'), '* diff=evil filter=evil\n');
  for (const hooks of [join(directory, 'hooks'), `${directory}.hooks`]) {
    mkdirSync(hooks, { recursive: true });
    for (const hook of [
      'post-checkout',
      'reference-transaction',
      'pre-auto-gc',
      'post-index-change',
      'fsmonitor-watchman',
    ])
      symlinkSync(program, join(hooks, hook));
  }
  return trace;
}

async function commitsOf(path: string): Promise<Commit[]> {
  const commits: Commit[] = [];
  for await (const commit of readCommits(path, 0)) commits.push(commit);
  return commits;
}

const subjectsOf = async (path: string) => (await commitsOf(path)).map(({ subject }) => subject);

describe("another person's repository", () => {
  it.each(['', '.git'])('given with --commits%s runs nothing that it names', async (inside) => {
    const path = code();
    const trace = arm(join(path, '.git'));
    const commits = await commitsOf(join(path, inside));
    expect(commits.map(({ subject }) => subject)).toEqual(['Commit 2', 'Commit 1']);
    const diffs = await readDiffs(
      path,
      commits.map(({ oid }) => oid),
    );
    expect([...diffs.values()].join('')).toMatch(/^\+int a = 2;$/m);
    expect(existsSync(trace)).toBe(false);
  });

  it('given as an archive runs nothing that it names', async () => {
    const path = join(temporary(), 'inbox', 'git', '0.git');
    commitTo(path, [added(mail(0)), added(mail(1))]);
    const trace = arm(path);
    const { events, error } = await readAll(await only(path));
    expect([summary(events), error]).toEqual([[`mail ${mail(0)}`, `mail ${mail(1)}`], null]);
    expect(existsSync(trace)).toBe(false);
  });

  it('is read whatever its settings are', async () => {
    const path = code();
    writeFileSync(join(path, '.git', 'config'), '[core\nnonsense');
    expect(await subjectsOf(path)).toHaveLength(2);
  });

  it('is read without replacement refs', async () => {
    const path = code();
    const [newest, oldest] = await commitsOf(path);
    git(path, 'replace', newest?.oid as string, oldest?.oid as string);
    writeFileSync(join(path, '.git', 'info', 'grafts'), `${newest?.oid}\n`);
    expect(await subjectsOf(path)).toEqual(['Commit 2', 'Commit 1']);
  });

  it('may belong to another user', async (test) => {
    if (process.getuid?.() !== 0) test.skip();
    const path = code();
    execFileSync('chown', ['-R', '12345', path]);
    expect(await subjectsOf(path)).toHaveLength(2);
  });

  it('may have packed references, a detached HEAD, and be shallow', async () => {
    const path = code();
    git(path, 'pack-refs', '--all');
    expect(await subjectsOf(path)).toHaveLength(2);
    git(path, 'checkout', '-q', '--detach');
    expect(await subjectsOf(path)).toHaveLength(2);
    const shallow = join(temporary(), 'shallow');
    git(path, 'clone', '-q', '--depth=1', `file://${path}`, shallow);
    expect(await subjectsOf(shallow)).toEqual(['Commit 2']);
  });

  it('may borrow objects from its owner', async () => {
    const path = code();
    const borrower = join(temporary(), 'borrower');
    git(path, 'clone', '-q', '--shared', path, borrower);
    expect(await subjectsOf(borrower)).toHaveLength(2);
  });

  it('may not borrow objects from another user', async (test) => {
    if (process.getuid?.() !== 0) test.skip();
    const path = code();
    const thief = join(temporary(), 'thief');
    git(path, 'clone', '-q', '--shared', path, thief);
    execFileSync('chown', ['-R', '12345', thief]);
    await expect(subjectsOf(thief)).rejects.toThrow(/belongs to another user/);
    const linked = code();
    renameSync(join(linked, '.git', 'objects'), join(linked, '.git', 'moved'));
    chownSync(join(linked, '.git'), 12345, 12345);
    symlinkSync(join(path, '.git', 'objects'), join(linked, '.git', 'objects'));
    await expect(subjectsOf(linked)).rejects.toThrow(/belongs to another user/);
  });

  it('may be a work tree of another repository, but other .git files are not followed', async () => {
    const path = code();
    const tree = join(temporary(), 'tree');
    git(path, 'worktree', 'add', '-q', '-b', 'side', tree);
    expect(await subjectsOf(tree)).toHaveLength(2);
    const thief = temporary();
    writeFileSync(join(thief, '.git'), `gitdir: ${join(path, '.git')}\n`);
    await expect(subjectsOf(thief)).rejects.toThrow(/leads to another directory/);
    const [name = ''] = readdirSync(join(path, '.git', 'worktrees'));
    writeFileSync(join(thief, '.git'), `gitdir: ${join(path, '.git', 'worktrees', name)}\n`);
    await expect(subjectsOf(thief)).rejects.toThrow(/leads to another directory/);
    const bare = join(temporary(), 'bare');
    mkdirSync(bare);
    writeFileSync(join(bare, 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(bare, 'commondir'), `${join(path, '.git')}\n`);
    await expect(subjectsOf(bare)).rejects.toThrow(/not followed/);
  });

  it.each([
    'objects/info/alternates',
    'objects/pack/pack-0.idx',
    'objects/ab/cdef',
    'packed-refs',
    'refs/heads/main',
    'HEAD',
    'shallow',
    'commondir',
  ])('keeps nobody waiting with a FIFO as its %s, and leads nowhere with a link', async (name) => {
    const fifo = code();
    for (const make of [
      (path: string) => execFileSync('mkfifo', [path]),
      (path: string) => symlinkSync('/dev/zero', path),
      (path: string) => symlinkSync('/etc/hostname', path),
    ]) {
      const path = join(fifo, '.git', name);
      mkdirSync(join(path, '..'), { recursive: true });
      if (name === 'packed-refs') execFileSync('rm', ['-f', join(fifo, '.git', 'refs/heads/main')]);
      execFileSync('rm', ['-rf', path]);
      make(path);
      await expect(subjectsOf(fifo)).rejects.toThrow(/code/);
    }
  });

  it.each(['ref: ../../../../etc/hostname', 'ref: refs/heads/../../../x', 'nonsense', '', 'ref: refs/heads/\u0000'])(
    'with %j as its HEAD is refused',
    async (head) => {
      const path = code();
      writeFileSync(join(path, '.git', 'HEAD'), head);
      await expect(subjectsOf(path)).rejects.toThrow(/HEAD names/);
    },
  );
});
