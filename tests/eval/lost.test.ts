import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open.ts';
import { findSeries } from '../../db/queries/series.ts';
import { ARCHIVES } from '../archives.ts';
import { PatchDatabase } from '../patchdb.ts';
import { readFacts } from './facts.ts';

/** Patch, tag, address, the mail that gave it, and whether a reader agrees that it could have been kept but was not. */
type Judged = [patch: string, key: string, address: string, given: string, isRight: 0 | 1];

// 100 random ones among all that the program called lost, each checked in the mails.
describe.skipIf(!ARCHIVES)('trailers lost from the version before', () => {
  const judged = JSON.parse(readFileSync(new URL('lost.json', import.meta.url), 'utf8')) as Judged[];
  let store: PatchDatabase;
  const lost = new Set<string>();
  beforeAll(async () => {
    const mails = await readFacts(['linux-edac', 'kexec', 'linux-pm']);
    store = await PatchDatabase.create();
    await store.add(mails.map(({ message }) => message).sort((a, b) => a.sentAt - b.sentAt));
    const reader = await Reader.open(store.path, 1);
    await reader.read(async (db) => {
      for (const { id } of await db.all<{ id: number }>('SELECT id FROM series')) {
        const series = await findSeries(db, id);
        for (const { patches } of series?.all ?? [])
          for (const patch of patches)
            for (const one of patch.lost) lost.add([patch.msgid, one.key, one.address, one.msgid].join(' '));
      }
    });
    await reader.close();
  }, 600_000);
  afterAll(async () => store?.close());

  it('are right', () => {
    const said = judged.filter(([patch, key, address, given]) => lost.has([patch, key, address, given].join(' ')));
    const wrong = said.filter((one) => !one[4]);
    for (const one of wrong) console.log('not lost:', ...one);
    const right = judged.filter((one) => one[4]).length;
    console.log(
      `lost trailers: ${lost.size} said; of ${judged.length} judged ${said.length} said, ${said.length - wrong.length} right; ` +
        `of ${right} that are lost ${said.length - wrong.length} said`,
    );
    expect(judged).toHaveLength(100);
    expect(wrong.length / said.length).toBeLessThan(0.02);
    expect((said.length - wrong.length) / right).toBeGreaterThan(0.95);
  });
});
