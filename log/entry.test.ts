import { describe, expect, it } from 'vitest';
import { decode, encode } from './entry';

describe('an entry of the log', () => {
  it('is decoded unchanged: bytes, numbers, nulls, lone surrogates', async () => {
    const entry = {
      writer: 'one',
      statements: [
        { sql: 'INSERT INTO a VALUES (?, ?, ?)', params: [Buffer.from([0, 255, 10]), 1.5, null] },
        { sql: 'DELETE FROM a; DELETE FROM b', params: null },
        { sql: 'INSERT INTO a VALUES (?, ?, ?)', params: ['\ud800 [3]', 2 ** 40, Buffer.alloc(0)] },
        { sql: 'DELETE FROM c', params: [] },
      ],
    };
    expect(await decode(await encode(entry))).toEqual(entry);
  });

  it('is small without statements, as for a new writer', async () => {
    expect((await encode({ writer: 'one', statements: [] })).length).toBeLessThan(100);
  });
});
