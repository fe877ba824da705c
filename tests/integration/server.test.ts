import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../app/_web/limits';
import { command, scratch } from '../command';
import { ingestSample } from '../sample';
import { type Running, startServer } from '../server';

const folder = scratch();
const database = `${folder.path}/t.sqlite`;
let server: Running;
let msgid: string;
let list: string;

const WITH_ATTACHMENT = `From mboxrd@z Thu Jan  1 00:00:00 1970
From: Ann Example <ann@example.org>
To: attached@example.org
Subject: a page to download
Message-ID: <attached-1@example.org>
Date: Wed, 28 Jul 2004 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain

See the page.
--b
Content-Type: text/html; name="page.html"
Content-Disposition: attachment; filename="page.html"

<script>alert(1)</script>
--b--
`;

const start = (env: Record<string, string> = {}) => startServer(database, { THREADLINE_LOG: 'info', ...env });

beforeAll(async () => {
  ingestSample(database);
  if (command('ingest', ['--list', 'attached', '-'], database, WITH_ATTACHMENT).status !== 0)
    throw new Error('the mail with an attachment was not ingested');
  server = await start();
  const { threads } = await (await fetch(`${server.base}/api/v1/lists/all/threads`)).json();
  msgid = encodeURIComponent(threads.toSorted((a: Facts, b: Facts) => b.messages - a.messages)[0].root);
  list = 'threadline-sample';
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

interface Facts {
  messages: number;
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Sends a request unchanged; fetch would normalise it. */
function ask(path: string, method = 'GET', headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((done, failed) => {
    const sent = request({ port: server.port, host: '127.0.0.1', path, method, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        done({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
      );
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

/** Everything that the server sends after these bytes until it closes the connection. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((done) => {
    const socket = connect(server.port, '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('error', () => {});
    socket.on('close', () => done(Buffer.concat(parts).toString('latin1')));
    socket.write(bytes);
  });
}

const GUARDS = [
  'content-security-policy',
  'x-content-type-options',
  'referrer-policy',
  'cross-origin-opener-policy',
  'permissions-policy',
];

function expectGuarded(headers: Answer['headers'], what: string): void {
  for (const name of GUARDS) expect(headers[name], `${name} of ${what}`).toBeTruthy();
  const policy = String(headers['content-security-policy']);
  expect(policy, what).toContain("default-src 'none'");
  expect(policy, what).not.toMatch(/unsafe|\*|https?:/);
}

describe('answers of every kind', () => {
  it('have the same security headers: pages, files, feeds, JSON, redirects, errors', async () => {
    const { body } = await ask(`/${list}/`);
    const asset = /href="(\/assets\/[^"]+\.css)"/.exec(body.toString())?.[1] ?? '';
    const alone = (await ask('/attached/attached-1@example.org/')).body.toString();
    const attached = /href="([^"]+)" download/.exec(alone)?.[1] ?? '';
    const kinds: [string, string, number][] = [
      ['GET', '/', 200],
      ['GET', `/${list}/`, 200],
      ['GET', `/${list}/${msgid}/`, 200],
      ['GET', `/${list}/${msgid}/t/`, 200],
      ['GET', `/${list}/${msgid}/raw`, 200],
      ['GET', `/${list}/${msgid}/t.mbox.gz`, 200],
      ['GET', `/${list}/${msgid}/t.atom`, 200],
      ['GET', `/${list}/new.atom`, 200],
      ['GET', attached, 200],
      ['GET', asset, 200],
      ['GET', '/assets/nothing.css', 404],
      ['GET', '/search/?q=kernel', 200],
      ['GET', `/${list}/?before=x`, 400],
      ['GET', '/api/v1/lists', 200],
      ['GET', '/api/v1/nothing', 404],
      ['OPTIONS', '/api/v1/lists', 204],
      ['GET', '/healthz', 200],
      ['GET', '/metrics', 200],
      ['GET', '/quotes/', 200],
      ['POST', '/quotes/', 400],
      ['POST', `/${list}/`, 400],
      ['GET', `/${list}`, 301],
      ['GET', `/r/${msgid}/`, 302],
      ['GET', '/nosuchlist/', 404],
      ['GET', '/a/b/c/d/e/f', 404],
      ['GET', '/all/..', 200],
      ['GET', '/all/%2e%2e/%2E%2E/search/../nosuchlist/', 404],
      ['GET', '/_next/static/x.js', 404],
      ['GET', '/%zz', 400],
      ['GET', '/%00', 400],
      ['GET', `/${'x'.repeat(9000)}`, 414],
      ['PUT', '/', 405],
      ['TRACE', '/', 405],
      ['OPTIONS', '/', 204],
      ['HEAD', `/${list}/`, 200],
    ];
    for (const [method, path, status] of kinds) {
      const answer = await ask(path, method);
      expect(answer.status, `${method} ${path}`).toBe(status);
      expectGuarded(answer.headers, `${method} ${path}`);
      if (status === 405) expect(answer.headers.allow).toContain('GET');
      if (status >= 400 && method !== 'HEAD') expect(answer.body.length, path).toBeGreaterThan(10);
    }
    const { headers } = await ask(`/${list}/`);
    const fresh = await ask(`/${list}/`, 'GET', { 'If-None-Match': String(headers.etag) });
    expect([fresh.status, fresh.body.length]).toEqual([304, 0]);
    expectGuarded(fresh.headers, '304');
    const download = await ask(attached);
    expect(download.headers['content-disposition']).toMatch(/^attachment/);
    expect(download.headers['content-type']).toBe('application/octet-stream');
  });

  it('have them if no request could be read', async () => {
    const refusals: [string, RegExp][] = [
      ['nonsense\r\n\r\n', /^HTTP\/1\.1 400 /],
      ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
      [`GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'c'.repeat(40_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
      ['GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 417 /],
      [
        'POST /quotes/ HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n',
        /^HTTP\/1\.1 413 /,
      ],
      ['GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 \d/],
    ];
    for (const [bytes, wanted] of refusals) {
      const said = await raw(bytes);
      expect(said, bytes.slice(0, 60)).toMatch(wanted);
      expect(said.toLowerCase(), bytes.slice(0, 60)).toContain("content-security-policy: default-src 'none'");
    }
  });

  it('have the same bytes in any encoding, and none for HEAD', async () => {
    for (const path of [`/${list}/${msgid}/t/`, '/', '/api/v1/lists/all/threads', `/${list}/new.atom`]) {
      const plain = await ask(path);
      expect(plain.headers['content-encoding']).toBeUndefined();
      for (let n = 0; n < 2; n++) {
        const brotli = await ask(path, 'GET', { 'Accept-Encoding': 'gzip, deflate, br' });
        expect(brotli.headers['content-encoding']).toBe('br');
        expect(brotliDecompressSync(brotli.body).equals(plain.body), path).toBe(true);
        const gzip = await ask(path, 'GET', { 'Accept-Encoding': 'gzip, br;q=0' });
        expect(gzip.headers['content-encoding']).toBe('gzip');
        expect(gunzipSync(gzip.body).equals(plain.body), path).toBe(true);
        expect(gzip.headers.vary).toContain('Accept-Encoding');
      }
      const head = await ask(path, 'HEAD');
      expect([head.status, head.headers.etag, head.body.length]).toEqual([200, plain.headers.etag, 0]);
    }
  });

  it('name the host of the request, cached or not', async () => {
    const feed = `/${list}/new.atom`;
    for (const host of ['one.example', 'two.example']) {
      const { body } = await ask(feed, 'GET', { Host: host, 'Accept-Encoding': 'br' });
      expect(brotliDecompressSync(body).toString()).toContain(`http://${host}${feed}`);
    }
  });
});

const RUNS = process.env.THREADLINE_TEST_ALL ? 5000 : 300;

describe('any input of a client', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => encodeURIComponent(text.toWellFormed())),
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      '..',
      '.',
      '%2e%2e',
      '%2F',
      '%5c',
      '%00',
      '%',
      '%e2%82',
      '%ff',
      '/',
      '//',
      '?',
      '*',
      '0',
      '-1',
      '99999999999999999999',
      'T',
      't',
      'raw',
      'digest',
      'new.atom',
      't.mbox.gz',
      '0-x',
      'html',
      'constructor',
      '__proto__',
    ),
  );
  const place = fc.constantFrom(
    '',
    'all',
    'search',
    'topics',
    'people',
    'series',
    'mm',
    'stories',
    'quotes',
    'r',
    'api/v1',
    'api/v1/search',
    'api/v1/messages',
    'assets',
    'healthz',
    'metrics',
    'threadline-sample',
    '_next',
  );
  const query = fc.constantFrom(
    'q',
    'x',
    'before',
    'after',
    'list',
    'topic',
    'person',
    'sort',
    'from',
    'to',
    'lines',
    'imposter',
    'limit',
    'format',
    'page',
    'status',
    'facets',
    't',
    'b',
  );
  const header = fc.constantFrom(
    'Range',
    'If-None-Match',
    'If-Modified-Since',
    'Accept-Encoding',
    'Accept',
    'Cookie',
    'Host',
    'Content-Type',
    'Content-Length',
    'Transfer-Encoding',
    'X-Forwarded-For',
    'Next-Action',
    'RSC',
    'Next-Router-Prefetch',
    'X-Middleware-Subrequest',
    'Authorization',
    'Origin',
  );
  const value = fc.oneof(
    fc.constantFrom(
      'bytes=0-',
      'bytes=99-1',
      '*',
      'W/""',
      '0',
      '-1',
      'chunked',
      'multipart/form-data',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      '1, 2',
      'x'.repeat(5000),
      '[::1',
      'a b',
    ),
    fc.string({ maxLength: 30 }),
  );
  const method = fc.constantFrom(
    'GET',
    'GET',
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PATCH',
    'PROPFIND',
    'BREW',
  );

  it('always gets an answer, and never a 5xx', async () => {
    const one = fc.record({
      method,
      path: fc
        .tuple(place, fc.array(word, { maxLength: 4 }), fc.boolean())
        .map(([first, words, slash]) => `/${[first, ...words].join('/')}${slash ? '/' : ''}`),
      query: fc.array(fc.tuple(query, word), { maxLength: 4 }),
      headers: fc.array(fc.tuple(header, value), { maxLength: 3 }),
      body: fc.string({ maxLength: 200 }),
    });
    await fc.assert(
      fc.asyncProperty(one, async ({ method, path, query, headers, body }) => {
        const target = `${path}${query.length ? `?${query.map(([name, text]) => `${name}=${text}`).join('&')}` : ''}`;
        const lines = headers.map(([name, text]) => `${name}: ${text}`);
        const own = lines.some((line) => line.startsWith('Content-Length') || line.startsWith('Transfer'));
        const head = [
          `${method} ${target} HTTP/1.1`,
          'Host: localhost',
          'Connection: close',
          ...lines,
          ...(own ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
        ];
        // A missing body would wait for the server's time limit, so the client closes the connection.
        const bytes = `${head.join('\r\n')}\r\n\r\n${body}`;
        const said = await (own ? rawThenEnd(bytes) : raw(bytes));
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(said)?.[1] ?? 0);
        expect(status, `${head.join('\n')}: ${said.slice(0, 200)}`).toBeLessThan(500);
        if (!own) expect(status, head.join('\n')).toBeGreaterThanOrEqual(200);
      }),
      { numRuns: RUNS },
    );
    expect((await fetch(`${server.base}/healthz`)).status).toBe(200);
  });

  it('may be noise, which is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (noise) => {
        const said = await rawThenEnd(Buffer.from(noise));
        expect(said === '' || /^HTTP\/1\.1 4\d\d /.test(said), said.slice(0, 100)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

function rawThenEnd(bytes: string | Buffer): Promise<string> {
  return new Promise((done) => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('end', () => socket.end());
    socket.on('error', () => {});
    socket.on('close', () => done(Buffer.concat(parts).toString('latin1')));
    socket.end(bytes);
  });
}

describe('operation', () => {
  it('limits expensive pages by address, but nothing that b4 fetches', async () => {
    const limited = await start({ THREADLINE_TRUST_PROXY: 'yes' });
    const from = (address: string, path: string, init: RequestInit = {}) =>
      fetch(limited.base + path, { ...init, headers: { 'X-Forwarded-For': `10.9.9.9, ${address}` } });
    const article = { method: 'POST', body: 'He wrote, "nothing of it" and left.' };
    const statuses = new Map<number, number>();
    let refusal: Response | undefined;
    for (let n = 0; n < LIMITS.quotes.points + 3; n++) {
      const answer = await from('192.0.2.1', '/api/v1/quotes', article);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 429) refusal = answer;
    }
    expect([...statuses]).toEqual([
      [200, LIMITS.quotes.points],
      [429, 3],
    ]);
    expect(Number(refusal?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refusal?.text()).toContain('Too many such requests');
    expect((await from('192.0.2.2', '/api/v1/quotes', article)).status).toBe(200);
    for (let n = 0; n < 300; n++) {
      const answer = await from('192.0.2.1', `/${list}/${msgid}/${n % 2 ? 'raw' : 't.mbox.gz'}`);
      await answer.arrayBuffer();
      expect(answer.status).toBe(200);
    }
    const counted = await (await fetch(`${limited.base}/metrics`)).text();
    expect(counted).toContain('threadline_http_refused_total{reason="rate",route="/api/v1/[...path]"} 3');
    expect(await limited.stop()).toBe(0);
  });

  it('reports metrics without mails, queries or clients', async () => {
    const query = 'zebrafish';
    await fetch(`${server.base}/search/?q=${query}`);
    await fetch(`${server.base}/${list}/${msgid}/?q=${query}`);
    const health = await (await fetch(`${server.base}/healthz`)).json();
    expect(health).toMatchObject({ status: 'ok', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    expect(Date.parse(health.last_ingest)).toBeGreaterThan(Date.now() - 86_400_000);
    const metrics = await (await fetch(`${server.base}/metrics`)).text();
    const sample = /^[a-zA-Z_:][\w:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})? (?:[-+]?[\d.eE+-]+|NaN|[+-]Inf)$/;
    const lines = metrics.split('\n').filter((line) => line && !line.startsWith('#'));
    expect(lines.filter((line) => !sample.test(line))).toEqual([]);
    for (const name of [
      'threadline_http_requests_total{route="/search",method="GET",status="200"}',
      'threadline_http_request_duration_seconds_bucket{le="0.1",route="/search"}',
      'threadline_archive{what="messages"} 3',
      'threadline_kept_pages_total{result="made"}',
      'nodejs_eventloop_lag_seconds',
      'process_resident_memory_bytes',
      'threadline_last_ingest_timestamp_seconds',
    ])
      expect(metrics).toContain(name);
    const logged = server
      .said()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(logged.length).toBeGreaterThan(50);
    for (const line of logged)
      expect(Object.keys(JSON.parse(line))).toEqual(expect.arrayContaining(['level', 'time', 'msg']));
    expect(logged.filter((line) => JSON.parse(line).level === 'error')).toEqual([]);
    for (const secret of [query, decodeURIComponent(msgid), msgid]) {
      expect(server.said()).not.toContain(secret);
      expect(metrics).not.toContain(secret);
    }
  });

  it('stops gracefully: open requests are answered, and it exits with 0', async () => {
    const ending = await start();
    const idle = connect(ending.port, '127.0.0.1');
    const slow = connect(ending.port, '127.0.0.1');
    const body = 'article=nothing';
    slow.write(
      `POST /quotes/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    await until(async () =>
      (await (await fetch(`${ending.base}/metrics`)).text()).includes('threadline_http_in_flight 2'),
    );
    const ended = once(ending.child, 'exit');
    ending.child.kill('SIGTERM');
    await until(async () => !(await fetch(`${ending.base}/healthz`).catch(() => null)));
    const parts: Buffer[] = [];
    slow.on('data', (part: Buffer) => parts.push(part));
    slow.write(body.slice(5));
    expect((await ended)[0]).toBe(0);
    expect(Buffer.concat(parts).toString()).toMatch(/^HTTP\/1\.1 200 [\s\S]*<\/html>/);
    idle.destroy();
  });

  it('ends at once on a second signal', async () => {
    const ending = await start();
    const held = connect(ending.port, '127.0.0.1');
    held.on('error', () => {});
    held.write('POST /quotes/ HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n');
    await until(async () =>
      (await (await fetch(`${ending.base}/metrics`)).text()).includes('threadline_http_in_flight 2'),
    );
    const ended = once(ending.child, 'exit');
    ending.child.kill('SIGTERM');
    await until(async () => ending.said().includes('"ending"'));
    ending.child.kill('SIGTERM');
    expect((await ended)[0]).toBe(143);
  });

  it('rejects an invalid setting and names it', async () => {
    await expect(start({ THREADLINE_TRUST_PROXY: 'perhaps' })).rejects.toThrow('THREADLINE_TRUST_PROXY');
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((later) => setTimeout(later, 50));
}
