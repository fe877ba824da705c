import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { command, scratch } from '../tests/command';
import { Connection, Reader, TooLongError } from './open';

const folder = scratch();
const database = `${folder.path}/t.sqlite`;
let writer: Connection;

beforeAll(async () => {
  const mails = command('sample', ['--messages', '30', '--seed', '2'], database).stdout;
  if (command('ingest', ['-'], database, mails).status !== 0) throw new Error('the sample was not ingested');
  writer = await Connection.open(database, 'write');
});
afterAll(async () => {
  await writer.close();
  folder.remove();
});

const bump = () => writer.transaction(async () => {});
const versionOf = `SELECT value FROM meta WHERE key = 'data_version'`;
/** Would run for years. */
const ENDLESS = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS n FROM n`;

describe('a reader', () => {
  it('sees the same state of the data throughout, whatever is committed in between', async () => {
    const reader = await Reader.open(database, 1);
    const seen = await reader.read(async (db) => {
      const first = db.version;
      await bump();
      const then = (await db.get<{ value: string }>(versionOf))?.value;
      await bump();
      return [first, then, (await db.get<{ value: string }>(versionOf))?.value];
    });
    expect(new Set(seen).size).toBe(1);
    const next = await reader.read(async (db) => db.version);
    expect(Number(next)).toBe(Number(seen[0]) + 2);
    await reader.close();
  });

  it('releases its snapshot and its connection when a query fails', async () => {
    const reader = await Reader.open(database, 1);
    const failed = reader.read(async (db) => db.all('SELECT * FROM nothing_like_it'));
    await expect(failed).rejects.toThrow('nothing_like_it');
    await bump();
    expect(await reader.read(async (db) => db.version)).toBe(
      (await writer.get<{ value: string }>(versionOf))?.value.toString(),
    );
    await reader.close();
  });

  it('keeps a snapshot while nobody writes, sees writes at once, and lets the log restart', async () => {
    const reader = await Reader.open(database, 1);
    const hold = vi.spyOn(Connection.prototype, 'hold');
    const version = () => reader.read(async (db) => (await db.get<{ value: string }>(versionOf))?.value);
    try {
      for (let n = 1; n <= 5; n++) {
        const before = hold.mock.calls.length;
        const first = await version();
        expect([await version(), await version()]).toEqual([first, first]);
        expect(hold.mock.calls.length - before).toBe(1);
        await bump();
        expect(Number(await version())).toBe(Number(first) + 1);
        await bump();
      }
      await version();
      const truncated = () => writer.get<{ busy: number; log: number }>('PRAGMA wal_checkpoint(TRUNCATE)');
      await vi.waitFor(async () => expect(await truncated()).toMatchObject({ busy: 0, log: 0 }), 3000);
    } finally {
      hold.mockRestore();
      await reader.close();
    }
  });

  it('never writes', async () => {
    const reader = await Reader.open(database, 1);
    await expect(reader.read(async (db) => db.all(`DELETE FROM meta`))).rejects.toThrow(/readonly|read-only/i);
    await reader.close();
  });

  it('stops queries that take too long, and continues with the next one', async () => {
    const reader = await Reader.open(database, 1);
    await expect(reader.read(async (db) => db.get(ENDLESS), 100)).rejects.toBeInstanceOf(TooLongError);
    const afterwards = reader.read(async (db) => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      return db.get('SELECT 1 AS one');
    }, 100);
    await expect(afterwards).rejects.toBeInstanceOf(TooLongError);
    expect(await reader.read(async (db) => db.get('SELECT 1 AS one'))).toEqual({ one: 1 });
    await reader.close();
  });
});
