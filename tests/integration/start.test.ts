import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { childrenOf, freePort } from '../../bench/process';
import { command, scratch } from '../command';
import { PublicInbox, publicInboxInstalled } from '../publicinbox';

const ROOT = resolve(import.meta.dirname, '..', '..');
const folder = scratch();
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});
afterAll(() => folder.remove());

interface Started {
  child: ChildProcess;
  base: string;
  said(): string;
}

/** Runs `npm start -- ARGS` with the given database. */
async function start(database: string, ...args: string[]): Promise<Started> {
  const port = await freePort();
  const child = spawn(process.execPath, ['scripts/start.mjs', ...args], {
    cwd: ROOT,
    env: { ...process.env, THREADLINE_DB: database, PORT: String(port), HOST: '127.0.0.1', THREADLINE_LOG: 'error' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part));
  return { child, base: `http://127.0.0.1:${port}`, said: () => said };
}

async function until<T>(ask: () => Promise<T | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== false) return answer;
    await new Promise((later) => setTimeout(later, 100));
  }
}

/** Waits for a page that `shows` something. */
const pageOf = (base: string, path: string, shows: RegExp) =>
  until(async () => {
    const response = await fetch(base + path).catch(() => null);
    const html = response?.status === 200 ? await response.text() : '';
    return shows.test(html) && html;
  });

const messagesOf = (database: string) => command('export', ['messages'], database).stdout;
const mbox = (seed: number, messages: number) =>
  command('sample', ['--messages', String(messages), '--seed', String(seed)], '/nowhere').stdout;

describe('npm start with archives', () => {
  it('serves from the first batch on, and follows its sources when started again without arguments', async () => {
    const archive = `${folder.path}/a.mbox`;
    const database = `${folder.path}/a.sqlite`;
    writeFileSync(archive, mbox(1, 3000));
    const first = await start(database, archive);
    await pageOf(first.base, '/', /threadline-sample/);
    // Killed abruptly, at any point of its ingest.
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    expect(readFileSync(`${database}.sources`, 'utf8')).toContain(archive);

    writeFileSync(archive, mbox(1, 3000) + mbox(2, 5).replaceAll('<sample.', '<later.'));
    const second = await start(database);
    await pageOf(second.base, '/', /threadline-sample/);
    const undisturbed = `${folder.path}/b.sqlite`;
    expect(command('ingest', [archive], undisturbed).status).toBe(0);
    const expected = messagesOf(undisturbed);
    await until(async () => messagesOf(database) === expected);
    const ended = once(second.child, 'exit');
    second.child.kill('SIGTERM');
    await ended;
    await until(async () => !existsSync(`${database}.progress.json`));
  }, 120_000);

  it('ends its ingest when it ends', async () => {
    const archive = `${folder.path}/c.mbox`;
    writeFileSync(archive, mbox(3, 200));
    const started = await start(`${folder.path}/c.sqlite`, archive);
    await pageOf(started.base, '/', /threadline-sample/);
    const children = childrenOf(started.child.pid as number);
    expect(children.length).toBeGreaterThan(1);
    started.child.kill('SIGKILL');
    await until(async () => children.every((pid) => !existsSync(`/proc/${pid}`)));
  }, 60_000);

  it('rejects a path that does not exist before installing or storing anything', async () => {
    const database = `${folder.path}/d.sqlite`;
    const started = await start(database, `${folder.path}/nowhere.mbox`);
    expect((await once(started.child, 'exit'))[0]).toBe(1);
    expect(started.said()).toContain('nowhere.mbox: no such file or folder');
    expect(existsSync(`${database}.sources`)).toBe(false);
  }, 30_000);

  it('ends, and says why, where a port is taken once it has been looked at', async () => {
    const [port, nntp] = [await freePort(), await freePort()];
    const taken = createServer().listen(nntp, '127.0.0.1');
    await once(taken, 'listening');
    const server = spawn(process.execPath, ['scripts/watched.mjs', '127.0.0.1', String(port)], {
      cwd: ROOT,
      env: { ...process.env, THREADLINE_DB: `${folder.path}/f.sqlite`, THREADLINE_NNTP: String(nntp) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    running.add(server);
    let said = '';
    server.stderr?.on('data', (part: Buffer) => (said += part));
    expect((await once(server, 'exit'))[0]).toBe(1);
    taken.close();
    expect(said).toBe(
      `cannot listen on 127.0.0.1:${nntp}: the port is in use; set THREADLINE_NNTP to another number.\n`,
    );
  }, 30_000);

  it('refuses one port for both pages and news', async () => {
    const port = String(await freePort());
    const env = { ...process.env, PORT: port, THREADLINE_NNTP: port };
    const refused = spawnSync(process.execPath, ['scripts/start.mjs'], { cwd: ROOT, env, encoding: 'utf8' });
    expect(refused.status).toBe(1);
    expect(refused.stderr).toBe(`PORT and THREADLINE_NNTP are both ${port}: set them to different ports.\n`);
  }, 30_000);

  it('sets the sample archive aside for a real one', async () => {
    const database = `${folder.path}/e.sqlite`;
    const sample = await start(database);
    await pageOf(sample.base, '/', /threadline-sample/);
    const ended = once(sample.child, 'exit');
    sample.child.kill('SIGTERM');
    await ended;
    const archive = `${folder.path}/e.mbox`;
    writeFileSync(
      archive,
      'From a Sat Nov 28 12:00:00 2026\nMessage-ID: <one@example.org>\nFrom: A <a@example.org>\nList-Id: <real.example.org>\nSubject: A real mail\nDate: Sat, 28 Nov 2026 12:00:00 +0000\n\nWords.\n',
    );
    const real = await start(database, archive);
    const home = await pageOf(real.base, '/', /A real mail/);
    expect(home).not.toContain('threadline-sample');
    expect(existsSync(`${database}.sample`)).toBe(true);
  }, 120_000);
});

describe.skipIf(!publicInboxInstalled)('npm start with the URL of a list', () => {
  it('shows the list, and mails that arrived while it was stopped', async () => {
    const inbox = await PublicInbox.in(`${folder.path}/inbox`);
    inbox.init('reports');
    const mail = (n: number) =>
      `Message-ID: <m${n}@example.org>\nFrom: A <a@example.org>\nSubject: Report ${n}\nDate: Sat, 28 Nov 2026 12:00:0${n} +0000\n\nWords.\n`;
    inbox.deliver('reports', mail(1));
    inbox.index('reports');
    await inbox.start();
    try {
      const database = `${folder.path}/u.sqlite`;
      const first = await start(database, `${inbox.base}/reports/`);
      await pageOf(first.base, '/', /Report 1/);
      first.child.kill('SIGKILL');
      await once(first.child, 'exit');
      inbox.deliver('reports', mail(2));
      inbox.index('reports');
      const second = await start(database);
      await pageOf(second.base, '/', /Report 2/);
    } finally {
      await inbox.stop();
    }
  }, 120_000);
});
