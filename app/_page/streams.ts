import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/**
 * A body that is made at the client's speed, from an async iterator that ends when the client goes away. `Readable.toWeb` is not
 * used: it pushes into a controller that a cancel has already closed, and that error cannot be caught (one abort of a 22 MB mbox
 * ended the process, 2026-11-28). `release` is called at the end, however it comes; it may be called twice.
 */
export function bodyOfParts(parts: AsyncIterable<Uint8Array>, release = () => {}): ReadableStream<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { value, done } = await iterator.next().catch((error) => {
          release();
          throw error;
        });
        if (!done) return controller.enqueue(value);
        release();
        controller.close();
      },
      async cancel() {
        release();
        await iterator.return?.();
      },
    },
    // Nothing is made in advance for a client that does not read.
    { highWaterMark: 0 },
  );
}

/** The same bytes, gzipped as they are read. If the reader stops, the source stops too. */
export async function* gzipped(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const zip = createGzip();
  // A failure of either end destroys the other, and reaches the reader as an exception of `zip`.
  pipeline(Readable.from(parts), zip, () => {});
  yield* zip;
}
