import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Held, type HeldBlob } from './held';

const oid = (n: number, algorithm = 'sha1') => createHash(algorithm).update(String(n)).digest('hex');

async function held(blobs: HeldBlob[], page = 700): Promise<Held> {
  async function* pages() {
    for (let at = 0; at < blobs.length; at += page) yield blobs.slice(at, at + page);
  }
  return Held.load(pages());
}

describe('the blobs of an epoch', () => {
  it.each(['sha1', 'sha256'])('are found by name, and those not found are lost (%s)', async (algorithm) => {
    const blobs = Array.from({ length: 5000 }, (_, n) => ({ oid: oid(n, algorithm), message: n * 8 }));
    const some = await held(blobs);
    for (let n = 0; n < 5000; n++) if (n % 7) expect(some.find(oid(n, algorithm))).toBe(true);
    expect(some.find(oid(5000, algorithm))).toBe(false);
    const lost = [...some.lost()].sort((a, b) => a.message - b.message);
    expect(lost).toEqual(blobs.filter((_, n) => n % 7 === 0));
  });

  it('may be one blob on several lists, or none', async () => {
    const twice = [1, 2, 3].map((message) => ({ oid: oid(9), message }));
    const some = await held([...twice, { oid: oid(1), message: 4 }]);
    expect(some.find(oid(9))).toBe(true);
    expect([...some.lost()]).toEqual([{ oid: oid(1), message: 4 }]);
    const none = await held([]);
    expect([none.find(oid(1)), [...none.lost()]]).toEqual([false, []]);
  });
});
