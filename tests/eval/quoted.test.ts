import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open';
import { readMessage } from '../../db/queries/message';
import { ARCHIVES, archive } from '../archives';
import { ingest, scratch } from '../command';

/** A random quoted paragraph of linux-edac, judged by reading; lines of the displayed text, from 0. */
interface Judged {
  msgid: string;
  line: number;
  lines: number;
  /** right: `source` wrote it; missed: its source is in the archive but was not found; absent: it is not in the archive; nobody: a header; robot: not a quotation. */
  /** The first 200 were drawn while the resolver was written, the second after it, from passages that nobody had looked at. */
  draw: 1 | 2;
  verdict: 'right' | 'missed' | 'absent' | 'nobody' | 'robot';
  source?: string;
}

const judged: Judged[] = JSON.parse(readFileSync(new URL('./quoted.json', import.meta.url), 'utf8'));

describe.skipIf(!ARCHIVES)('the sources of twice 200 quoted paragraphs of linux-edac', () => {
  const folder = scratch();
  let reader: Reader;
  beforeAll(async () => {
    ingest(`${folder.path}/t.sqlite`, archive('linux-edac'));
    reader = await Reader.open(`${folder.path}/t.sqlite`, 1);
  }, 300_000);
  afterAll(async () => {
    await reader.close();
    folder.remove();
  });

  it.each([1, 2])('are found for 97 of 100, and none of 200 is wrong: draw %i', async (draw) => {
    let here = 0;
    const missed: string[] = [];
    const wrong: string[] = [];
    for (const { msgid, line, lines, verdict, source } of judged.filter((one) => one.draw === draw)) {
      const found = await reader.read(async (db) => (await readMessage(db, msgid))?.quoted ?? []);
      const own = found.filter((quote) => quote.line < line + lines && quote.line + quote.lines > line);
      if (verdict === 'right' || verdict === 'missed') here++;
      if (own.length === 0) {
        if (verdict === 'right' || verdict === 'missed') missed.push(`${msgid} ${line}`);
      } else if (verdict !== 'nobody' && !own.some((quote) => quote.msgid === source)) wrong.push(`${msgid} ${line}`);
    }
    console.log(`draw ${draw}: ${here} with their source here, ${missed.length} missed, ${wrong.length} wrong`, {
      missed,
      wrong,
    });
    expect(judged.filter((one) => one.draw === draw).length).toBe(200);
    expect(1 - missed.length / here).toBeGreaterThanOrEqual(0.97);
    expect(wrong.length / here).toBeLessThanOrEqual(0.005);
  });
});
