import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib';
import { unsentBytes } from '../_web/metrics';

type Encoding = 'br' | 'gzip';

/** Below this a header costs more than compression saves: one packet either way. */
const MIN_BYTES = 1400;
/** Compressed pages kept; they are of the pages that `app/_page/page.tsx` keeps, by their ETag. */
const KEPT_BYTES = 32 * 1024 * 1024;
/** At this quality brotli is as fast as gzip and 10 % smaller. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const COMPRESSED = /^(?:text\/|image\/svg|application\/(?:json|atom\+xml|xml|javascript|openmetrics-text|x-ndjson))/;

/** A body above this is sent as the client takes it, not held whole: a mail may have 256 MB. */
const MAX_WHOLE_BYTES = 8 * 1024 * 1024;

/** Bytes of whole answers that wait for their clients, in all; a streamed answer holds one part at a time. */
const MAX_UNSENT = 256 * 1024 * 1024;
/** A client that takes less than this a second, after GRACE_MS, is let go: it holds a page's memory and a place for nothing. */
const LEAST_RATE = 2048;
const GRACE_MS = 30_000;

/** What is the same for every client. Feeds and JSON name the host that the client asked. */
const KEPT = /^text\/(?:html|css|javascript)/;

const compress = {
  br: (body: Uint8Array) => promisify(brotliCompress)(body, BROTLI),
  gzip: (body: Uint8Array) => promisify(gzip)(body),
};

const kept = new Map<string, Promise<Buffer>>();
let keptBytes = 0;

/** The answer to a request, written to its connection; resolves to the bytes of the body sent. */
export async function send(request: IncomingMessage, response: ServerResponse, answer: Response): Promise<number> {
  const headers: Record<string, string> = {};
  for (const [name, value] of answer.headers) headers[name] = value;
  const hasBody = answer.body !== null && request.method !== 'HEAD';
  const encoding = COMPRESSED.test(headers['content-type'] ?? '') ? encodingOf(request) : null;
  if (COMPRESSED.test(headers['content-type'] ?? '')) headers.vary = 'Accept-Encoding';
  if (!hasBody) {
    await answer.body?.cancel();
    if (request.method === 'HEAD' && encoding) delete headers['content-length'];
    response.writeHead(answer.status, headers).end();
    return 0;
  }
  if (!(Number(headers['content-length']) <= MAX_WHOLE_BYTES)) return stream(response, answer, headers, encoding);
  let body: Uint8Array = new Uint8Array(await answer.arrayBuffer());
  if (encoding && body.length >= MIN_BYTES) {
    const isPage = answer.status === 200 && request.method === 'GET' && KEPT.test(headers['content-type'] ?? '');
    body = await compressed(body, encoding, isPage ? headers.etag : undefined);
    headers['content-encoding'] = encoding;
  }
  if (unsent + body.length > MAX_UNSENT) return busy(response);
  headers['content-length'] = String(body.length);
  response.writeHead(answer.status, headers);
  await whole(response, body);
  return body.length;
}

let unsent = 0;

/** Writes a body and waits until it is with the network, or the client has gone. */
async function whole(response: ServerResponse, body: Uint8Array): Promise<void> {
  unsent += body.length;
  unsentBytes.set(unsent);
  const stop = watchRate(response);
  try {
    response.end(body);
    if (!response.writableFinished) await finished(response).catch(() => {});
  } finally {
    stop();
    unsent -= body.length;
    unsentBytes.set(unsent);
  }
}

/** Ends a connection that is read more slowly than LEAST_RATE. Gives what ends the watch. */
function watchRate(response: ServerResponse): () => void {
  const { socket } = response;
  const from = socket?.bytesWritten ?? 0;
  const started = performance.now();
  const timer = setInterval(() => {
    const ms = performance.now() - started;
    if (ms < GRACE_MS || !response.socket) return;
    const taken = response.socket.bytesWritten - from - response.socket.writableLength;
    if (response.writableLength > 0 && taken < (LEAST_RATE * ms) / 1000) response.destroy();
  }, 5_000);
  timer.unref();
  return () => clearInterval(timer);
}

/** Too much waits for other clients. */
function busy(response: ServerResponse): number {
  const text = 'Too many answers wait for their readers; ask again in a moment.\n';
  response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '5' }).end(text);
  return text.length;
}

/** The best of what the client accepts (RFC 9110, 12.5.3); `q=0` refuses one. */
export function encodingOf({ headers }: Pick<IncomingMessage, 'headers'>): Encoding | null {
  const given = headers['accept-encoding'];
  if (!given) return null;
  const accepted = new Set<string>();
  for (const part of String(given).toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    if (!parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))) accepted.add(name);
  }
  if (accepted.has('br')) return 'br';
  return accepted.has('gzip') || accepted.has('*') ? 'gzip' : null;
}

function compressed(body: Uint8Array, encoding: Encoding, etag: string | undefined): Promise<Uint8Array> {
  if (etag === undefined) return compress[encoding](body);
  const key = `${encoding} ${etag}`;
  const known = kept.get(key);
  if (known) return known;
  const made = compress[encoding](body);
  kept.set(key, made);
  made.then(
    ({ length }) => forget(length),
    () => kept.delete(key),
  );
  return made;
}

/** The oldest go when there is too much; the ETag of each is of one state of the data, so none is ever wrong. */
async function forget(more: number): Promise<void> {
  keptBytes += more;
  for (const [key, oldest] of kept) {
    if (keptBytes <= KEPT_BYTES) break;
    kept.delete(key);
    keptBytes -= (await oldest).length;
  }
}

/** A large body, or one whose size is not known: each part is sent when it is made, compressed by itself. */
async function stream(
  response: ServerResponse,
  answer: Response,
  headers: Record<string, string>,
  encoding: Encoding | null,
): Promise<number> {
  if (encoding) {
    headers['content-encoding'] = encoding;
    delete headers['content-length'];
  }
  response.writeHead(answer.status, headers);
  const body = answer.body as ReadableStream<Uint8Array>;
  const parts = encoding ? squeezed(body, encoding) : body;
  let sent = 0;
  const stop = watchRate(response);
  try {
    // Leaving the loop cancels the body, and with it whatever still makes it.
    for await (const part of parts) {
      if (response.destroyed) return sent;
      sent += part.length;
      if (!response.write(part)) await drained(response);
    }
    response.end();
    return sent;
  } finally {
    stop();
  }
}

/** Each part compressed and flushed, so that a client sees it at once. */
async function* squeezed(parts: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Uint8Array> {
  const zip = encoding === 'br' ? createBrotliCompress(BROTLI) : createGzip();
  const made: Uint8Array[] = [];
  // Always read, so that a flush never waits for a reader.
  zip.on('data', (bytes: Uint8Array) => made.push(bytes));
  const failed = once(zip, 'close').then(() => Promise.reject(new Error('the compressor was closed')));
  failed.catch(() => {});
  try {
    for await (const part of parts) {
      zip.write(part);
      await Promise.race([new Promise<void>((flushed) => zip.flush(() => flushed())), failed]);
      yield* made.splice(0);
    }
    const ended = once(zip, 'end');
    zip.end();
    await Promise.race([ended, failed]);
    yield* made.splice(0);
  } finally {
    zip.destroy();
  }
}

/** Resolves when the client has taken enough, or has gone. */
function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}
