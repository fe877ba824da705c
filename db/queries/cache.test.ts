import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../open';
import { CacheById, QueryCache } from './cache';

const file = {};
const at = (version: string) => ({ file, version }) as Snapshot;

describe('cached results of queries', () => {
  for (const log of ['', ' 0a1b'])
    it(`are cached until the data change, and not dropped by a reader of older data${log && ', with a log too'}`, async () => {
      const cache = new QueryCache<string>(2);
      const ask = (version: string, found: string) => cache.get(at(version + log), 'key', async () => found);
      expect(await ask('9', 'nine')).toBe('nine');
      expect(await ask('10', 'ten')).toBe('ten');
      expect(await ask('9', 'nine again')).toBe('nine again');
      expect(await ask('10', 'not asked')).toBe('ten');
    });

  it('are not cached across logs', async () => {
    const cache = new QueryCache<string>(2);
    expect(await cache.get(at('10 one'), 'key', async () => 'old')).toBe('old');
    expect(await cache.get(at('9 two'), 'key', async () => 'new')).toBe('new');
    expect(await cache.get(at('9 two'), 'key', async () => 'not asked')).toBe('new');
  });
});

describe('what is known of single mails', () => {
  const known = () => {
    const asked: number[][] = [];
    const cache = new CacheById<string>(3);
    const ask = (version: string, ids: number[]) =>
      cache.all(at(version), ids, async (missing) => {
        asked.push(missing);
        return missing.map((id) => `${version}:${id}`);
      });
    return { asked, ask };
  };

  it('is read once for a state of the data, whatever asks for it', async () => {
    const { asked, ask } = known();
    expect(await ask('9', [3, 1])).toEqual(['9:3', '9:1']);
    expect(await ask('9', [1, 2, 3])).toEqual(['9:1', '9:2', '9:3']);
    expect(await ask('10', [3])).toEqual(['10:3']);
    expect(asked).toEqual([[3, 1], [2], [3]]);
  });

  it('is whole where there is no room for more, and while others make room', async () => {
    const { ask } = known();
    await ask('9', [1, 2, 3, 4]);
    expect(await Promise.all([ask('9', [1, 5]), ask('9', [2, 6]), ask('9', [3, 1])])).toEqual([
      ['9:1', '9:5'],
      ['9:2', '9:6'],
      ['9:3', '9:1'],
    ]);
    expect(await ask('9', [])).toEqual([]);
  });
});
