import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open';
import { topicMatches } from '../../db/queries/topics';
import { loadTopics } from '../../site/topicsfile';
import { ARCHIVES, archive } from '../archives';
import { ingest, scratch } from '../command';

/**
 * Judged by reading, on 2026-11-24: of each topic of topics.json 200 of its messages in the four archives (all, where there are
 * fewer), drawn by the SHA-256 of the Message-ID; `wrong` ones only brush it, such as a changelog's last line. Those that an
 * earlier query had taken for the topic stay in `wrong`: an oops that says `Kdump: loaded`, a `cpuset=` of a failed allocation.
 */
const judged: Record<string, { right: string[]; wrong: string[] }> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'topics.json'), 'utf8'),
);

describe.skipIf(!ARCHIVES)('topics', () => {
  const folder = scratch();
  let reader: Reader;
  beforeAll(async () => {
    const database = `${folder.path}/all.sqlite`;
    ingest(database, ...['kexec', 'linux-edac', 'linux-pm', 'lkml-2004-2005.mbox'].map((name) => archive(name)));
    reader = await Reader.open(database, 1);
  }, 300_000);
  afterAll(async () => {
    await reader.close();
    folder.remove();
  });

  const topics = loadTopics(join(import.meta.dirname, '../../topics.json'), true);

  it.each(Object.entries(judged))('%s holds what belongs to it', async (slug, { right, wrong }) => {
    const topic = topics.find((one) => one.slug === slug);
    if (!topic) throw new Error(`topics.json has no ${slug}`);
    const found = await reader.read(async (db) => {
      const { all } = await topicMatches(db, topic);
      const rows = await db.all<{ msgid: string }>(
        'SELECT m.msgid FROM json_each(?) j JOIN message m ON m.id = j.value',
        [JSON.stringify(all)],
      );
      return new Set(rows.map(({ msgid }) => msgid));
    });
    const [hit, mistaken] = [right, wrong].map((msgids) => msgids.filter((msgid) => found.has(msgid)).length) as [
      number,
      number,
    ];
    const precision = hit / (hit + mistaken);
    console.log(
      `${slug}: ${found.size} messages; of those judged ${hit} belong to it, ${mistaken} do not: precision ${precision.toFixed(3)}; ` +
        `${right.length - hit} that belong are no longer found`,
    );
    expect(hit / right.length).toBeGreaterThan(0.97);
    expect(precision).toBeGreaterThan(0.9);
  });
});
