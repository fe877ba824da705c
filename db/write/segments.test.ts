import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openWriter } from '../create';
import { prepareSearch } from './messages';
import { mergeSegments } from './segments';

const folder = mkdtempSync(join(tmpdir(), 'segments-'));
const db = await openWriter(join(folder, 't.sqlite'));
afterAll(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

/** Adds mails with different words in one transaction, which makes one segment. */
const add = (from: number, mails: number) =>
  db.transaction(async (writer) => {
    for (let id = from; id < from + mails; id++)
      await writer.run('INSERT INTO search (rowid, own) VALUES (?, ?)', [
        id,
        Array.from({ length: 200 }, (_, n) => `word${id}x${n}`).join(' '),
      ]);
  });
const segments = async () =>
  (await db.get<{ n: number }>('SELECT count(DISTINCT segid) AS n FROM search_idx'))?.n as number;
const version = async () =>
  (await db.get<{ value: string }>(`SELECT value FROM meta WHERE key = 'data_version'`))?.value;

it('merges segments after a large ingest but not after a few more mails, and finds all of them', async () => {
  await prepareSearch(db);
  for (let n = 0; n < 5; n++) await add(1 + n * 40, 40);
  expect(await segments()).toBe(5);
  await mergeSegments(db);
  expect(await segments()).toBe(1);

  await add(1001, 10);
  const before = await version();
  await mergeSegments(db);
  expect(await segments()).toBe(2);
  expect(await version()).toBe(before);

  for (let n = 0; n < 3; n++) await add(2001 + n * 100, 100);
  await mergeSegments(db);
  expect(await segments()).toBe(1);
  const found = await db.all<{ id: number }>(
    `SELECT rowid AS id FROM search WHERE search MATCH '"word7x3" OR "word1001x199" OR "word2250x0"' ORDER BY rowid`,
  );
  expect(found.map(({ id }) => id)).toEqual([7, 1001, 2250]);
});

it('does not change an empty index', async () => {
  const empty = await openWriter(join(folder, 'empty.sqlite'));
  await mergeSegments(empty);
  expect(await empty.all('SELECT * FROM search_idx')).toEqual([]);
  await empty.close();
});
