import type { IncomingMessage } from 'node:http';

/** Largest body that is read: the quote finder's article, as a form encodes it. */
const MAX_BODY = 8 * 1024 * 1024;
/** Bodies held at once, of all requests together. */
const ALL_BODIES = 64 * 1024 * 1024;
/** Time limit for the whole body. */
const BODY_MS = 30_000;

/** A body could not be read; `status` says why. */
export class Unread extends Error {
  constructor(
    readonly status: 400 | 408 | 413 | 503,
    message: string,
  ) {
    super(message);
  }
}

let held = 0;

/** Reads the whole body of a request within a time and a size, even if no length is stated. Throws only `Unread`. */
export async function bodyOf(request: IncomingMessage, ms = BODY_MS): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) throw tooLong();
  const parts: Buffer[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unread(408, 'This request took too long to arrive.')), ms);
  });
  const iterator = request[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    while (true) {
      const { value, done } = await Promise.race([nextOf(iterator), late]);
      if (done) return new Uint8Array(Buffer.concat(parts));
      size += value.length;
      held += value.length;
      parts.push(value);
      if (size > MAX_BODY) throw tooLong();
      if (held > ALL_BODIES) throw new Unread(503, 'Too much data is being received; try again in a moment.');
    }
  } finally {
    held -= size;
    clearTimeout(timer);
  }
}

const tooLong = () => new Unread(413, `The limit is ${MAX_BODY / 1024 / 1024} MB.`);

/** The next part. A body that ends early (a broken chunk, a client that goes away) is the client's fault. */
async function nextOf(iterator: AsyncIterator<Buffer>): Promise<IteratorResult<Buffer>> {
  try {
    return await iterator.next();
  } catch {
    throw new Unread(400, 'The body of this request is incomplete.');
  }
}
