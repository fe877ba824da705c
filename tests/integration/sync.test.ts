import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader, type Snapshot } from '#db/open';
import { verify } from '#db/queries/verify';
import { KINDS } from '../../cli/kinds';
import { ARCHIVES, archive } from '../archives';
import { command, type IngestSummary, ingest, scratch } from '../command';
import { commitOf, PublicInbox, publicInboxInstalled } from '../publicinbox';

const ALL = ['messages', 'threads', 'series', 'trailers', 'people', 'topics', 'mm'];
/** The number of mails of linux-edac at first; and below, in each later step. */
const FIRST = 150;
const STEP = 50;

const mail = (name: string, more = '') =>
  `From: Ada <ada@example.org>\nTo: edac@example.org\nDate: Wed, 25 Nov 2020 10:00:00 +0000\nMessage-ID: <${name}@example.org>\nSubject: About ${name}\n${more}\nText of ${name}.\n`;

/** Queries a database in this process, because starting a command for each query would take most of the time. */
async function asked<T>(database: string, question: (db: Snapshot) => Promise<T>): Promise<T> {
  const reader = await Reader.open(database, 1);
  try {
    return await reader.read(question);
  } finally {
    await reader.close();
  }
}

/** The hash of the output of `npm run export`. */
const exported = (database: string, kind: string) =>
  asked(database, async (db) => {
    const hash = createHash('sha256');
    for await (const object of (KINDS[kind] as (typeof KINDS)[string])(db)) hash.update(`${JSON.stringify(object)}\n`);
    return hash.digest('hex');
  });

async function objects<T>(database: string, kind: string): Promise<T[]> {
  return asked(database, async (db) => {
    const found: T[] = [];
    for await (const object of (KINDS[kind] as (typeof KINDS)[string])(db)) found.push(object as T);
    return found;
  });
}

const msgids = async (database: string) =>
  (await objects<{ msgid: string }>(database, 'messages')).map(({ msgid }) => msgid);

/** The faults and unfinished work that `npm run verify` finds. */
const faults = (database: string) =>
  asked(database, async (db) => {
    const found: string[] = [];
    for await (const step of verify(db)) if (!('check' in step)) found.push(JSON.stringify(step));
    return found;
  });

const balanced = ({ read, stored, duplicate, deleted, rejected }: IngestSummary) =>
  expect(read).toBe(stored + duplicate + deleted + rejected);

describe.skipIf(ARCHIVES === null || !publicInboxInstalled)('a list on a public-inbox server', () => {
  const folder = scratch();
  let server: PublicInbox;
  const database = `${folder.path}/synced.sqlite`;
  const url = () => `${server.base}/edac/`;

  /** Compares with a database made by reading the server's directory directly. */
  async function expectAsLocal(list = 'edac', synced = database): Promise<void> {
    const local = `${folder.path}/local.sqlite`;
    for (const name of readdirSync(folder.path))
      if (name.startsWith('local.sqlite')) rmSync(join(folder.path, name), { recursive: true });
    ingest(local, server.path(list));
    for (const kind of ALL) expect(await exported(synced, kind), kind).toBe(await exported(local, kind));
    expect(await faults(synced)).toEqual([]);
  }

  beforeAll(async () => {
    server = await PublicInbox.in(`${folder.path}/server`);
    server.init('edac');
    server.append('edac', 0, archive('linux-edac/git/0.git'), 0, FIRST);
    server.init('kexec');
    rmSync(join(server.path('kexec'), 'git', '0.git'), { recursive: true });
    cpSync(archive('kexec/git/0.git'), join(server.path('kexec'), 'git', '0.git'), { recursive: true });
    execFileSync('chmod', ['-R', 'u+w', server.path('kexec')]);
    await server.start();
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('is copied completely, as if its directory had been read', async () => {
    const synced = `${folder.path}/kexec.sqlite`;
    const summary = ingest(synced, `${server.base}/kexec`);
    expect(summary.stored).toBeGreaterThan(2000);
    balanced(summary);
    await expectAsLocal('kexec', synced);
    expect(ingest(synced, `${server.base}/kexec/`).read).toBe(0);
  });

  it('is fetched as it grows', async () => {
    expect(ingest(database, url()).read).toBe(FIRST);
    server.append('edac', 0, archive('linux-edac/git/0.git'), FIRST, FIRST + STEP);
    expect(ingest(database, url()).read).toBe(STEP);
    expect(ingest(database, url()).read).toBe(0);
    await expectAsLocal();
  });

  it('withdraws what the list withdraws', async () => {
    server.index('edac');
    for (const name of ['one', 'two', 'three']) server.deliver('edac', mail(name));
    expect(ingest(database, url())).toMatchObject({ read: 3, stored: 3 });
    server.run('public-inbox-learn', ['rm'], mail('two'));
    expect(ingest(database, url())).toMatchObject({ read: 1, deleted: 1 });
    expect(await msgids(database)).not.toContain('two@example.org');
    await expectAsLocal();
  });

  it('can be searched, and its threads and mails can be read by URL', async () => {
    const fresh = `${folder.path}/parts.sqlite`;
    const read = (path: string) => ingest(fresh, url() + path);
    const sizes = (await objects<{ messages: string[] }>(database, 'threads')).map(({ messages }) => messages);
    const thread = sizes.find(
      (messages) => messages.length > 3 && messages.every((id) => !/[/%]/.test(id)),
    ) as string[];
    expect(read(`${thread[1]}/raw`)).toMatchObject({ read: 1, stored: 1, lists: { edac: 1 } });
    const whole = read(`${thread[1]}/`);
    expect(whole.read).toBe(whole.stored + 1);
    expect(read(`${thread[0]}/T/#u`).stored).toBe(0);
    expect(read('?q=f:ada@example.org')).toMatchObject({ read: 2, stored: 2 });
    // A failing source is named; the others are read anyway.
    const none = `${url()}?q=s:nobody-wrote-this`;
    const ran = command('ingest', ['--json', none, `${server.base}/nolist/`, url()], fresh);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/no message matches the search/);
    expect(ran.stderr).toMatch(/nolist\/: not a public-inbox list/);
    expect(await msgids(fresh)).toEqual(await msgids(database));
  });

  it('withdraws purged mails, also from the copy', async () => {
    server.run('public-inbox-purge', [server.path('edac')], mail('one'));
    const summary = ingest(database, url());
    expect(summary).toMatchObject({ read: 1, deleted: 1 });
    expect(await msgids(database)).not.toContain('one@example.org');
    await expectAsLocal();
    const objects = mirror(['cat-file', '--batch-all-objects', '--batch']);
    expect(objects).toContain('Text of three.');
    expect(objects).not.toContain('Text of one.');
    // A mail in the middle, with all commits after it rewritten.
    const old = server.git('edac', 0, ['show', `HEAD~${STEP}:m`]);
    const [, msgid] = /^message-id:\s*<(.+)>/im.exec(old) ?? [];
    server.run('public-inbox-purge', [server.path('edac')], old);
    expect(ingest(database, url())).toMatchObject({ read: 1, deleted: 1 });
    expect(await msgids(database)).not.toContain(msgid);
    await expectAsLocal();
  });

  const mirror = (args: string[]) => {
    const [name = ''] = readdirSync(`${database}-mirrors`);
    return execFileSync('git', ['--git-dir', join(`${database}-mirrors`, name, 'git/0.git'), ...args], {
      encoding: 'latin1',
      maxBuffer: 1 << 28,
    });
  };

  it('replaces an edited mail', async () => {
    const text = mail('three').replace('Text of three.', 'Text without the password.');
    const before = server.git('edac', 0, ['rev-parse', 'HEAD~3']).trim();
    server.git('edac', 0, ['update-ref', 'refs/heads/master', before]);
    server.commit('edac', 0, [commitOf('m', text, 1_606_300_000)]);
    const summary = ingest(database, url());
    expect(summary.stored).toBe(1);
    expect(summary.deleted).toBeGreaterThan(0);
    balanced(summary);
    await expectAsLocal();
  });

  it('loses nothing if the history only becomes shorter, and continues when it grows again', async () => {
    const before = await msgids(database);
    const head = server.git('edac', 0, ['rev-parse', 'HEAD']).trim();
    server.git('edac', 0, ['update-ref', 'refs/heads/master', `${head}~2`]);
    const ran = command('ingest', ['--json', url()], database);
    expect(ran.stderr).toMatch(/the server lost the newest commits of epoch 0; they are kept/);
    expect(await msgids(database)).toEqual(before);
    server.git('edac', 0, ['update-ref', 'refs/heads/master', head]);
    expect(ingest(database, url()).read).toBe(0);
  });

  it('follows a force-push: removes missing mails, and adds new ones', async () => {
    const base = server.git('edac', 0, ['rev-list', '--reverse', '--first-parent', 'HEAD']).split('\n')[
      FIRST - STEP - 1
    ];
    server.git('edac', 0, ['update-ref', 'refs/heads/master', base ?? '']);
    server.commit('edac', 0, [commitOf('m', mail('forced'), 1_606_400_000)]);
    const summary = ingest(database, url());
    balanced(summary);
    expect(summary).toMatchObject({ stored: 1, lists: { edac: FIRST - STEP + 1 } });
    expect(summary.deleted).toBeGreaterThan(STEP);
    await expectAsLocal();
  });

  it('continues in a new epoch, which may withdraw a mail of an older one', async () => {
    const day = 1_606_500_000;
    server.commit('edac', 1, [
      commitOf('m', mail('four'), day),
      commitOf('d', mail('forced'), day),
      commitOf('m', mail('five'), day),
    ]);
    // The server counts an inbox's epochs only now and then; a new process does so at once.
    await server.stop();
    await server.start();
    expect(ingest(database, url())).toMatchObject({ read: 3, stored: 2, deleted: 1 });
    await expectAsLocal();
    // Reading the older epoch again must not bring that mail back.
    const head = server.git('edac', 0, ['rev-parse', 'HEAD']).trim();
    server.git('edac', 0, ['update-ref', 'refs/heads/master', `${head}~3`]);
    server.commit('edac', 0, [commitOf('m', mail('forced'), 1_606_400_000)]);
    expect(ingest(database, url())).toMatchObject({ read: 2, stored: 0, deleted: 2 });
    await expectAsLocal();
  });

  it('of version 1 is copied and fetched too', async () => {
    server.init('old', 1);
    for (const name of ['p', 'q']) server.deliver('old', mail(name).replace('edac@', 'old@'));
    await server.stop();
    await server.start();
    const old = `${folder.path}/old.sqlite`;
    expect(ingest(old, `${server.base}/old/`)).toMatchObject({ read: 2, stored: 2, lists: { old: 2 } });
    server.deliver('old', mail('r').replace('edac@', 'old@'));
    server.run('public-inbox-learn', ['rm'], mail('p').replace('edac@', 'old@'));
    expect(ingest(old, `${server.base}/old/`)).toMatchObject({ read: 2, stored: 1, deleted: 1 });
    await expectAsLocal('old', old);
  });

  it('keeps the mails of an epoch that the server no longer has', async () => {
    const before = await msgids(database);
    const head = server.git('edac', 0, ['rev-parse', 'HEAD']).trim();
    server.git('edac', 0, ['update-ref', '-d', 'refs/heads/master']);
    const ran = command('ingest', ['--json', url()], database);
    expect([ran.status, ran.stderr]).toEqual([
      0,
      expect.stringMatching(/epoch 0 is no longer in the server's manifest; its mails are kept/),
    ]);
    expect(await msgids(database)).toEqual(before);
    server.git('edac', 0, ['update-ref', 'refs/heads/master', head]);
    expect(ingest(database, url()).read).toBe(0);
  });

  it('follows withdrawals of the server after being read from a copy first', async () => {
    const copied = `${folder.path}/copied.sqlite`;
    ingest(copied, server.path('edac'));
    expect(ingest(copied, url()).stored).toBe(0);
    server.commit('edac', 1, [commitOf('d', mail('four'), 1_606_600_000)]);
    expect(ingest(copied, url())).toMatchObject({ read: 1, deleted: 1 });
    expect(await msgids(copied)).not.toContain('four@example.org');
  });
});

/** Starts an ingest in the background; yields its lines. */
function start(
  database: string,
  args: string[],
): { child: ChildProcess; ended: Promise<number | string | null>; line(n: number): Promise<Line> } {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../dist/ingest.mjs'), ...args], {
    env: { ...process.env, THREADLINE_DB: database },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  let wake = () => {};
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    wake();
  });
  const ended = new Promise<number | string | null>((done) =>
    child.once('exit', (code, signal) => {
      wake();
      done(signal ?? code);
    }),
  );
  const line = async (n: number): Promise<Line> => {
    for (;;) {
      const lines = said.split('\n').slice(0, -1);
      if (lines[n] !== undefined) return JSON.parse(lines[n]) as Line;
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode} after ${lines.length} lines`);
      await new Promise<void>((more) => {
        wake = more;
      });
    }
  };
  return { child, ended, line };
}

interface Line {
  source: string;
  read: number;
  stored: number;
  deleted: number;
  error: string | null;
  next: number;
}

describe.skipIf(!publicInboxInstalled)('a list that is followed', () => {
  const folder = scratch();
  let server: PublicInbox;
  const day = 1_606_500_000;
  beforeAll(async () => {
    server = await PublicInbox.in(`${folder.path}/server`);
    server.init('widgets');
    server.commit(
      'widgets',
      0,
      ['a', 'b', 'c'].map((name) => commitOf('m', mail(name), day)),
    );
    await server.start();
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('is read again and again, through failures, until interrupted', async () => {
    const database = `${folder.path}/followed.sqlite`;
    const local = `${folder.path}/beside`;
    const beside = new PublicInboxFolder(local);
    beside.commit(['x']);
    const { child, ended, line } = start(database, [
      '--follow',
      '--json',
      '--every',
      '1',
      `${server.base}/widgets/`,
      local,
    ]);
    let n = 0;
    /** The next line of a source that says more than "nothing new". */
    const next = async (source: string): Promise<Line> => {
      for (;;) {
        const outcome = await line(n++);
        if (outcome.source.startsWith(source) && (outcome.read > 0 || outcome.error)) return outcome;
      }
    };
    try {
      const first = [await line(n++), await line(n++)].sort((a, b) => b.read - a.read);
      expect(first).toMatchObject([
        { source: `${server.base}/widgets/`, read: 3, stored: 3, error: null },
        { source: local, read: 1, error: null },
      ]);
      server.commit('widgets', 0, [commitOf('m', mail('d'), day + 1)]);
      expect(await next(server.base)).toMatchObject({ read: 1, stored: 1 });
      beside.commit(['y', 'z']);
      expect(await next(local)).toMatchObject({ read: 2, stored: 2 });
      server.commit('widgets', 0, [commitOf('d', mail('a'), day + 2)]);
      expect(await next(server.base)).toMatchObject({ read: 1, deleted: 1 });
      server.commit('widgets', 1, [commitOf('m', mail('e'), day + 3)]);
      expect(await next(server.base)).toMatchObject({ read: 1, stored: 1 });
      await server.stop();
      const failed = await next(server.base);
      expect(failed.error).toMatch(/manifest\.js\.gz: connection refused/);
      server.commit('widgets', 1, [commitOf('m', mail('f'), day + 4)]);
      await server.start();
      let outcome = await next(server.base);
      while (outcome.error) outcome = await next(server.base);
      expect(outcome).toMatchObject({ read: 1, stored: 1 });
    } finally {
      child.kill('SIGTERM');
    }
    expect(await ended).toBe(0);
    expect((await msgids(database)).sort()).toEqual(
      ['b', 'c', 'd', 'e', 'f', 'x', 'y', 'z'].map((name) => `${name}@example.org`),
    );
    expect(await faults(database)).toEqual([]);
  });

  it('waits for no other server than its own', async () => {
    const database = `${folder.path}/patient.sqlite`;
    const asked: string[] = [];
    // It never answers us, nor git after the manifest.
    const silent = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/late/manifest.js.gz') response.end('{"/late/git/0.git":{}}');
    });
    await new Promise<void>((ready) => silent.listen(0, 'localhost', ready));
    const { port } = silent.address() as AddressInfo;
    const never = `http://localhost:${port}/late/`;
    const { child, ended, line } = start(database, [
      '--follow',
      '--json',
      '--every',
      '1',
      never,
      `${server.base}/widgets/`,
    ]);
    try {
      expect(await line(0)).toMatchObject({ source: `${server.base}/widgets/`, error: null });
      server.commit('widgets', 1, [commitOf('m', mail('g'), day + 5)]);
      let n = 1;
      while (!(await line(n)).stored) n++;
      expect(asked.some((path) => path.includes('info/refs'))).toBe(true);
      // A second process does not touch the copy that this one is making.
      const beside = command('ingest', ['--json', never], `${folder.path}/patient.sqlite`);
      expect([beside.status, beside.stderr]).toEqual([
        1,
        expect.stringMatching(/another ingest \(process \d+\) is copying this list\. Wait until it ends/),
      ]);
    } finally {
      child.kill('SIGTERM');
      silent.closeAllConnections();
      silent.close();
    }
    expect(await ended).toBe(0);
    expect(await faults(database)).toEqual([]);
  });

  it('needs URLs or paths', async () => {
    expect(command('ingest', ['--follow'], `${folder.path}/none.sqlite`).status).toBe(2);
    expect(command('ingest', ['--follow', '-'], `${folder.path}/none.sqlite`).status).toBe(2);
  });
});

/** A public-inbox directory without a server. */
class PublicInboxFolder {
  #made = false;
  constructor(private readonly path: string) {}

  commit(names: string[]): void {
    const git = join(this.path, 'git', '0.git');
    if (!this.#made) execFileSync('git', ['init', '-q', '--bare', '--initial-branch=master', git]);
    const onto = this.#made ? 'reset refs/heads/master\nfrom refs/heads/master^0\n\n' : '';
    this.#made = true;
    execFileSync('git', ['--git-dir', git, 'fast-import', '--quiet'], {
      input: Buffer.concat([Buffer.from(onto), ...names.map((name) => commitOf('m', mail(name), 1_606_500_000))]),
    });
  }
}

describe.skipIf(ARCHIVES === null || !publicInboxInstalled)('an ingest killed while it copies', () => {
  const folder = scratch();
  let server: PublicInbox;
  beforeAll(async () => {
    server = await PublicInbox.in(`${folder.path}/server`);
    server.init('edac');
    server.append('edac', 0, archive('linux-edac/git/0.git'), 0, 300);
    await server.start();
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  /** Kills an ingest this many milliseconds after its git began; resolves to whether git was running. */
  async function killed(database: string, milliseconds: number): Promise<boolean> {
    const { child, ended } = start(database, [`${server.base}/edac/`]);
    const isCopying = () =>
      readdirSync(folder.path, { recursive: true }).some((name) => String(name).endsWith('0.git.pid'));
    while (!isCopying() && child.exitCode === null) await new Promise((later) => setTimeout(later, 5));
    await new Promise((later) => setTimeout(later, milliseconds));
    const copying = isCopying();
    child.kill('SIGKILL');
    await ended;
    return copying;
  }

  it('is completed by the next, cloning or fetching', async () => {
    const database = `${folder.path}/killed.sqlite`;
    const times: boolean[] = [];
    for (const milliseconds of [0, 40]) times.push(await killed(database, milliseconds));
    expect(ingest(database, `${server.base}/edac/`).stored).toBeGreaterThan(0);
    server.append('edac', 0, archive('linux-edac/git/0.git'), 300, 500);
    for (const milliseconds of [0, 20]) times.push(await killed(database, milliseconds));
    ingest(database, `${server.base}/edac/`);
    const local = `${folder.path}/local.sqlite`;
    ingest(local, server.path('edac'));
    for (const kind of ALL) expect(await exported(database, kind), kind).toBe(await exported(local, kind));
    expect(await faults(database)).toEqual([]);
    expect(times).toContain(true);
    console.info(`killed while git was at work: ${times.filter(Boolean).length} of ${times.length}`);
  });
});
