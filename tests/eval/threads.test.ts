import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open';
import { readThread, threadOf, threadTexts } from '../../db/queries/thread';
import { type Ending, threadCase } from '../../db/queries/threadcase';
import { ARCHIVES } from '../archives';
import { archivesDatabase } from '../archivesdb';

/** A random thread that does not begin with a patch, read before the program judged it. */
interface Judged {
  /** The Message-ID of its first mail. */
  root: string;
  kind: string;
  /** Message-IDs of the mails that end it, or of the newest version of a series that does; one of them is enough. */
  ends: string[];
}

const judged: Judged[] = JSON.parse(readFileSync(new URL('./threads.json', import.meta.url), 'utf8'));

/** The mail on which an ending is based, or null. */
const endOf = (ending: Ending) =>
  ending.how === 'silent' ? null : ending.how === 'said' ? ending.by.msgid : ending.series.msgid;

describe.skipIf(!ARCHIVES)('40 threads that do not begin with a patch', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.open(archivesDatabase(), 1);
  }, 600_000);
  afterAll(() => reader?.close());

  it('have the right kind and ending', async () => {
    const sums = { kinds: { right: 0, said: 0, there: 0 }, ends: { right: 0, said: 0, there: 0 } };
    const wrong: string[] = [];
    const lacking: string[] = [];
    const count = (sum: typeof sums.kinds, said: boolean, there: boolean, isRight: boolean, what: string) => {
      if (said && isRight) sum.right++;
      if (said) sum.said++;
      if (there) sum.there++;
      if (said && !isRight) wrong.push(what);
      if (there && !said) lacking.push(what);
    };
    for (const { root, kind, ends } of judged) {
      const found = await reader.read(async (db) => {
        const thread = await readThread(db, (await threadOf(db, root)) ?? -1);
        return thread && threadCase(db, thread, await threadTexts(db, thread.rows));
      });
      if (!found) throw new Error(`<${root}> is not in the archive`);
      // 'Discussion' is the default, not a statement.
      count(
        sums.kinds,
        found.kind !== 'discussion',
        kind !== 'discussion',
        found.kind === kind,
        `${found.kind} <${root}>`,
      );
      const end = endOf(found.ending);
      count(sums.ends, end !== null, ends.length > 0, ends.includes(end ?? ''), `<${end}> of <${root}>`);
      if (found.confirmed) expect(ends, root).toContain(found.confirmed.msgid);
    }
    console.log(sums, { wrong, lacking });
    expect(judged).toHaveLength(40);
    for (const { right, said, there } of Object.values(sums)) {
      expect(right / said).toBeGreaterThanOrEqual(0.95);
      expect(right / there).toBeGreaterThanOrEqual(0.8);
    }
  });
});
