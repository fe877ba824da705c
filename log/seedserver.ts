import { createHash, timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { backup } from '#db/backup';
import { logOf } from './seed';

/** The only path that is served. */
const SEED_PATH = '/seed';
/** A backup is served for this long, then a new one is made: it is as large as the database, and the log keeps 14 days. */
const FRESH_MS = 12 * 3600_000;
/** How many nodes may join at once, and how many bytes per second they get together: readers of pages use the same disk. */
const MAX_AT_ONCE = 2;
const BYTES_PER_SECOND = 64 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** A connection that takes no data for this long is closed. */
const IDLE_MS = 120_000;
/** When to ask again while the backup is being made or others fetch it. */
const RETRY_SECONDS = 2;
/** When to try again after a backup failed. */
const AGAIN_MS = 60_000;

export interface SeedServerOptions {
  database: string;
  host: string;
  /** 0: any free port. */
  port: number;
  /** The secret that joining nodes must send. */
  token: string;
  say(text: string): void;
}

/**
 * Serves this node's newest backup to joining nodes, on a separate address: the server of pages has no such path. Resolves to the port
 * once it listens.
 */
export async function serveSeed(options: SeedServerOptions): Promise<number> {
  const shelf = new Shelf(options.database);
  const server = createServer((request, response) => {
    answer(request, response, shelf, options.token).catch((error: Error) => {
      options.say(`cannot send the seed: ${error.message}`);
      response.destroy();
    });
  });
  server.maxConnections = 16;
  server.setTimeout(IDLE_MS, (socket) => socket.destroy());
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(options.port, options.host, listening);
  });
  server.unref();
  const address = server.address();
  return typeof address === 'object' && address ? address.port : options.port;
}

let sending = 0;

async function answer(request: IncomingMessage, response: ServerResponse, shelf: Shelf, token: string): Promise<void> {
  if (!isGiven(request.headers.authorization, token)) return say(response, 401, 'wrong token');
  if (request.url !== SEED_PATH) return say(response, 404, `only ${SEED_PATH} is served here`);
  if (request.method !== 'GET') return say(response, 405, 'only GET is allowed');
  if (sending >= MAX_AT_ONCE) return say(response, 503, 'other nodes are fetching the seed');
  sending++;
  try {
    const file = await shelf.newest();
    if (!file) return say(response, 503, shelf.problem ?? 'making the seed');
    const { size } = await file.stat();
    response.writeHead(200, { 'Content-Type': 'application/vnd.sqlite3', 'Content-Length': size });
    await pipeline(file.createReadStream({ highWaterMark: CHUNK_BYTES }), slowed, response);
  } finally {
    sending--;
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  const headers = status === 503 ? { 'Retry-After': String(RETRY_SECONDS) } : {};
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`);
}

/** Compares in constant time. */
function isGiven(authorization: string | undefined, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${token}`));
}

/** When the next chunk may be sent, by `performance.now()`; shared by all joining nodes. */
let next = 0;

async function* slowed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    const now = performance.now();
    next = Math.max(now, next) + (chunk.length / BYTES_PER_SECOND) * 1000;
    if (next - now > 1) await new Promise((later) => setTimeout(later, next - now));
    yield chunk;
  }
}

/** The newest backup: a file beside the database, made on request. */
class Shelf {
  readonly #path: string;
  #making: Promise<unknown> | null = null;
  #problem: { text: string; at: number } | null = null;

  constructor(private readonly database: string) {
    this.#path = `${database}-seed-served`;
  }

  /** Null while it is being made. */
  async newest(): Promise<FileHandle | null> {
    if (await this.#isFresh()) return open(this.#path);
    if (this.problem === null)
      this.#making ??= backup(this.database, this.#path)
        .catch(({ message }: Error) => {
          this.#problem = { text: message, at: performance.now() };
        })
        .finally(() => {
          this.#making = null;
        });
    return null;
  }

  /** Why making it failed, for a minute; then null. */
  get problem(): string | null {
    return this.#problem && performance.now() - this.#problem.at < AGAIN_MS ? this.#problem.text : null;
  }

  /** A seed of another log does not count. */
  async #isFresh(): Promise<boolean> {
    const found = statSync(this.#path, { throwIfNoEntry: false });
    if (!found || Date.now() - found.mtimeMs > FRESH_MS) return false;
    const [made, own] = await Promise.all([logOf(this.#path), logOf(this.database)]);
    return made.id === own.id;
  }
}
