import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NATS_SERVER, NatsCluster } from '../../bench/nats';
import { freePort } from '../../bench/process';
import { command, scratch } from '../command';

if (!NATS_SERVER && process.env.THREADLINE_REQUIRE?.includes('nats'))
  throw new Error('nats-server is required here (THREADLINE_REQUIRE)');

const ROOT = resolve(import.meta.dirname, '..', '..');
const TOKEN = 'of these two nodes';

interface Answer {
  status: number;
  etag: string | null;
  text: string;
}

/** Null: nobody listens there. */
async function get(url: string): Promise<Answer | null> {
  const response = await fetch(url).catch(() => null);
  return response && { status: response.status, etag: response.headers.get('etag'), text: await response.text() };
}

/** Until a node serves, it answers with a page that says what is being done. */
async function json(url: string) {
  const { text = '' } = (await get(url)) ?? {};
  return text.startsWith('{') ? JSON.parse(text) : {};
}

/** Of all lists. */
const sum = ({ lists = [] }: { lists?: { messages: number }[] }) =>
  lists.reduce((all, { messages }) => all + messages, 0);
const messages = async (base: string) => sum(await json(`${base}/api/v1/lists`));
const node = async (base: string) => (await json(`${base}/healthz`)).node ?? {};
const until = (ask: () => Promise<unknown>) => expect.poll(ask, { timeout: 60_000, interval: 100 });

/** Asks nodes again and again, as their readers do. */
class Readers {
  readonly faults: string[] = [];
  /** The text that any node sent with an ETag. */
  readonly texts = new Map<string, string>();
  readonly #looks: Promise<void>[] = [];
  #isOver = false;

  ask(base: string): void {
    this.#looks.push(this.#ask(base));
  }

  async #ask(base: string): Promise<void> {
    for (let most = 0; !this.#isOver; await later(30)) {
      const { status, etag, text } = (await get(`${base}/api/v1/lists`)) ?? {};
      if (status !== 200 || !etag || text === undefined) continue;
      const now = sum(JSON.parse(text));
      if (now < most) this.faults.push(`${now} mails after ${most}`);
      if ((this.texts.get(etag) ?? text) !== text) this.faults.push(`${etag} of two states`);
      this.texts.set(etag, text);
      most = now;
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#looks);
  }
}

describe.skipIf(!NATS_SERVER)('npm start on several nodes', { timeout: 90_000 }, () => {
  const folder = scratch();
  const archive = `${folder.path}/threadline-sample.mbox`;
  const started: ChildProcess[] = [];
  const readers = new Readers();
  let cluster: NatsCluster;
  let seed: string;
  let one: string;
  let other: string;

  beforeAll(async () => {
    cluster = await NatsCluster.start(folder.path);
    seed = `127.0.0.1:${await freePort()}`;
    write(300);
  });
  afterAll(async () => {
    await readers.end();
    for (const child of started) child.kill('SIGKILL');
    await cluster.stop();
    folder.remove();
  });

  const write = (mails: number) =>
    writeFileSync(archive, command('sample', ['--messages', String(mails), '--seed', '1'], '/nowhere').stdout);

  /** `npm start -- ARGS` on a separate node; its address. */
  async function start(name: string, args: string[]): Promise<string> {
    const port = await freePort();
    const env = {
      ...process.env,
      THREADLINE_DB: `${folder.path}/${name}.sqlite`,
      THREADLINE_NATS: cluster.urls,
      THREADLINE_SEED_TOKEN: TOKEN,
      THREADLINE_LOG: 'error',
      HOST: '127.0.0.1',
      PORT: String(port),
      ...(name === 'one' ? { THREADLINE_SEED: seed } : {}),
    };
    started.push(spawn(process.execPath, ['scripts/start.mjs', ...args], { cwd: ROOT, env, stdio: 'ignore' }));
    const base = `http://127.0.0.1:${port}`;
    readers.ask(base);
    return base;
  }

  it('reads the archives where there is no log yet, and begins it', async () => {
    one = await start('one', [archive]);
    await until(() => messages(one)).toBeGreaterThan(250);
    await until(() => node(one)).toMatchObject({ state: 'following', problem: null });
  });

  it('joins by the /seed of another, and gives the same pages with the same ETags', async () => {
    other = await start('other', ['--join', `http://${seed}/seed`, archive]);
    await until(async () => {
      const [mine, theirs] = [await node(one), await node(other)];
      return mine.sequence === mine.last && theirs.sequence === mine.last;
    }).toBe(true);
    const list = (await get(`${one}/threadline-sample/`))?.text ?? '';
    const thread = /href="(\/threadline-sample\/[^"/]+\/[^"]*)"/.exec(list)?.[1] ?? '';
    for (const path of ['/', '/threadline-sample/', thread, '/search/?q=the', '/people/', '/api/v1/lists']) {
      const [mine, theirs] = [await get(one + path), await get(other + path)];
      expect(mine).toMatchObject({ status: 200, etag: expect.stringMatching(/^(W\/)?"/) });
      expect(theirs, path).toEqual(mine);
    }
    // The database is for nodes that know the token, never for readers.
    expect(await get(`${one}/seed`)).toMatchObject({ status: 404 });
  });

  it('reads on from the archives when the node that did so has died', async () => {
    const before = await messages(other);
    write(350);
    const [first] = started as [ChildProcess];
    first.kill('SIGKILL');
    await once(first, 'exit');
    await until(() => messages(other)).toBeGreaterThan(before + 40);
  });

  it('serves on without the log, and says how old its data may be', async () => {
    for (const n of [0, 1, 2]) await cluster.kill(n);
    await until(async () => (await node(other)).lag).toBeGreaterThan(2);
    expect(await node(other)).toMatchObject({ state: 'alone' });
    expect(await messages(other)).toBeGreaterThan(300);
    expect((await get(`${other}/metrics`))?.text).toMatch(/^threadline_node_lag_seconds [1-9]/m);
    for (const n of [0, 1, 2]) cluster.start(n);
    await until(() => node(other)).toMatchObject({ state: 'following', lag: 0 });
  });

  it('showed no reader an older state meanwhile, and gave each state its own ETag', async () => {
    await readers.end();
    expect(readers.faults).toEqual([]);
    expect(readers.texts.size).toBeGreaterThan(1);
  });
});
