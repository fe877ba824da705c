import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader, type Snapshot } from '../../db/open';
import { SLOTS, type Slots, textsOf } from '../../db/queries/blocks';
import { type FoundQuote, findQuote, findQuotes } from '../../db/queries/quotes';
import { readBody } from '../../mail/body';
import { ARCHIVES, archive } from '../archives';
import { ingest, scratch } from '../command';

const PASSAGES = process.env.THREADLINE_TEST_ALL ? 1000 : 250;

/** The state of a fixed generator, so that every run draws the same passages. */
let seed = 7;
const pick = (n: number) => {
  seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
  return Math.floor((seed / 0x80000000) * n);
};

interface Drawn {
  msgid: string;
  text: string;
}

/** Random passages of 6 to 40 words in authors' own words. */
async function drawn(db: Snapshot, count: number): Promise<Drawn[]> {
  const rows = await db.all<Slots & { msgid: string }>(`SELECT msgid, ${SLOTS} FROM message`);
  const found: Drawn[] = [];
  for (let tries = 0; found.length < count && tries < count * 40; tries++) {
    const row = rows[pick(rows.length)] as (typeof rows)[0];
    const [text = ''] = await textsOf(db, [row]);
    const { starts, segments } = readBody(text);
    const own = segments.filter(({ kind }) => kind === 'text');
    const segment = own[pick(own.length)];
    if (!segment) continue;
    const part = text.slice(starts[segment.start] as number, (starts[segment.end] as number) - 1);
    const words = [...part.matchAll(/\S+/g)];
    const wanted = 6 + pick(35);
    if (words.length < wanted) continue;
    const at = pick(words.length - wanted + 1);
    const [first, last] = [words[at], words[at + wanted - 1]];
    if (!first || !last) continue;
    const passage = part.slice(first.index, last.index + last[0].length);
    if ((passage.match(/[\p{L}\p{N}]{2,}/gu) ?? []).length >= 6) found.push({ msgid: row.msgid, text: passage });
  }
  return found;
}

const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
const words = (text: string) => plain(text).split(' ');
const EDITS: Record<string, (text: string) => string> = {
  untouched: plain,
  're-wrapped': (text) => plain(text).replace(/(.{20,40}?) /g, '$1\n'),
  'with curly quotes and dashes': (text) => plain(text).replace(/"/g, '”').replace(/'/g, '’').replace(/--/g, ' — '),
  'with a word in brackets put in': (text) => words(text).toSpliced(3, 0, '[having]').join(' '),
  'with a word replaced in brackets': (text) => words(text).toSpliced(2, 1, '[it]').join(' '),
  'shortened by an ellipsis': (text) =>
    words(text).length < 14
      ? plain(text)
      : words(text)
          .toSpliced(5, 2 + pick(3), '…')
          .join(' '),
  'begun in lower case': (text) =>
    plain(text)
      .replace(/^./, (c) => c.toLowerCase())
      .replace(/\.$/, ','),
};

const bare = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
/** Whether the passage was found in its mail, or in one with a copy: robots and versions of patches repeat themselves. */
const isRight = ({ msgid, text }: Drawn, { status, matches }: FoundQuote) =>
  status !== 'not found' &&
  (matches.some((match) => match.msgid === msgid) || bare(matches[0]?.text ?? '').includes(bare(text).slice(0, 40)));

describe.skipIf(!ARCHIVES)('the quote finder', () => {
  const folder = scratch();
  let reader: Reader;
  let elsewhere: Reader;
  beforeAll(async () => {
    const names = process.env.THREADLINE_TEST_ALL ? ['linux-edac'] : ['kexec'];
    ingest(`${folder.path}/here.sqlite`, ...names.map((name) => archive(name)), archive('lkml-2004-2005.mbox'));
    ingest(`${folder.path}/there.sqlite`, archive('linux-pm'));
    reader = await Reader.open(`${folder.path}/here.sqlite`, 1);
    elsewhere = await Reader.open(`${folder.path}/there.sqlite`, 1);
  }, 300_000);
  afterAll(async () => {
    await Promise.all([reader.close(), elsewhere.close()]);
    folder.remove();
  });

  const find = (text: string) => reader.read((db) => findQuote(db, text));

  it('finds passages that were edited like in articles', async () => {
    const passages = await reader.read((db) => drawn(db, PASSAGES));
    expect(passages.length).toBe(PASSAGES);
    for (const [name, edit] of Object.entries(EDITS)) {
      const missed: string[] = [];
      for (const passage of passages) {
        const found = await find(edit(passage.text));
        if (!isRight(passage, found)) missed.push(`${found.status}: ${edit(passage.text).slice(0, 150)}`);
      }
      const share = 1 - missed.length / passages.length;
      console.log(`${name}: ${(share * 100).toFixed(1)} % of ${passages.length}`, missed.slice(0, 5));
      expect(share, name).toBeGreaterThanOrEqual(name === 'untouched' ? 0.99 : 0.95);
    }
  }, 300_000);

  it('finds nothing that is not in the archive', async () => {
    const foreign = await elsewhere.read((db) => drawn(db, PASSAGES * (process.env.THREADLINE_TEST_ALL ? 6 : 2)));
    const taken: string[] = [];
    for (const [n, passage] of foreign.entries()) {
      const edit = Object.values(EDITS)[n % 7] as (text: string) => string;
      const found = await find(edit(passage.text));
      // A mail on both lists, a copy of the passage, or a robot's form is in the archive.
      if (found.status !== 'not found' && !isRight(passage, found))
        taken.push(`${plain(passage.text).slice(0, 150)} => ${plain(found.matches[0]?.text ?? '').slice(0, 150)}`);
    }
    console.log(`foreign: ${taken.length} of ${foreign.length} taken for quotations`, taken);
    expect(taken.length / foreign.length).toBeLessThanOrEqual(0.001);
  }, 300_000);

  it('rejects passages whose significant words were changed, and shuffled ones', async () => {
    const passages = await reader.read((db) => drawn(db, PASSAGES));
    const bears = (word: string) => /^[a-z]{5,}$/.test(word);
    const stock = passages.flatMap(({ text }) => words(text).filter(bears));
    const taken: string[] = [];
    let asked = 0;
    for (const { text } of passages) {
      if (words(text).filter(bears).length < 3) continue;
      let n = 0;
      const changed = words(text).map((word) =>
        bears(word) && n++ % 2 === 0 ? (stock[pick(stock.length)] ?? word) : word,
      );
      const shuffled = words(text)
        .map((word) => ({ word, at: pick(1 << 20) }))
        .sort((a, b) => a.at - b.at)
        .map(({ word }) => word);
      for (const own of [changed, shuffled]) {
        const found = await find(own.join(' '));
        asked++;
        expect(found.status, own.join(' ')).not.toBe('verbatim');
        if (found.status === 'edited') taken.push(own.join(' ').slice(0, 150));
      }
    }
    console.log(`changed or shuffled: ${taken.length} of ${asked} taken for quotations`, taken.slice(0, 10));
    // One of fourteen words may differ, and is shown; a few passages have no more changes than that.
    expect(taken.length / asked).toBeLessThanOrEqual(0.05);
  }, 300_000);

  /** Words that people add to quotations, mostly articles. */
  const PUT_IN = ['a', 'the', 'really', 'its', 'very', 'new', 'that', 'Linux'];
  const putIn = (text: string, count: number): string => {
    const own = words(text);
    for (let n = 0; n < count; n++) own.splice(1 + pick(own.length - 1), 0, PUT_IN[pick(PUT_IN.length)] as string);
    return own.join(' ');
  };
  /** A short form of a passage; a longer one would keep some unchanged phrase. */
  const short = (passage: Drawn): Drawn => ({
    ...passage,
    text: words(passage.text)
      .slice(0, 7 + pick(8))
      .join(' '),
  });
  const tells = ({ text }: Drawn) => words(text).filter((word) => /^[a-z]{5,}$/.test(word)).length >= 4;

  it.each([1, 2])(
    'finds short quotations into which %i words were put, in quoted text too',
    async (count) => {
      const passages = (await reader.read((db) => drawn(db, PASSAGES * 2))).map(short).filter(tells);
      const missed: string[] = [];
      for (const passage of passages) {
        const asked = putIn(passage.text, count);
        const found = await find(asked);
        if (!isRight(passage, found)) missed.push(`${found.status}: ${asked}`);
      }
      const share = 1 - missed.length / passages.length;
      console.log(`${count} put in: ${(share * 100).toFixed(1)} % of ${passages.length}`, missed.slice(0, 8));
      expect(passages.length).toBeGreaterThan(100);
      expect(share).toBeGreaterThanOrEqual(count === 1 ? 0.95 : 0.9);
    },
    300_000,
  );

  it('finds no short passage that is not in the archive, with or without added words', async () => {
    const foreign = (await elsewhere.read((db) => drawn(db, PASSAGES * 4))).map(short).filter(tells);
    const taken: string[] = [];
    for (const [n, passage] of foreign.entries()) {
      const asked = putIn(passage.text, n % 3);
      const found = await find(asked);
      if (found.status !== 'not found' && !isRight(passage, found))
        taken.push(`${asked} => ${plain(found.matches[0]?.text ?? '').slice(0, 150)}`);
    }
    console.log(`foreign and short: ${taken.length} of ${foreign.length} taken for quotations`, taken);
    expect(taken.length / foreign.length).toBeLessThanOrEqual(0.005);
  }, 300_000);

  const article = archive('../kerneltrap-kexec.txt');
  it('finds the quotations of old articles: two from 2004 are in the archive, those from 2007 are not', async () => {
    const quotes = await reader.read((db) => findQuotes(db, readFileSync(article, 'utf8')));
    expect(quotes.length).toBeGreaterThan(24);
    const found = quotes.filter(({ status }) => status !== 'not found');
    expect(found.map(({ matches }) => matches[0]?.msgid)).toEqual([
      '20041022032039.730eb226.akpm@osdl.org',
      '20041022032039.730eb226.akpm@osdl.org',
    ]);
    expect(found.map(({ status }) => status)).toEqual(['verbatim', 'verbatim']);
    expect(found.map(({ matches }) => matches[0]?.lines)).toEqual([
      [33, 37],
      [21, 23],
    ]);
  });
});
