import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { recognise } from '../recognise';
import { readAll, temporary } from '../testing';
import type { Source } from '../types';
import { ask } from './http';
import { proxyOf } from './proxy';

describe('the proxy of a URL', () => {
  it.each([
    ['http://a.example.org/', { http_proxy: 'http://p:3128' }, 'http://p:3128/'],
    ['http://a.example.org/', { http_proxy: 'p:3128' }, 'http://p:3128/'],
    ['http://a.example.org/', { HTTP_PROXY: 'http://p' }, null],
    ['http://a.example.org/', { https_proxy: 'http://p' }, null],
    ['https://a.example.org/', { http_proxy: 'http://p' }, null],
    ['https://a.example.org/', { HTTPS_PROXY: 'http://p', ALL_PROXY: 'http://q' }, 'http://p/'],
    ['https://a.example.org/', { https_proxy: '', all_proxy: 'http://q' }, null],
    ['https://a.example.org/', { all_proxy: 'http://q' }, 'http://q/'],
    ['http://a.example.org/', { http_proxy: 'http://p', no_proxy: 'example.org' }, null],
    ['http://a.example.org/', { http_proxy: 'http://p', no_proxy: 'x, .Example.org' }, null],
    ['http://a.example.org/', { http_proxy: 'http://p', NO_PROXY: '*' }, null],
    ['http://anexample.org/', { http_proxy: 'http://p', no_proxy: 'example.org' }, 'http://p/'],
    ['http://10.1.2.3/', { http_proxy: 'http://p', no_proxy: '10.0.0.0/8' }, null],
    ['http://11.1.2.3/', { http_proxy: 'http://p', no_proxy: '10.0.0.0/8,3' }, 'http://p/'],
    ['http://[2001:db8::1]/', { http_proxy: 'http://p', no_proxy: '2001:db8::/32' }, null],
    ['http://[::1]/', { http_proxy: 'http://p', no_proxy: '::/999' }, 'http://p/'],
  ])('%s, by %j', (url, env, proxy) => {
    expect(proxyOf(url, env as unknown as NodeJS.ProcessEnv)?.href ?? null).toBe(proxy);
  });
});

describe('a server behind a proxy', () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) delete process.env[name];
    for (const close of closers.splice(0)) close();
  });

  async function listen(server: ReturnType<typeof createServer>): Promise<string> {
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** A proxy for names that only it knows, which all lead to `origin`. It refuses tunnels. */
  async function proxyTo(origin: string) {
    const asked: string[] = [];
    const server = createServer((incoming, response) => {
      asked.push(`${incoming.headers['proxy-authorization'] ?? '-'} ${incoming.method} ${incoming.url}`);
      const { pathname, search } = new URL(incoming.url ?? '');
      const onward = request(`http://${origin}${pathname}${search}`, { headers: incoming.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      onward.end();
    });
    server.on('connect', (incoming, socket) => {
      asked.push(`${incoming.headers['proxy-authorization'] ?? '-'} CONNECT ${incoming.url}`);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    return { address: await listen(server), asked };
  }

  it('is reached through it, by us and by git', async () => {
    const origin = await listen(
      createServer((incoming, response) => {
        if (incoming.url?.endsWith('manifest.js.gz')) response.end(gzipSync('{"/widgets/git/0.git":{}}'));
        else response.writeHead(404).end();
      }),
    );
    const proxy = await proxyTo(origin);
    process.env.http_proxy = `http://ada:secret@${proxy.address}`;
    const web = { folder: join(temporary(), 'mirrors'), silence: 100 };
    const [source] = await recognise('http://lists.example.org/widgets/', { web });
    const { error } = await readAll(source as Source);
    const known = `Basic ${Buffer.from('ada:secret').toString('base64')}`;
    expect(proxy.asked[0]).toBe(`${known} GET http://lists.example.org/widgets/manifest.js.gz`);
    expect(proxy.asked.join()).toContain('GET http://lists.example.org/widgets/git/0.git/info/refs');
    expect(String(error)).toMatch(/git fetch failed/);
    expect(String(error)).not.toContain('secret');
  });

  it('is reached directly if excluded', async () => {
    const origin = await listen(createServer((_, response) => response.end('x')));
    const proxy = await proxyTo(origin);
    Object.assign(process.env, { http_proxy: `http://${proxy.address}`, no_proxy: '127.0.0.1' });
    expect((await ask(`http://${origin}/`, { silence: 100 })).status).toBe(200);
    expect(proxy.asked).toEqual([]);
  });

  it('fails with an error that names the proxy without its password', async () => {
    const proxy = await proxyTo('127.0.0.1:1');
    process.env.https_proxy = `http://ada:secret@${proxy.address}`;
    const answerOf = (url: string) => ask(url, { silence: 100 }).then(String, String);
    const refused = await answerOf('https://lists.example.org/widgets/');
    expect(refused).toContain(`(through the proxy at ${proxy.address}, which may have refused it)`);
    expect(proxy.asked.map((line) => line.replace(/.*? CONNECT/, 'CONNECT'))).toEqual([
      'CONNECT lists.example.org:443',
    ]);
    process.env.https_proxy = 'socks5://ada:secret@proxy.example.org';
    const other = await answerOf('https://lists.example.org/widgets/');
    expect(other).toContain('cannot use a socks5:// proxy');
    expect(refused + other).not.toContain('secret');
  });
});
