import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { BOMB_FROM_BYTES } from './limits';
import { REGULAR } from './regular';

/** A compressed chunk may grow a thousandfold; this keeps the result below 32 MB. */
const COMPRESSED_CHUNK = 32 * 1024;
const PLAIN_CHUNK = 256 * 1024;

export function readPlain(path: string, start: number): AsyncIterable<Buffer> {
  return createReadStream(path, { flags: REGULAR, start, highWaterMark: PLAIN_CHUNK });
}

export function readCompressed(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { flags: REGULAR, highWaterMark: COMPRESSED_CHUNK });
}

export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Decompresses a stream, also several gzip members in a row. Throws if the data are cut off or damaged, but only after yielding everything
 * before (a stream's iterator would drop buffered data when it fails). `maxRatio`: the largest growth of the data.
 */
export async function* gunzip(
  compressed: AsyncIterable<Buffer>,
  maxRatio = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer> {
  const zlib = createGunzip({ chunkSize: 2 * COMPRESSED_CHUNK });
  let ready: Buffer[] = [];
  let failure: Error | null = null;
  let wake = () => {};
  zlib.on('data', (chunk: Buffer) => ready.push(chunk));
  zlib.on('error', (error) => {
    failure = error;
    wake();
  });
  const settled = (act: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      act(resolve);
    });
  let taken = 0;
  let given = 0;
  try {
    for await (const chunk of compressed) {
      taken += chunk.length;
      for (let at = 0; at < chunk.length && !failure; at += COMPRESSED_CHUNK) {
        await settled((done) => zlib.write(chunk.subarray(at, at + COMPRESSED_CHUNK), () => done()));
        given += ready.reduce((sum, part) => sum + part.length, 0);
        if (given > BOMB_FROM_BYTES && given > maxRatio * taken)
          throw new Error(`decompresses to more than ${maxRatio} times its size, too much for mail`);
        yield* ready;
        ready = [];
      }
      if (failure) break;
    }
    if (!failure) {
      await settled((done) => {
        zlib.once('end', done);
        zlib.end();
      });
    }
    yield* ready;
    if (failure) throw failure;
  } finally {
    zlib.destroy();
  }
}
