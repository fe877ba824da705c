import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '#db/open';
import { TERM } from '#query/term';
import { ARCHIVES, archive } from '../archives';
import { ingest, scratch } from '../command';
import { type Running, startServer } from '../server';

const folder = scratch();
const repository = join(folder.path, 'code');
const git = (args: string[], input = '') =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', '-C', repository, ...args], {
    input,
    env: { ...process.env, GIT_AUTHOR_DATE: '2021-07-01T00:00:00Z', GIT_COMMITTER_DATE: '2021-07-01T00:00:00Z' },
  }).toString();
const nameOf = (content: string) => git(['hash-object', '--stdin'], content).trim();

let server: Running;
let without: Running;
let mails = 0;
const box: string[] = [];

function commit(path: string, content: string): void {
  mkdirSync(join(repository, path, '..'), { recursive: true });
  writeFileSync(join(repository, path), content);
  git(['add', '-A']);
  git(['commit', '-q', '-m', `change ${path}`]);
}

/** Posts the last commit as a mail; `spoil` damages it like a mailer. */
function post(spoil: (text: string) => string = (text) => text): void {
  const n = mails++;
  const text = git(['format-patch', '-1', '--stdout']).replace(/^[\s\S]*?\n\n/, '');
  box.push(
    `From u@example.org Thu Jul  1 00:00:00 2021\nFrom: U <u@example.org>\nList-Id: <a.example.org>\nSubject: [PATCH] change ${n}\nDate: Thu, 01 Jul 2021 00:00:${10 + n} +0000\nMessage-ID: <b-${n}@example.org>\n${spoil(`\nWhy.\n\n${text}`)}\n`,
  );
}

const page = async (oid: string, at = server) => {
  const answer = await fetch(`${at.base}/a/${oid}/s/`, { redirect: 'manual' });
  return { status: answer.status, text: await answer.text(), location: answer.headers.get('location') };
};

const lines = (n: number) => Array.from({ length: n }, (_, at) => `line ${at}\n`).join('');
const OLD = lines(30);
const OLDER = OLD.replace('line 3\n', 'LINE 3\n');
const GROWN = `${lines(20)}int ä = "</pre>";\n`;
const LAST = GROWN.replace('line 4\n', 'four\n').replace(/\n$/, '');

beforeAll(async () => {
  mkdirSync(repository);
  git(['init', '-q']);
  commit('src/old.c', OLD);
  // Only in the repository.
  commit('src/old.c', OLDER);
  post();
  commit('lib/new.c', lines(20));
  post();
  commit('lib/new.c', GROWN);
  post(
    (text) =>
      `Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${Buffer.from(text.slice(1).replaceAll('\n', '\r\n')).toString('base64')}\n`,
  );
  commit('lib/new.c', LAST);
  // Context that lost its white space.
  post((text) => text.replaceAll('\n line 5\n', '\n line  5\n'));
  commit('lib/spoilt.c', 'a\nb\n');
  post((text) => text.replace('+b', '+B'));
  const file = join(folder.path, 'a.mbox');
  writeFileSync(file, box.join(''));
  const database = join(folder.path, 'a.sqlite');
  ingest(database, file);
  server = await startServer(database, { THREADLINE_REPOSITORIES: `/nonexistent:${repository}` });
  without = await startServer(database);
});

afterAll(async () => {
  await server?.stop();
  await without?.stop();
  folder.remove();
});

describe('a blob', () => {
  it.each([
    ['a new file', lines(20), 1],
    ['changed by a mail in base64 with CRLF', GROWN, 2],
    ['changed by a mail with other white space', LAST, 3],
  ])('is made of patches: %s', async (_, content, steps) => {
    for (const at of [server, without]) {
      const { status, text } = await page(nameOf(content).slice(0, 9), at);
      expect(status).toBe(200);
      expect(text).toContain(nameOf(content));
      expect(text.match(/href="\/r\/b-\d@example\.org\/"/g) ?? []).toHaveLength(at === without ? steps : 0);
    }
    const raw = await fetch(`${without.base}/a/${nameOf(content)}/s/new.c`);
    expect(await raw.text()).toBe(content);
    expect(raw.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('begins at a file that only a repository has', async () => {
    expect((await page(nameOf(OLDER))).status).toBe(200);
    const { status, text } = await page(nameOf(OLDER), without);
    expect(status).toBe(404);
    expect(text).toContain(nameOf(OLD).slice(0, 7));
    expect(text).toContain('/r/b-0@example.org/');
  });

  it('must match its name', async () => {
    const { status, text } = await page(nameOf('a\nb\n'), without);
    expect(status).toBe(404);
    expect(text).toContain('do not apply');
  });

  it('is shown line by line, with markup escaped', async () => {
    const { text } = await page(nameOf(GROWN), without);
    expect(text).toContain('<a id="n21" href="#n21">21</a>\tint ä = &quot;&lt;/pre&gt;&quot;;');
  });

  it.each(['0000000', 'abcdef0', 'a'.repeat(64)])('%s is not found', async (oid) => {
    expect((await page(oid)).status).toBe(404);
  });

  it('every index line of a mail leads there', async () => {
    const text = await (await fetch(`${without.base}/a/b-2@example.org/`)).text();
    for (const content of [lines(20), GROWN])
      expect(text).toMatch(new RegExp(`href="/all/${nameOf(content).slice(0, 7)}[0-9a-f]*/s/"`));
  });
});

describe.skipIf(!ARCHIVES)('500 blobs of linux-edac', () => {
  const real = scratch();
  let edac: Running;
  afterAll(async () => {
    await edac?.stop();
    real.remove();
  });

  it('have the names that git computes for their bytes', { timeout: 300_000 }, async () => {
    const database = join(real.path, 'a.sqlite');
    ingest(database, archive('linux-edac'));
    edac = await startServer(database);
    const reader = await Reader.open(database, 1);
    const names = await reader.read((db) =>
      db.all<{ value: string }>('SELECT DISTINCT value FROM term WHERE kind = ? ORDER BY value', [TERM.dfpost]),
    );
    await reader.close();
    const made: string[] = [];
    for (const { value } of names) {
      const answer = await fetch(`${edac.base}/linux-edac/${value}/s/x`);
      expect([200, 404]).toContain(answer.status);
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (answer.status === 200) writeFileSync(join(real.path, value), bytes);
      if (answer.status === 200 && made.push(value) === 500) break;
    }
    expect(made).toHaveLength(500);
    const output = git(
      ['hash-object', '--no-filters', '--stdin-paths'],
      made.map((name) => join(real.path, name)).join('\n'),
    );
    const hashes = output.trim().split('\n');
    expect(hashes.filter((hash, n) => !hash.startsWith(made[n] as string))).toEqual([]);
  });
});
