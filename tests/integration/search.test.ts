import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader, type Snapshot } from '../../db/open';
import { frequentWords, learnFrequentWords } from '../../db/queries/search/frequent';
import { searchMessages } from '../../db/queries/search/index';
import { readMatches } from '../../db/queries/search/matches';
import { planQuery } from '../../db/queries/search/plan';
import { meantQuery } from '../../db/queries/search/spelling';
import { type Part, partsOf } from '../../db/queries/search/wildcard';
import { parseQuery } from '../../query/parse';
import { ARCHIVES, archive } from '../archives';
import { ingest, scratch } from '../command';
import { ingestSample } from '../sample';

const NOW = Date.parse('2026-11-23T12:00:00Z') / 1000;
const folder = scratch();
const database = `${folder.path}/t.sqlite`;
let reader: Reader;

/** A real archive if there is one, else the synthetic one; the same laws hold for both. */
beforeAll(async () => {
  if (ARCHIVES) ingest(database, archive(process.env.THREADLINE_TEST_ALL ? 'linux-edac' : 'kexec'));
  else ingestSample(database);
  reader = await Reader.open(database, 1);
}, 300_000);
afterAll(async () => {
  await reader.close();
  folder.remove();
});

const ask = (query: string, more: Partial<Parameters<typeof searchMessages>[1]> = {}) =>
  reader.read((db) => searchMessages(db, { query, sort: 'date', limit: 20, now: NOW, ...more }));

/** All messages of a query, page by page. */
async function all(query: string): Promise<Set<number>> {
  const found = new Set<number>();
  for (let cursor: number | null | undefined; cursor !== null; ) {
    const page = await ask(query, { limit: 1000, snippets: false, ...(cursor === undefined ? {} : { cursor }) });
    if (page.problem) throw new Error(`${query}: ${page.problem.message}`);
    for (const { id } of page.results) found.add(id);
    cursor = page.next;
  }
  return found;
}

const TERMS = [
  'kernel',
  'syndrome',
  'memory',
  '"machine check"',
  's:patch',
  's:re',
  'f:example',
  'f:bp@alien8.de',
  'kexec',
  'tc:list',
  'nq:error',
  'q:error',
  'err*',
  'dfn:edac',
  'dfa:return',
  'd:2019..2020',
  'd:..20180101',
  'is:patch',
  'is:reply',
  'has:attachment',
  'amd64_edac',
  'hibernation NEAR/5 image',
  'm:lkml',
  'tag:rfc',
  'status:applied',
  'reviewed-by:a',
];
const term = fc.constantFrom(...TERMS);
const expression = fc.oneof(
  { weight: 3, arbitrary: term },
  fc.tuple(term, fc.constantFrom(' AND ', ' OR ', ' '), term).map(([a, op, b]) => `(${a}${op}${b})`),
  term.map((one) => `(NOT ${one})`),
);

describe('the index', () => {
  it('obeys set algebra', async () => {
    const known = new Map<string, Promise<Set<number>>>();
    const setOf = (query: string) => {
      const made = known.get(query) ?? all(query);
      known.set(query, made);
      return made;
    };
    const every = await all('d:19700101..');
    const sorted = (ids: Iterable<number>) => [...ids].sort((x, y) => x - y);
    await fc.assert(
      fc.asyncProperty(expression, expression, async (a, b) => {
        const [x, y] = [await setOf(a), await setOf(b)];
        const both = sorted(x).filter((id) => y.has(id));
        expect(sorted(await setOf(`${a} AND ${b}`)), `${a} AND ${b}`).toEqual(both);
        expect(sorted(await setOf(`${b} ${a}`)), `${b} ${a}`).toEqual(both);
        expect(sorted(await setOf(`${a} OR ${b}`)), `${a} OR ${b}`).toEqual(sorted(new Set([...x, ...y])));
        const without = sorted(x).filter((id) => !y.has(id));
        expect(sorted(await setOf(`${a} AND NOT ${b}`)), `${a} AND NOT ${b}`).toEqual(without);
        expect(sorted(await setOf(`-${b} +${a}`)), `-${b} +${a}`).toEqual(without);
        const rest = sorted(every).filter((id) => !x.has(id));
        expect(sorted(await setOf(`NOT ${a}`)), `NOT ${a}`).toEqual(rest);
      }),
      { numRuns: 40, seed: 4 },
    );
  });

  it('counts the results on its pages, in both orders', async () => {
    for (const query of TERMS) {
      const ids = await all(query);
      const page = await ask(query, { snippets: false });
      expect(page.totalIsBound ? page.total <= ids.size : page.total === ids.size, query).toBe(true);
      const ranked = await ask(query, { sort: 'relevance', limit: 50, snippets: false });
      expect(
        ranked.results.every(({ id }) => ids.has(id)),
        query,
      ).toBe(true);
    }
  });

  it('finds the same range by range', async () => {
    for (const query of [
      'NOT kernel',
      'memory OR is:patch',
      'kernel OR NOT memory',
      'tag:patch',
      'status:applied',
      'list:kexec',
      'd:20080101..20141231 NOT kernel',
    ]) {
      const plan = planQuery(parseQuery(query, NOW).tree ?? null);
      const found = (range: number) => reader.read((db) => readMatches(db, plan, null, 1_000_000, range));
      expect(await found(7), query).toEqual(await found(1_000_000));
    }
  });

  it('only searches within the dates of a query', async () => {
    const asked = async (query: string) => {
      let queries = 0;
      await reader.read((db) => {
        const counting: Snapshot = {
          ...db,
          get: (sql, params) => {
            queries++;
            return db.get(sql, params);
          },
        };
        return readMatches(counting, planQuery(parseQuery(query, NOW).tree ?? null), null, 1_000_000, 1);
      });
      return queries;
    };
    // Two queries per range, each range four times as long as the one before.
    expect(await asked('NOT kernel')).toBeGreaterThan(6);
    expect(await asked('d:19800101..19801231 NOT kernel')).toBe(2);
    expect(await asked('d:20700101..20701231 NOT kernel')).toBe(2);
  });

  it('splits a broad wildcard into words and longer prefixes', async () => {
    const plan = (text: string, prefix: boolean) =>
      planQuery({ kind: 'words', field: 'any', text, phrase: false, prefix, at: 0 });
    const ids = (text: string, prefix: boolean) =>
      reader.read((db) => readMatches(db, plan(text, prefix), null, 1_000_000));
    for (const prefix of ['a', 'pa', 'kern']) {
      const parts = (await reader.read((db) => partsOf(db, prefix, 2))) as Part[];
      expect(parts, `${prefix}* has more pages than two`).not.toBeNull();
      const whole = new Set(await ids(prefix, true));
      const found = new Set<number>();
      for (const part of parts) {
        expect(part.text.startsWith(prefix)).toBe(true);
        for (const id of await ids(part.text, part.prefix)) found.add(id);
      }
      expect([...found].every((id) => whole.has(id))).toBe(true);
      expect(found.size, prefix).toBeGreaterThan(whole.size / 4);
    }
    expect(await reader.read((db) => partsOf(db, 'therm'))).toBeNull();
  });

  it('answers any string', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
      fc.constantFrom(...TERMS, ...['"', '(', ')', ' ', '-', '+', '*', ':', '..', '\0', '\\', "'", ';', '^', '{', '}']),
      fc.constantFrom(...['AND', 'OR', 'NOT', 'NEAR/3', 'ADJ', 's:', 'f:(', 'd:', 'rt:', 'mid:', 'dfpre:', 'topic:x']),
      fc.constantFrom(
        ...['list:', 'lid:', 'person:1', 'system:y', 'status:', 'tag:%', 'patchid:', '漢字', 'ﬁ', '\ud800'],
      ),
    );
    const sorts = fc.constantFrom('date', 'relevance');
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), sorts, fc.boolean(), async (pieces, sort, facets) => {
        const query = pieces.join('');
        const page = await ask(query, { sort: sort as 'date' | 'relevance', limit: 2, facets });
        if (!page.problem) return;
        expect(page.problem.message).not.toBe('');
        expect(page.problem.at[0]).toBeLessThanOrEqual(query.length);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('what was meant', () => {
  it('is the same whether the frequent words are known or asked of the index', async () => {
    const words = [
      'kernal',
      'kenrel',
      'memmory',
      'patchs',
      'subjcet',
      'messsage',
      'zzqxnosuchword',
      's:patsh',
      'mesage -patch',
    ];
    const meant = () =>
      reader.read(async (db) => {
        const found: (string | null)[] = [];
        for (const word of words) found.push(await meantQuery(db, word, NOW));
        return found;
      });
    const version = await reader.read(async (db) => db.version);
    expect(await reader.read(async (db) => frequentWords(db))).toBeNull();
    const asked = await meant();
    await learnFrequentWords(reader, version);
    expect(await reader.read(async (db) => frequentWords(db)?.('patches'))).toBe(true);
    expect(await meant()).toEqual(asked);
    expect(asked.filter((one) => one !== null).length).toBeGreaterThan(2);
  });
});
