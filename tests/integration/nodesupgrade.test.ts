import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection, SCHEMA_VERSION } from '#db/open';
import { NodeProcess, settled, tablesOf } from '../../bench/fleet';
import { NATS_SERVER, NatsCluster } from '../../bench/nats';
import { command, scratch } from '../command';

if (!NATS_SERVER && process.env.THREADLINE_REQUIRE?.includes('nats'))
  throw new Error('nats-server is required here (THREADLINE_REQUIRE)');

const ROOT = resolve(import.meta.dirname, '..', '..');
const WITHIN_MS = 90_000;

/** The programs as those of the version before: their databases and their log have its number. */
function olderPrograms(folder: string): string {
  mkdirSync(join(folder, 'dist'), { recursive: true });
  for (const name of ['db', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name));
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  const version = `var SCHEMA_VERSION = ${SCHEMA_VERSION}`;
  for (const name of readdirSync(join(ROOT, 'dist')).filter((one) => one.endsWith('.mjs'))) {
    const text = readFileSync(join(ROOT, 'dist', name), 'utf8');
    writeFileSync(join(folder, 'dist', name), text.replace(version, `var SCHEMA_VERSION = ${SCHEMA_VERSION - 1}`));
    if (name === 'ingest.mjs') expect(text).toContain(version);
  }
  return folder;
}

describe.skipIf(!NATS_SERVER)('nodes that move to a new schema one by one', { timeout: WITHIN_MS }, () => {
  const folder = scratch();
  const at = (name: string) => join(folder.path, name);
  const [first, second, third] = ['first', 'second', 'third'].map((name) => at(`${name}.sqlite`)) as [
    string,
    string,
    string,
  ];
  const source = at('threadline-sample.mbox');
  const running = new Map<string, NodeProcess>();
  let cluster: NatsCluster;
  let older: string;

  beforeAll(async () => {
    older = olderPrograms(at('older'));
    cluster = await NatsCluster.start(folder.path);
  }, WITHIN_MS);
  afterAll(async () => {
    await Promise.all([...running.values()].map((one) => one.kill()));
    await cluster.stop();
    folder.remove();
  });

  const grow = (mails: number) =>
    writeFileSync(source, command('sample', ['--messages', String(mails), '--seed', '8'], '/nowhere').stdout);
  const ingest = (database: string, root?: string) =>
    NodeProcess.ingest(database, cluster.urls, ['--list', 'sample', source], undefined, {}, root).ended;

  async function follow(database: string, seed: string | null, root?: string): Promise<NodeProcess> {
    const one = NodeProcess.follow(database, cluster.urls, seed, {}, root);
    running.set(database, one);
    await expect.poll(() => one.isReady, { timeout: WITHIN_MS }).toBe(true);
    return one;
  }

  /** As its server reads it: the version of the schema, and how many mails. */
  async function read(database: string): Promise<{ version: number; mails: number }> {
    const db = await Connection.open(database, 'read');
    const version = Number((await db.get('PRAGMA user_version'))?.user_version);
    const mails = Number((await db.get('SELECT count(*) AS n FROM posting'))?.n);
    await db.close();
    return { version, mails };
  }

  it('begin with the older one', async () => {
    grow(200);
    expect(await ingest(first, older)).toMatchObject({ code: 0 });
    expect(await read(first)).toMatchObject({ version: SCHEMA_VERSION - 1 });
    cpSync(first, at('seed'));
    for (const node of [second, third]) await follow(node, at('seed'), older);
  });

  it('the first is upgraded and begins a new log, while the others write and read the old one', async () => {
    const before = await read(third);
    expect(command('upgrade', [], first)).toMatchObject({ status: 0 });
    grow(300);
    expect(await ingest(first)).toMatchObject({ code: 0 });
    await follow(first, null);
    expect(await read(third)).toEqual(before);
    grow(350);
    expect(await ingest(second, older)).toMatchObject({ code: 0 });
    await settled([second, third], WITHIN_MS);
    const after = await read(third);
    expect(after).toMatchObject({ version: SCHEMA_VERSION - 1 });
    expect(after.mails).toBeGreaterThan(before.mails + 100);
    expect(await read(first)).toMatchObject({ version: SCHEMA_VERSION });
  });

  it('one that is upgraded in place as well is asked to be seeded', async () => {
    await running.get(second)?.kill();
    expect(command('upgrade', [], second)).toMatchObject({ status: 0 });
    const one = NodeProcess.follow(second, cluster.urls, null);
    running.set(second, one);
    await expect.poll(() => one.said, { timeout: WITHIN_MS }).toMatch(/seeded again/);
    await one.kill();
  });

  it('the others are seeded by the first, one after another, and every mail is on each', async () => {
    expect(command('backup', [at('newer')], first)).toMatchObject({ status: 0 });
    for (const node of [second, third]) {
      await running.get(node)?.kill();
      // Its -wal is left behind, and is none of the seed's.
      renameSync(node, `${node}.old`);
      await follow(node, at('newer'));
    }
    // What the older log alone had is read from the source again.
    expect(await ingest(third)).toMatchObject({ code: 0 });
    await settled([first, second, third], WITHIN_MS);
    const [wanted, ...others] = await Promise.all([first, second, third].map(tablesOf));
    for (const other of others) expect(other).toEqual(wanted);
    const db = await Connection.open(third, 'read');
    const stored = new Set((await db.all<{ msgid: string }>('SELECT msgid FROM message')).map(({ msgid }) => msgid));
    await db.close();
    const ids = [...readFileSync(source, 'utf8').matchAll(/^Message-ID: <(.*)>$/gim)].map(([, id]) => id as string);
    expect(ids.length).toBeGreaterThan(300);
    expect(ids.filter((id) => !stored.has(id))).toEqual([]);
    expect(command('verify', [], third)).toMatchObject({ status: 0 });
  });
});
