import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { NodeProcess, settled, tablesOf } from '../../bench/fleet';
import { NATS_SERVER, NatsCluster, type Store } from '../../bench/nats';
import { command, scratch } from '../command';

if (!NATS_SERVER && process.env.THREADLINE_REQUIRE?.includes('nats'))
  throw new Error('nats-server is required here (THREADLINE_REQUIRE)');

const WITHIN_MS = 90_000;
const SERVERS = [0, 1, 2];

const folder = scratch();
const mounted: string[] = [];
const unmount = (path: string) => spawnSync('umount', ['-l', path]);
afterAll(() => {
  mounted.forEach(unmount);
  folder.remove();
});

/** A file system of that size; false where this user may not mount one. */
function disk(path: string, megabytes: number, options = ''): boolean {
  mkdirSync(path, { recursive: true });
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `${options}size=${megabytes}m`, 'tmpfs', path]).status === 0;
  if (done && !options) mounted.push(path);
  return done;
}

describe.skipIf(!NATS_SERVER)('a log that is full', { timeout: WITHIN_MS }, () => {
  const running: NodeProcess[] = [];
  let cluster: NatsCluster | null = null;
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.kill()));
    await cluster?.stop();
  });

  function started(one: NodeProcess): NodeProcess {
    running.push(one);
    return one;
  }

  /** A writer fills the servers' stores, and goes on once `more` has made room; a node that follows has all of it in the end. */
  async function fill(
    name: string,
    storeOf: (n: number) => Store,
    more: (servers: NatsCluster) => Promise<void>,
    why: RegExp,
  ) {
    const at = (what: string) => join(folder.path, `${name}-${what}.sqlite`);
    const [writer, reader, seed] = [at('writer'), at('reader'), at('seed')];
    cluster = await NatsCluster.start(folder.path, storeOf);
    const { urls } = cluster;
    const ingest = (mails: number) => {
      const text = command('sample', ['--messages', String(mails), '--seed', '3'], writer).stdout;
      return started(NodeProcess.ingest(writer, urls, ['--list', 'sample', '-'], text));
    };
    expect(await ingest(50).ended).toMatchObject({ code: 0 });
    expect(command('backup', [seed], writer).status).toBe(0);
    started(NodeProcess.follow(reader, urls, seed));
    const one = ingest(2500);
    await expect.poll(() => one.said, { timeout: 60_000 }).toMatch(why);
    expect(one.child.exitCode).toBe(null);
    await more(cluster);
    expect(await one.ended).toMatchObject({ code: 0 });
    await settled([writer, reader], WITHIN_MS);
    expect(await tablesOf(reader)).toEqual(await tablesOf(writer));
  }

  it('by max_file_store', async () => {
    const store = (n: number) => join(folder.path, `nats-${n}`);
    const raise = async (servers: NatsCluster) => {
      for (const n of SERVERS) {
        servers.store(n, { folder: store(n), most: '100MB' });
        await servers.kill(n);
        servers.start(n);
      }
    };
    await fill('bound', (n) => ({ folder: store(n), most: '400KB' }), raise, /insufficient resources/);
  });

  it.skipIf(!disk(join(folder.path, 'disk-0'), 1))('by its disk', async () => {
    const store = (n: number) => join(folder.path, `disk-${n}`);
    for (const n of [1, 2]) disk(store(n), 1);
    const enlarge = async () => {
      for (const n of SERVERS) disk(store(n), 100, 'remount,');
    };
    await fill('disk', (n) => ({ folder: store(n), most: '100MB' }), enlarge, /timeout: .*their disks are full/);
  });
});
