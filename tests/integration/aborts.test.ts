import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest, scratch } from '../command';
import { LINES, largeThread, MAILS } from '../largethread';
import { type Running, startServer } from '../server';

const folder = scratch();
const database = `${folder.path}/t.sqlite`;
let server: Running;

const STALL_MS = 400;

beforeAll(async () => {
  writeFileSync(`${folder.path}/large.mbox`, largeThread());
  ingest(database, '--list', 'large', `${folder.path}/large.mbox`);
  server = await startServer(database, { THREADLINE_LOG: 'error', THREADLINE_RATE_LIMITS: 'no' });
}, 120_000);
afterAll(async () => {
  await server.stop();
  folder.remove();
});

/** How a client disconnects: at once by FIN or RST, or after not reading for a while, when data have piled up. */
type Leaving = 'closes' | 'resets' | 'stalls';

/** Sends a request and disconnects after this many bytes of the answer, or at its end. */
function abortAfter(bytes: number, request: string, leaving: Leaving): Promise<number> {
  return new Promise((resolve) => {
    let seen = 0;
    const socket = connect(server.port, '127.0.0.1', () => socket.write(request));
    const leave = () => {
      if (leaving === 'resets') return socket.resetAndDestroy();
      if (leaving === 'closes') return socket.destroy();
      socket.pause();
      setTimeout(() => socket.destroy(), STALL_MS);
    };
    socket.on('data', (part) => {
      const before = seen;
      seen += part.length;
      if (before < bytes && seen >= bytes) leave();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(seen));
    if (bytes === 0) socket.once('connect', () => setImmediate(leave));
  });
}

const get = (path: string, accept = 'gzip') =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: ${accept}\r\nConnection: close\r\n\r\n`;
const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;

const ROOT = '/large/large-0%40example.org/';
const REQUESTS: [string, string][] = [
  ['mbox of a thread', get(`${ROOT}t.mbox.gz`)],
  ['mbox of a search', post('/large/?q=needle&x=m', 'x=m')],
  ['thread, flat', get(`${ROOT}T/`)],
  ['thread, flat, brotli', get(`${ROOT}T/`, 'br')],
  ['thread, flat, uncompressed', get(`${ROOT}T/`, 'identity')],
  ['thread, nested', get(`${ROOT}t/`)],
  ['thread as Atom', get(`${ROOT}t.atom`)],
  ['message', get(ROOT)],
  ['raw', get(`${ROOT}raw`)],
  ['list', get('/large/')],
  ['home', get('/')],
  ['search', get('/search/?q=needle')],
  ['search as Atom', get('/large/?q=needle&x=A')],
  ['series', get('/series/')],
  ['people', get('/people/')],
  ['quotes', post('/quotes/', `text=${'%22needle+in+words%22+'.repeat(200)}`)],
  ['API', get('/api/v1/lists/all/threads')],
];
/** Bytes of the answer after which the client disconnects: before it, in its head, between and at the edges of parts. */
const OFFSETS = [0, 1, 100, 500, 4096, 16_384, 65_536, 200_000, 262_144, 700_000, 1_048_576, 3_000_000, 8_000_000];

describe('a client that disconnects', () => {
  it.each(REQUESTS)('in the middle of %s does not affect the server', async (_name, request) => {
    for (const leaving of ['closes', 'resets', 'stalls'] as const)
      await Promise.all(OFFSETS.map((bytes) => abortAfter(bytes, request, leaving)));
    expect(server.child.exitCode).toBeNull();
    const after = await fetch(`${server.base}/healthz`);
    expect(after.status).toBe(200);
  });

  it('causes no uncaught error, and leaves no request open', async () => {
    const metric = async (name: string) => {
      const text = await (await fetch(`${server.base}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
    };
    expect(await metric('threadline_uncaught_errors_total')).toBe(0);
    // The request for metrics itself is open.
    for (let n = 0; n < 100 && (await metric('threadline_http_in_flight')) > 1; n++)
      await new Promise((later) => setTimeout(later, 100));
    expect(await metric('threadline_http_in_flight')).toBe(1);
    expect(server.said()).not.toContain('"level":50');
  });

  it('does not affect the answers of others', async () => {
    const whole = await (await fetch(`${server.base}${ROOT}t.mbox.gz`)).arrayBuffer();
    expect(whole.byteLength).toBeGreaterThan(MAILS * LINES * 20);
  });
});
