import { writeFileSync } from 'node:fs';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NodeProcess, settled, tablesOf } from '../../bench/fleet';
import { NATS_SERVER, NatsCluster } from '../../bench/nats';
import { freePort } from '../../bench/process';
import { command, scratch } from '../command';

if (!NATS_SERVER && process.env.THREADLINE_REQUIRE?.includes('nats'))
  throw new Error('THREADLINE_REQUIRE demands nats-server, which is not installed');

const WITHIN_MS = 60_000;
const KILLS = process.env.THREADLINE_KILLS ?? (process.env.THREADLINE_TEST_ALL === '1' ? '100' : '8');

describe('three servers of a log', () => {
  it.skipIf(!NATS_SERVER)('are all ended, including one that was killed before', { timeout: 10_000 }, async () => {
    const folder = scratch();
    const cluster = await NatsCluster.start(folder.path);
    await cluster.kill(0);
    await cluster.stop();
    folder.remove();
  });
});

describe.skipIf(!NATS_SERVER)('nodes of one log', () => {
  const folder = scratch();
  const writer = `${folder.path}/writer.sqlite`;
  const readers = ['reader-1', 'reader-2'].map((name) => `${folder.path}/${name}.sqlite`);
  const nodes = [writer, ...readers];
  const seed = `${folder.path}/seed.sqlite`;
  const running = new Set<NodeProcess>();
  let cluster: NatsCluster;
  let mails = 0;

  beforeAll(async () => {
    cluster = await NatsCluster.start(folder.path);
    expect(await ingest(400).ended).toMatchObject({ code: 0 });
    expect(command('backup', [seed], writer).status).toBe(0);
  }, WITHIN_MS);
  afterEach(async () => {
    await Promise.all([...running].map((one) => one.kill()));
    running.clear();
  });
  afterAll(async () => {
    await cluster.stop();
    folder.remove();
  });

  function started(one: NodeProcess): NodeProcess {
    running.add(one);
    return one;
  }

  /** Ingests new mails. */
  function ingest(messages: number, database = writer): NodeProcess {
    const text = command('sample', ['--messages', String(messages), '--seed', String(++mails)], database).stdout;
    return started(NodeProcess.ingest(database, cluster.urls, ['--list', `sample${mails}`, '-'], text));
  }

  const follow = (database: string) => started(NodeProcess.follow(database, cluster.urls, seed));

  async function expectSame(): Promise<void> {
    await settled(nodes, WITHIN_MS);
    const [wanted, ...others] = await Promise.all(nodes.map(tablesOf));
    for (const other of others) expect(other).toEqual(wanted);
  }

  it('have the same rows', async () => {
    for (const reader of readers) follow(reader);
    expect(await ingest(400).ended).toMatchObject({ code: 0 });
    await expect
      .poll(() => [...running].every((one) => one.isReady || one.child.exitCode === 0), { timeout: WITHIN_MS })
      .toBe(true);
    await expectSame();
    for (const node of nodes) expect(command('verify', [], node)).toMatchObject({ status: 0 });
  });

  it('have the same rows after each log server was killed while one node wrote', async () => {
    for (const reader of readers) follow(reader);
    for (let n = 0; n < 3; n++) {
      const one = ingest(1000);
      await later(900);
      await cluster.kill(n);
      expect(await one.ended).toMatchObject({ code: 0 });
      cluster.start(n);
    }
    await expectSame();
  });

  it('take over from a writer that was killed, within seconds', async () => {
    for (const reader of readers) follow(reader);
    const killed = ingest(3000);
    await later(1500);
    await killed.kill();
    follow(writer);
    const started = performance.now();
    const next = ingest(100, readers[0]);
    expect(await next.ended).toMatchObject({ code: 0 });
    // The lease ends after 6 s; the ingest itself takes one or two.
    expect(performance.now() - started).toBeLessThan(20_000);
    await expectSame();
  });

  it('join with the seed that another node serves to those who know the token', async () => {
    const token = 'of these three nodes';
    const address = `127.0.0.1:${await freePort()}`;
    const url = `http://${address}/seed`;
    const env = { THREADLINE_SEED: address, THREADLINE_SEED_TOKEN: token };
    const server = started(NodeProcess.follow(readers[0] as string, cluster.urls, seed, env));
    await expect.poll(() => server.isReady, { timeout: WITHIN_MS }).toBe(true);
    expect(await fetch(url)).toMatchObject({ status: 401 });
    expect(await fetch(url, { headers: { Authorization: 'Bearer of others' } })).toMatchObject({ status: 401 });
    const headers = { Authorization: `Bearer ${token}` };
    expect(await fetch(`http://${address}/`, { headers })).toMatchObject({ status: 404 });

    const fresh = `${folder.path}/fresh.sqlite`;
    const stranger = started(NodeProcess.follow(fresh, cluster.urls, url));
    expect(await stranger.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/HTTP 401: wrong token/),
    });
    const joined = started(NodeProcess.follow(fresh, cluster.urls, url, { THREADLINE_SEED_TOKEN: token }));
    expect(await ingest(50).ended).toMatchObject({ code: 0 });
    await expect.poll(() => joined.isReady, { timeout: WITHIN_MS }).toBe(true);
    await settled([...nodes.slice(0, 2), fresh], WITHIN_MS);
    expect(await tablesOf(fresh)).toEqual(await tablesOf(writer));
  });

  it('do not serve their database without a token', async () => {
    const open = started(NodeProcess.follow(writer, cluster.urls, null, { THREADLINE_SEED: '127.0.0.1:0' }));
    expect(await open.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/set THREADLINE_SEED_TOKEN/) });
  });

  it('lose and duplicate nothing if writers, followers, servers and cables fail at random', () => {
    const source = `${folder.path}/sample.mbox`;
    writeFileSync(source, command('sample', ['--messages', '2000', '--seed', '77'], source).stdout);
    const { stdout, stderr, status } = command('nodes', ['--kills', KILLS, source], folder.path);
    expect(stdout + stderr).toContain('every export the same as undisturbed');
    expect(status).toBe(0);
  });

  it('write nothing without the log', () => {
    const text = command('sample', ['--messages', '10', '--seed', '99'], writer).stdout;
    const beside = command('ingest', ['--list', 'sample', '-'], writer, text);
    expect(beside.status).toBe(1);
    expect(beside.stderr).toMatch(/follows a log of several nodes/);
  });
});
