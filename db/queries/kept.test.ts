import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../open';
import { Kept } from './kept';

const file = {};
const at = (version: string) => ({ file, version }) as Snapshot;

describe('what queries found', () => {
  for (const log of ['', ' 0a1b'])
    it(`is kept until the data change, and a reader of older data takes nothing away${log && ', with a log too'}`, async () => {
      const kept = new Kept<string>(2);
      const ask = (version: string, found: string) => kept.get(at(version + log), 'key', async () => found);
      expect(await ask('9', 'nine')).toBe('nine');
      expect(await ask('10', 'ten')).toBe('ten');
      expect(await ask('9', 'nine again')).toBe('nine again');
      expect(await ask('10', 'not asked')).toBe('ten');
    });

  it('is not kept from one log to another', async () => {
    const kept = new Kept<string>(2);
    expect(await kept.get(at('10 one'), 'key', async () => 'old')).toBe('old');
    expect(await kept.get(at('9 two'), 'key', async () => 'new')).toBe('new');
    expect(await kept.get(at('9 two'), 'key', async () => 'not asked')).toBe('new');
  });
});
