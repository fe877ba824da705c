import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open';
import { topicMatches } from '../../db/queries/topics';
import { loadTopics } from '../../site/topicsfile';
import { ARCHIVES } from '../archives';
import { archivesDatabase } from '../archivesdb';

/**
 * Judged by reading on 2026-11-28: 60 messages of each topic in topics.json, the first by the SHA-256 of the Message-ID (all for
 * the -mm tree; those on linux-pm for hibernation, since that list has other subjects too). `before`: messages found by an earlier
 * query, judged on 2026-11-24, when a mere mention counted as right; the share of them still found is a lower bound of the recall.
 */
interface Judged {
  right: string[];
  wrong: string[];
  before: { right: string[]; wrong: string[] };
}
const judged: Record<string, Judged> = JSON.parse(readFileSync(join(import.meta.dirname, 'topics.json'), 'utf8'));
/** A topic with few mails here, most of them about the -mm tree; its systems are only mentioned. */
const FEW = 'mm-tree';

describe.skipIf(!ARCHIVES)('topics', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.open(archivesDatabase(), 1);
  }, 600_000);
  afterAll(() => reader?.close());

  const topics = loadTopics(join(import.meta.dirname, '../../topics.json'), true);

  it.each(Object.entries(judged))('%s has the right messages', async (slug, { right, wrong, before }) => {
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
    const hits = (msgids: string[]) => msgids.filter((msgid) => found.has(msgid)).length;
    const [hit, mistaken] = [hits(right), hits([...new Set([...wrong, ...before.wrong])])];
    const precision = hits(right) / (hits(right) + hits(wrong));
    const recall = hits(before.right) / before.right.length;
    console.log(
      `${slug}: ${found.size} messages; precision ${precision.toFixed(3)} of ${right.length + wrong.length}; ` +
        `${recall.toFixed(3)} of ${before.right.length} judged before; ${mistaken} of those ever judged wrong`,
    );
    expect(hit / right.length).toBeGreaterThan(0.97);
    if (slug === FEW) return;
    expect(precision).toBeGreaterThan(0.9);
    expect(recall).toBeGreaterThan(0.8);
  });
});
