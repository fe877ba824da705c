import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open';
import { type DigestPassage, readDigest } from '../../db/queries/digest';
import { threadOf } from '../../db/queries/thread';
import { ARCHIVES } from '../archives';
import { archivesDatabase } from '../archivesdb';

/** A random thread, and what a reader would quote from it, written down before seeing the program's choice. */
interface Judged {
  /** The Message-ID of the thread's root. */
  root: string;
  list: string;
  mails: number;
  /** Judged after the program was finished. */
  aside: boolean;
  /** By Message-ID: lines of the displayed text, from 0, both inclusive. */
  chosen: Record<string, [number, number][]>;
  /** For each verdict, the places that state it; one of them is enough. */
  verdicts: [string, number, number][][];
}

const judged: Judged[] = JSON.parse(readFileSync(new URL('./digests.json', import.meta.url), 'utf8'));

/** Whether at least half of its lines are among those that the reader chose. */
function isAccepted({ row, first, last }: DigestPassage, { chosen, verdicts }: Judged): boolean {
  const said = verdicts.flat().flatMap(([msgid, from, to]) => (msgid === row.msgid ? [[from, to] as const] : []));
  const ranges = [...(chosen[row.msgid] ?? []), ...said];
  let hits = 0;
  for (let line = first; line <= last; line++) if (ranges.some(([from, to]) => line >= from && line <= to)) hits++;
  return hits * 2 >= last - first + 1;
}

describe.skipIf(!ARCHIVES)('the digests of 40 threads', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.open(archivesDatabase(), 1);
  }, 600_000);
  afterAll(async () => {
    await reader?.close();
  });

  it.each([
    ['while the program was made', false, 30, 0.9, 0.95],
    ['held out', true, 10, 0.94, 0.9],
  ])('quote what a reader would, and have the verdicts: %s', async (_, aside, threads, passages, verdicts) => {
    let [good, all, included, said] = [0, 0, 0, 0];
    const wrong: string[] = [];
    const lacking: string[] = [];
    const own = judged.filter((one) => one.aside === aside);
    for (const one of own) {
      const digest = await reader.read(async (db) => readDigest(db, (await threadOf(db, one.root)) ?? -1));
      const quoted = digest?.passages ?? [];
      all += quoted.length;
      for (const passage of quoted)
        if (isAccepted(passage, one)) good++;
        else wrong.push(`${passage.row.msgid} ${passage.first}-${passage.last}`);
      for (const places of one.verdicts) {
        said++;
        const isIn = places.some(([msgid, from, to]) =>
          quoted.some(({ row, first, last }) => row.msgid === msgid && first <= to && last >= from),
        );
        if (isIn) included++;
        else lacking.push(`${places[0]?.join(' ')}`);
      }
    }
    console.log(`passages ${good}/${all} = ${(good / all).toFixed(3)}; verdicts ${included}/${said}`, {
      wrong,
      lacking,
    });
    expect(own.length).toBe(threads);
    expect(good / all).toBeGreaterThanOrEqual(passages);
    expect(included / said).toBeGreaterThanOrEqual(verdicts);
  });
});
