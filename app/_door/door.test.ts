import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { requests } from '../_web/metrics';
import { answer } from './door';
import type { Routes } from './routes';

/** Pages that say what reached them. */
const PAGES: Record<string, string[]> = { '/metrics': ['GET'], '/quotes': ['GET', 'POST'], '/slow': ['GET'] };
let open: () => void = () => {};
const opened = new Promise<void>((resolve) => {
  open = resolve;
});
let slow = 0;
let reached = 0;
const handler = async (request: Request) => {
  reached++;
  if (request.url.includes('/slow')) {
    slow++;
    await opened;
  }
  return new Response(`reached ${await request.text()}`, { headers: { 'Content-Length': '999' } });
};
const routes = {
  find(path: string) {
    const pattern = path.replace(/(?<=.)\/$/, '');
    const methods = PAGES[pattern];
    return methods && { pattern, handlers: Object.fromEntries(methods.map((method) => [method, handler])) };
  },
} as unknown as Routes;
const server = createServer({ requireHostHeader: false }, (request, response) => answer(request, response, routes));

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

function ask(text: string): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (part) => {
      said += part;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(said));
  });
}
const get = (path: string, host = 'Host: x') => ask(`GET ${path} HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`);
const post = (rest: string) => ask(`POST /quotes/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${rest}`);

describe('the door', () => {
  it('hands a page the whole body', async () =>
    expect(await post('Content-Length: 3\r\n\r\na=b')).toMatch(/^HTTP\/1\.1 200 [\s\S]*reached a=b$/));

  it('answers the operator under one spelling', async () => {
    expect(await get('/metrics?x')).toMatch(/^HTTP\/1\.1 200 /);
    for (const path of ['/metrics/', '/x/..\\metrics', '/x/../metrics', '/x/%2e%2e/metrics'])
      expect(await get(path), path).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('wants one Host', async () => {
    expect(await get('/quotes/', 'Host: x\r\nhost: y')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await get('/quotes/', 'X-Y: z')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('asks no page while a body is not whole, and counts what breaks off as the fault of the client', async () => {
    reached = 0;
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('POST /quotes/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc');
    await new Promise((later) => setTimeout(later, 100));
    socket.destroy();
    expect(await post('Content-Length: 99999999\r\n\r\n')).toMatch(/^HTTP\/1\.1 413 /);
    await new Promise((later) => setTimeout(later, 100));
    expect(reached).toBe(0);
    const statuses = (await requests.get()).values
      .filter(({ labels }) => labels.method === 'POST')
      .map(({ labels }) => labels.status);
    expect(statuses.sort()).toEqual([200, 400, 413]);
  });

  it('answers the requests of one connection in turn, so that none of the others is refused', async () => {
    const request = 'GET /slow/ HTTP/1.1\r\nHost: x\r\n\r\n';
    const greedy = connect((server.address() as AddressInfo).port, '127.0.0.1', () => greedy.write(request.repeat(60)));
    const flood = connect((server.address() as AddressInfo).port, '127.0.0.1', () => flood.write(request.repeat(300)));
    for (const socket of [greedy, flood]) socket.on('error', () => {});
    await once(flood, 'close');
    const patience = { timeout: 300_000 };
    await vi.waitFor(() => expect(slow).toBeGreaterThan(0), patience);
    // One for each connection at most: the flood's was closed, in most runs before its first request was started.
    expect(slow).toBeLessThanOrEqual(2);
    expect(await get('/quotes/')).toMatch(/^HTTP\/1\.1 200 /);
    let said = '';
    greedy.on('data', (part) => {
      said += part;
    });
    open();
    await vi.waitFor(() => expect(said.match(/HTTP\/1\.1 200 /g)).toHaveLength(60), patience);
    greedy.destroy();
  });
});
