import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib';
import { wholeOf } from '../_web/http';
import { unsentBytes } from '../_web/metrics';

type Encoding = 'br' | 'gzip';

/** A smaller body is not compressed: it takes one packet either way. */
const MIN_BYTES = 1400;
/** Memory for compressed pages, cached by ETag, of the pages that `app/_page/page.tsx` caches. */
const KEPT_BYTES = 32 * 1024 * 1024;
/** At this quality brotli is as fast as gzip and 10 % smaller. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const COMPRESSED = /^(?:text\/|image\/svg|application\/(?:json|atom\+xml|xml|javascript|openmetrics-text|x-ndjson))/;

/** A larger body is streamed at the client's speed, not held whole: a mail may have 256 MB. */
const MAX_WHOLE_BYTES = 8 * 1024 * 1024;

/** Memory for all complete answers that wait for their clients; a streamed answer holds one part at a time. */
const MAX_UNSENT = 256 * 1024 * 1024;
/** After GRACE_MS, a client that reads less than this a second is disconnected: it holds memory and a place for nothing. */
const LEAST_RATE = 2048;
const GRACE_MS = 30_000;

/** Types that are the same for every client. Feeds and JSON contain the host that the client asked for. */
const KEPT = /^text\/(?:html|css|javascript)/;

const compress = {
  br: (body: Uint8Array) => promisify(brotliCompress)(body, BROTLI),
  gzip: (body: Uint8Array) => promisify(gzip)(body),
};

const kept = new Map<string, Promise<Buffer>>();
let keptBytes = 0;

/** Writes the answer to a request to its connection; resolves to the number of bytes of the body. */
export async function send(request: IncomingMessage, response: ServerResponse, answer: Response): Promise<number> {
  const known = wholeOf(answer);
  const headers = known ? { ...known.fields } : Object.fromEntries(answer.headers);
  const ready = known?.whole ?? null;
  const hasBody = (ready ?? answer.body) !== null && request.method !== 'HEAD';
  const isText = COMPRESSED.test(headers['content-type'] ?? '');
  const encoding = isText ? encodingOf(request) : null;
  if (isText) headers.vary = 'Accept-Encoding';
  if (!hasBody) {
    if (!ready) await answer.body?.cancel();
    if (request.method === 'HEAD' && encoding) delete headers['content-length'];
    response.writeHead(answer.status, headers).end();
    return 0;
  }
  if (!(Number(headers['content-length']) <= MAX_WHOLE_BYTES)) return stream(response, answer, headers, encoding);
  let body: Uint8Array = ready ?? new Uint8Array(await answer.arrayBuffer());
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

/** Writes a body and waits until the network has taken it or the client has gone. */
async function whole(response: ServerResponse, body: Uint8Array): Promise<void> {
  if (response.destroyed) return;
  const ended = new Promise((resolve) => response.once('finish', resolve).once('close', resolve));
  response.end(body);
  // Nearly always the system has taken all of it by now.
  if (!response.writableLength) return void (await ended);
  unsent += body.length;
  unsentBytes.set(unsent);
  const stop = watchRate(response);
  await ended;
  stop();
  unsent -= body.length;
  unsentBytes.set(unsent);
}

/** Ends a connection whose client reads more slowly than LEAST_RATE. Returns a function that ends the watch. */
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

/** Answers 503, because too much waits for other clients. */
function busy(response: ServerResponse): number {
  const text = 'Too many answers wait for slow clients; try again in a moment.\n';
  response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '5' }).end(text);
  return text.length;
}

/** The best encoding that the client accepts (RFC 9110, 12.5.3); `q=0` refuses one. */
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

/** Drops the oldest when there are too many. Each ETag belongs to one state of the data, so a cached page is never wrong. */
async function forget(more: number): Promise<void> {
  keptBytes += more;
  for (const [key, oldest] of kept) {
    if (keptBytes <= KEPT_BYTES) break;
    kept.delete(key);
    keptBytes -= (await oldest).length;
  }
}

/** For a large body, or one of unknown size: each part is compressed and sent when it is made. */
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
    // Leaving the loop cancels the body and whatever makes it.
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
  // Read at once, so that a flush never waits for a reader.
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

/** Resolves when the client has read enough, or has gone. */
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
