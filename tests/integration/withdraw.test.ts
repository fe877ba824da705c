import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection } from '#db/open';
import { freePort } from '../../bench/process';
import { command, ingest, scratch } from '../command';
import { newsTalk } from '../news';
import { type Running, startServer } from '../server';

const SECRET = 'zirkonkette';
const folder = scratch();
const database = join(folder.path, 'a.sqlite');
const box = join(folder.path, 'a.mbox');
let server: Running;
let news = 0;

const mail = (n: number, words: string, answers?: number) =>
  `From x@example.org Mon Jan  2 15:04:0${n} 2006\nFrom: "Writer ${n}" <w${n}@example.org>\nTo: a-list@example.org\n` +
  `List-Id: <a-list.example.org>\nSubject: ${answers === undefined ? '' : 'Re: '}about the box\nDate: Mon, 02 Jan 2006 15:04:0${n} +0000\n` +
  `Message-ID: <box-${n}@example.org>\n${answers === undefined ? '' : `In-Reply-To: <box-${answers}@example.org>\n`}\n${words}\n\n`;

const MAILS = [
  mail(1, 'The first mail of this thread asks what the box is.'),
  mail(2, `My address is Hill 4, and the word is ${SECRET}.`, 1),
  mail(3, 'An answer that quotes nothing of it, and says that boxes are square.', 2),
];

beforeAll(async () => {
  writeFileSync(box, MAILS.join(''));
  ingest(database, box);
  expect(command('mirror', [], database).status).toBe(0);
  news = await freePort();
  server = await startServer(database, { THREADLINE_NNTP: String(news), THREADLINE_NOINDEX: 'a-list, b-list' });
});

afterAll(async () => {
  await server?.stop();
  folder.remove();
});

// Connections are not kept, because commands block this process longer than the server keeps them.
const ask = async (path: string) => {
  const answer = await fetch(server.base + path, { redirect: 'manual', headers: { Connection: 'close' } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, text: (path.endsWith('.gz') && answer.ok ? gunzipSync(bytes) : bytes).toString() };
};

/** The URLs and files of this site that contain the word. */
async function whereFound(): Promise<string[]> {
  const doors = [
    ...['/', '/a-list/', '/all/', '/a-list/2006-01/', '/a-list/2006-W01/', '/people/', '/topics/', `/search/?q=boxes`],
    ...['', 'T/', 't/', 'raw', 'digest/', 't.mbox.gz', 't.atom'].flatMap((view) =>
      [1, 2, 3].map((n) => `/a-list/box-${n}@example.org/${view}`),
    ),
    ...['/a-list/new.atom', `/a-list/?q=${SECRET}&x=A`, '/api/v1/messages/box-2@example.org'],
    ...['/api/v1/threads/box-1@example.org', `/api/v1/search?q=${SECRET}&limit=5`],
  ];
  const found = [];
  for (const door of doors) {
    const { status, text } = await ask(door);
    expect(status, door).toBeLessThan(500);
    // The page repeats the query.
    if (text.replaceAll(`q=${SECRET}`, '').includes(`word is ${SECRET}`)) found.push(door);
  }
  const clone = join(folder.path, `clone-${Math.random()}`);
  execFileSync('git', ['clone', '-q', '--mirror', `${server.base}/a-list/git/0.git`, clone]);
  const objects = execFileSync('git', ['-C', clone, 'cat-file', '--batch-all-objects', '--batch', '--unordered']);
  if (objects.includes(SECRET)) found.push('git');
  const article = await newsTalk(news, 'GROUP org.example.a-list', 'ARTICLE 2');
  if (article.includes(SECRET)) found.push('nntp');
  for (const kind of ['messages', 'threads', 'people'])
    if (/box-2@|Writer 2/.test(JSON.stringify(exported(kind, 'box-2@example.org')))) found.push(kind);
  const seed = join(folder.path, `seed-${Math.random()}.sqlite`);
  expect(command('backup', [seed], database).status).toBe(0);
  if (await holds(seed)) found.push('backup');
  return found;
}

/** The lines of an export, without references in other mails. */
const exported = (kind: string, msgid: string) =>
  command('export', [kind], database)
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((row) => row.msgid === msgid || row.name === 'Writer 2');

async function holds(path: string): Promise<boolean> {
  if (readFileSync(path).includes(SECRET)) return true;
  const db = await Connection.open(path, 'read');
  const blocks = await db.all<{ data: Buffer }>('SELECT data FROM block');
  await db.close();
  return blocks.some(({ data }) => brotliDecompressSync(data).includes(SECRET));
}

describe('a message that the operator withdraws', () => {
  it('is there at first', async () => {
    const found = await whereFound();
    expect(found).toEqual(
      expect.arrayContaining(['/a-list/box-2@example.org/raw', 'git', 'nntp', 'messages', 'backup']),
    );
  });

  it('is on a list that search engines are asked not to index', async () => {
    for (const [path, robots] of [
      ['/a-list/', 'noindex'],
      ['/a-list/box-1@example.org/', 'noindex'],
      ['/', null],
    ] as const)
      expect((await fetch(server.base + path, { headers: { Connection: 'close' } })).headers.get('X-Robots-Tag')).toBe(
        robots,
      );
  });

  it('needs a reason, and an id', () => {
    expect(command('withdraw', ['<box-2@example.org>'], database).status).toBe(2);
    expect(command('withdraw', ['two words', '--reason', 'x'], database).status).toBe(1);
    expect(command('withdraw', ['<box-2@example.org>', '--reason', ' '], database).status).toBe(1);
  });

  it('is nowhere any more, and its page says why', async () => {
    const ran = command('withdraw', ['<box-2@example.org>', '--reason', 'an address of a home'], database);
    expect([ran.status, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout).toContain('1 withdrawn');
    expect(await whereFound()).toEqual([]);
    for (const view of ['', 'raw', 'html']) {
      const { status, text } = await ask(`/a-list/box-2@example.org/${view}`);
      expect([view, status, text.includes('an address of a home')]).toEqual([view, 410, true]);
    }
    expect((await ask('/api/v1/messages/box-2@example.org')).status).toBe(410);
    expect((await ask('/withdrawn/')).text).toContain('box-2@example.org');
    expect((await ask('/a-list/box-3@example.org/t/')).text).toContain('withdrawn by the operator');
    expect((await ask('/a-list/box-3@example.org/')).text).toContain('that the operator withdrew');
    expect(command('verify', [], database).status).toBe(0);
  });

  it('is not stored again from any source, and stays withdrawn in a rebuilt database', () => {
    const again = join(folder.path, 'again.mbox');
    writeFileSync(again, MAILS.join(''));
    expect(ingest(database, again)).toMatchObject({ read: 3, stored: 0, duplicate: 2, deleted: 1, rejected: 0 });
    const rebuilt = join(folder.path, 'rebuilt.sqlite');
    expect(command('backup', [rebuilt], database).status).toBe(0);
    expect(command('upgrade', ['--rebuild'], rebuilt)).toMatchObject({ status: 0 });
    expect(ingest(rebuilt, again, box)).toMatchObject({ stored: 0 });
    expect(command('verify', [], rebuilt).status).toBe(0);
  });

  it('is complete again after a restore', async () => {
    const ran = command('restore', ['box-2@example.org'], database);
    expect([ran.status, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout).toContain('1 stored again');
    expect((await ask('/a-list/box-2@example.org/raw')).text).toContain(SECRET);
    expect(await whereFound()).toContain('git');
    expect((await ask('/withdrawn/')).text).toContain('None.');
    expect(command('restore', ['box-2@example.org'], database).status).toBe(1);
    expect(command('verify', [], database).status).toBe(0);
  });

  it('that is not in the database is kept out', async () => {
    const later = join(folder.path, 'later.mbox');
    writeFileSync(later, mail(5, `A mail that comes later: ${SECRET}`));
    const ran = command('withdraw', ['box-5@example.org', '--reason', 'asked for by its author'], database);
    expect(ran.stdout).toContain('not in this database');
    expect(ingest(database, later)).toMatchObject({ read: 1, stored: 0, deleted: 1 });
  });
});
