import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, ingest, scratch } from '../command';
import { publicInboxInstalled } from '../publicinbox';
import { type Running, startServer } from '../server';

const folder = scratch();
const box = join(folder.path, 'Maildir');
const database = join(folder.path, 'a.sqlite');
let server: Running;

const mail = (n: number) =>
  `From: "Ünal <odd> ${n}" <u${n}@example.org>\nTo: a-list@example.org\nList-Id: <a-list.example.org>\nSubject: mail ${n}\n` +
  `Date: Mon, 02 Jan 2006 15:04:0${n} +0200\nMessage-ID: <mail-${n}@example.org>\n\nFrom here, words ${n}\r\nof two ends.\n`;

const git = (...args: string[]) =>
  execFileSync('git', args, {
    env: { PATH: process.env.PATH, HOME: folder.path, GIT_TERMINAL_PROMPT: '0' } as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).toString();

const mirror = (of = database) => {
  const ran = command('mirror', [], of);
  expect(ran.stderr).toBe('');
  expect(ran.status).toBe(0);
};

const headOf = (of = database) => git('--git-dir', `${of}-git/a-list/git/0.git`, 'rev-parse', 'master').trim();

async function manifest(path: string): Promise<Record<string, { fingerprint: string; description: string }>> {
  const answer = await fetch(server.base + path);
  expect(answer.status).toBe(200);
  return JSON.parse(gunzipSync(Buffer.from(await answer.arrayBuffer())).toString());
}

beforeAll(async () => {
  for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(box, name), { recursive: true });
  for (let n = 0; n < 4; n++) writeFileSync(join(box, 'new', `${n}.x`), mail(n));
  ingest(database, box);
  mirror();
  server = await startServer(database);
});

afterAll(async () => {
  await server?.stop();
  folder.remove();
});

describe('git repositories of a list that was read from a Maildir', () => {
  it('can be cloned with git from each of their URLs, with the exact bytes', () => {
    for (const [n, path] of ['/a-list/git/0.git', '/a-list/0', '/a-list'].entries()) {
      const clone = join(folder.path, `clone-${n}`);
      git('clone', '-q', '--mirror', server.base + path, clone);
      expect(git('--git-dir', clone, 'rev-list', '--count', 'master').trim()).toBe('4');
      expect(git('--git-dir', clone, 'show', 'master~1:m')).toBe(mail(2));
      expect(git('--git-dir', clone, 'log', '-1', '--format=%an|%ae|%s|%ad', 'master')).toBe(
        'Ünal odd 3|u3@example.org|mail 3|Mon Jan 2 15:04:03 2006 +0200\n',
      );
      expect(git('--git-dir', clone, 'fsck', '--strict').trim()).toBe('');
    }
  });

  it('are the same for the same mails', () => {
    const other = join(folder.path, 'other.sqlite');
    ingest(other, box);
    mirror(other);
    expect(headOf(other)).toBe(headOf());
  });

  it('are in the manifests', async () => {
    const all = await manifest('/manifest.js.gz');
    expect(Object.keys(all)).toEqual(['/a-list/git/0.git']);
    expect(await manifest('/a-list/manifest.js.gz')).toEqual(all);
    expect((await fetch(`${server.base}/manifest.js.gz`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${server.base}/b-list/manifest.js.gz`)).status).toBe(404);
  });

  it('are read-only, and nothing else is served', async () => {
    for (const path of ['/a-list/0/info/refs?service=git-receive-pack', '/a-list/0/info/refs'])
      expect((await fetch(server.base + path)).status).toBe(403);
    for (const path of ['/a-list/1/', '/nothing/', '/..%2fa-list/', '/%2e%2e/', '/a-list/git/7.git/'])
      expect((await fetch(`${server.base}${path}info/refs?service=git-upload-pack`)).status, path).toBe(404);
    expect((await fetch(`${server.base}/a-list/0/config`)).status).toBe(404);
    const odd = await fetch(`${server.base}/a-list/0/git-upload-pack`, { method: 'POST', body: 'nonsense' });
    expect(odd.status).toBeLessThan(500);
  });

  it.skipIf(!publicInboxInstalled)(
    'are followed by public-inbox and by Threadline: new mail, and withdrawn mail',
    () => {
      const theirs = join(folder.path, 'theirs');
      const env = { ...process.env, HOME: folder.path, PI_CONFIG: join(folder.path, 'pi'), PERL_INLINE_DIRECTORY: '' };
      const run = (program: string, ...args: string[]) =>
        execFileSync(program, args, { env, cwd: folder.path, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
      const follower = join(folder.path, 'follower.sqlite');
      run('public-inbox-clone', `${server.base}/a-list/`, theirs);
      expect(ingest(follower, `${server.base}/a-list/`).stored).toBe(4);

      writeFileSync(join(box, 'new', '4.x'), mail(4));
      const before = headOf();
      ingest(database, box);
      git('--git-dir', `${database}-git/a-list/git/0.git`, 'merge-base', '--is-ancestor', before, headOf());
      run('public-inbox-fetch', '-C', theirs);
      expect(git('--git-dir', join(theirs, 'git/0.git'), 'rev-list', '--count', 'master').trim()).toBe('5');
      expect(ingest(follower, `${server.base}/a-list/`)).toMatchObject({ stored: 1 });

      execFileSync('sqlite3', [
        database,
        "DELETE FROM posting WHERE message_id = (SELECT id FROM message WHERE msgid = 'mail-1@example.org')",
      ]);
      mirror();
      expect(git('--git-dir', `${database}-git/a-list/git/0.git`, 'show', 'master:d')).toBe(mail(1));
      run('public-inbox-fetch', '-C', theirs);
      expect(git('--git-dir', join(theirs, 'git/0.git'), 'show', 'master:d')).toBe(mail(1));
      expect(ingest(follower, `${server.base}/a-list/`)).toMatchObject({ deleted: 1, lists: { 'a-list': 4 } });
      // In the same state nothing is written.
      const after = headOf();
      mirror();
      expect(headOf()).toBe(after);
    },
  );
});

describe('repositories that cannot be written', () => {
  it('are reported, and the mails are in the database anyway', () => {
    const other = join(folder.path, 'full.sqlite');
    writeFileSync(`${other}-git`, 'no folder');
    const ran = command('ingest', ['--json', box], other);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/mirror: .*EEXIST/);
    expect(JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '').stored).toBeGreaterThan(0);
  });
});

describe('a list that was read from git', () => {
  it('is served from that repository, up to the commit that was read', () => {
    const source = join(folder.path, 'inbox');
    git('clone', '-q', '--mirror', `${database}-git/a-list/git/0.git`, join(source, 'git/0.git'));
    const other = join(folder.path, 'from-git.sqlite');
    ingest(other, source);
    mirror(other);
    const served = `${other}-git/inbox/git/0.git`;
    expect(git('--git-dir', served, 'rev-parse', 'master')).toBe(
      git('--git-dir', `${source}/git/0.git`, 'rev-parse', 'HEAD'),
    );
    expect(git('--git-dir', served, 'count-objects', '-v')).toContain('count: 0\n');
  });
});
