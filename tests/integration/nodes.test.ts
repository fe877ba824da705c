import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NATS_SERVER, NatsCluster } from '../../bench/nats';
import { Connection, logState } from '../../db/open';
import { command, scratch } from '../command';

if (!NATS_SERVER && process.env.THREADLINE_REQUIRE?.includes('nats'))
  throw new Error('nats-server is required here (THREADLINE_REQUIRE)');

/** Of every row of every table, the index's own among them. */
async function tablesOf(path: string): Promise<string> {
  const db = await Connection.open(path, 'read');
  const hash = createHash('sha256');
  const tables = await db.all<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'search' ORDER BY name`,
  );
  for (const { name } of tables) hash.update(name).update(JSON.stringify(await db.all(`SELECT * FROM "${name}"`)));
  await db.close();
  return hash.digest('hex');
}

async function sequenceOf(path: string): Promise<number> {
  const db = await Connection.open(path, 'read');
  const { sequence } = await logState(db);
  await db.close();
  return sequence;
}

describe.skipIf(!NATS_SERVER)('nodes of one log', () => {
  const folder = scratch();
  const writer = `${folder.path}/writer.sqlite`;
  const reader = `${folder.path}/reader.sqlite`;
  const seed = `${folder.path}/seed.sqlite`;
  let cluster: NatsCluster;

  beforeAll(async () => {
    cluster = await NatsCluster.start(folder.path);
    process.env.THREADLINE_NATS = cluster.urls;
  });
  afterAll(async () => {
    delete process.env.THREADLINE_NATS;
    await cluster.stop();
    folder.remove();
  });

  const ingestSample = (seedNumber: number) => {
    const mails = command('sample', ['--messages', '400', '--seed', String(seedNumber)], writer).stdout;
    return command('ingest', ['--list', 'sample', '-'], writer, mails);
  };

  it('hold the same rows; nothing is written beside the log', async () => {
    expect(ingestSample(1)).toMatchObject({ status: 0 });
    expect(command('backup', [seed], writer).status).toBe(0);
    const node = spawn(process.execPath, [resolve('dist/node.mjs'), '--join', seed], {
      env: { ...process.env, THREADLINE_DB: reader },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      await once(node, 'message');
      expect(ingestSample(2)).toMatchObject({ status: 0 });
      const wanted = await sequenceOf(writer);
      await expect.poll(() => sequenceOf(reader), { timeout: 60_000, interval: 200 }).toBe(wanted);
      expect(await tablesOf(reader)).toBe(await tablesOf(writer));
    } finally {
      const ended = once(node, 'exit');
      node.kill('SIGKILL');
      await ended;
    }
    expect(command('verify', [], reader).status).toBe(0);
    delete process.env.THREADLINE_NATS;
    const beside = ingestSample(3);
    expect(beside.status).toBe(1);
    expect(beside.stderr).toMatch(/follows a log of several nodes/);
  });
});
