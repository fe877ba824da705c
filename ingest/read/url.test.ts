import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { recognise } from './recognise';
import { added, commitTo, lastState, mail, readAll, summary, temporary } from './testing';
import type { Fetched, Source } from './types';
import { retryAfter } from './web/http';
import { AHEAD_BYTES, MAX_MANIFEST_BYTES } from './web/limits';
import { monthsOf } from './web/months';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Starts a server with `handler`; resolves to its URL. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Seconds of silence that are allowed if a server is slow because the machine is busy. */
const PATIENT = 100;

async function at(url: string, folder = join(temporary(), 'mirrors'), silence = PATIENT): Promise<Source> {
  const [source] = await recognise(url, { web: { folder, silence } });
  return source as Source;
}

/** The error from reading a URL. */
async function failure(url: string, silence = PATIENT): Promise<string> {
  const { error, events } = await readAll(await at(url, temporary(), silence));
  expect(events.filter(({ kind }) => kind !== 'checkpoint')).toEqual([]);
  return String(error);
}

const gzipped = (value: unknown) => gzipSync(JSON.stringify(value));
const mbox = (...texts: string[]) => texts.map((text) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${text}\n`).join('');
const answer = (status: number, body: string | Buffer = '', headers: Record<string, string> = {}): Handler => {
  return (_, response) => response.writeHead(status, headers).end(body);
};

/** A list whose epochs are served as files, for git's older protocol. */
async function list(
  folder: string,
  manifest: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
) {
  const requests: string[] = [];
  const base = await serve((request, response) => {
    const path = (request.url ?? '').split('?')[0] as string;
    requests.push(path);
    const file = join(folder, path.replace(/^\/widgets\//, ''));
    if (path === '/widgets/manifest.js.gz' && manifest(request, response)) return;
    if (path === '/widgets/manifest.js.gz') {
      const epochs = Object.fromEntries(
        [0, 1, 2].flatMap((n) => (tip(n) ? [[`/widgets/git/${n}.git`, { fingerprint: tip(n) }]] : [])),
      );
      response.end(gzipped(epochs));
    } else if (statSync(file, { throwIfNoEntry: false })?.isFile()) response.end(readFileSync(file));
    else response.writeHead(404).end();
  });
  const repository = (n: number) => join(folder, 'git', `${n}.git`);
  const tip = (n: number) =>
    existsSync(repository(n))
      ? execFileSync('git', ['--git-dir', repository(n), 'rev-parse', 'HEAD'])
          .toString()
          .trim()
      : null;
  return {
    url: `${base}/widgets/`,
    requests,
    commit(n: number, texts: string[], fresh = true) {
      commitTo(repository(n), texts.map(added), fresh);
      execFileSync('git', ['--git-dir', repository(n), 'update-server-info']);
    },
  };
}

describe('a list by its URL', () => {
  it('is copied with all epochs in order, and fetched as it grows', async () => {
    const widgets = await list(temporary());
    widgets.commit(0, [mail(0), mail(1)]);
    widgets.commit(1, [mail(2)]);
    const source = await at(widgets.url);
    expect([source.kind, source.listName]).toEqual(['url', 'widgets']);
    const first = await readAll(source);
    expect([first.error, summary(first.events)]).toEqual([null, [0, 1, 2].map((n) => `mail ${mail(n)}`)]);
    const state = lastState(first.events);
    expect(await source.fetch?.({ state })).toMatchObject({ news: false, failure: null });
    widgets.commit(1, [mail(3)], false);
    widgets.commit(2, [mail(4)]);
    const fetched = (await source.fetch?.({ state })) as Fetched;
    expect(fetched).toMatchObject({ news: true, failure: null });
    widgets.requests.length = 0;
    expect(summary((await readAll(fetched.source, state)).events)).toEqual([3, 4].map((n) => `mail ${mail(n)}`));
    expect(widgets.requests).toEqual([]);
  });

  it('only requests the manifest, with conditions, if nothing is new', async () => {
    let conditions: unknown[] = [];
    const widgets = await list(temporary(), (request, response) => {
      conditions = [request.headers['if-none-match'], request.headers['if-modified-since']];
      if (request.headers['if-none-match'] === '"a"') return Boolean(response.writeHead(304).end());
      response.setHeader('etag', '"a"').setHeader('last-modified', 'Wed, 25 Nov 2020 10:00:00 GMT');
      return false;
    });
    widgets.commit(0, [mail(0)]);
    const source = await at(widgets.url);
    const state = lastState((await readAll(source)).events);
    widgets.requests.length = 0;
    expect((await source.fetch?.({ state }))?.news).toBe(false);
    expect((await readAll(source, state)).events).toEqual([]);
    expect(conditions).toEqual(['"a"', 'Wed, 25 Nov 2020 10:00:00 GMT']);
    expect(widgets.requests).toEqual(['/widgets/manifest.js.gz', '/widgets/manifest.js.gz']);
  });

  it('gives its description from the manifest, or from the local inbox', async () => {
    const folder = temporary();
    let epochs: object = {};
    const widgets = await list(folder, (_, response) => Boolean(response.end(gzipped(epochs))));
    widgets.commit(0, [mail(0)]);
    epochs = {
      '/widgets/git/0.git': { description: 'Talk about widgets [epoch 0]' },
      '/gadgets/git/0.git': { description: 'no' },
    };
    const said = async (source: Source) => {
      const descriptions: string[] = [];
      for await (const _ of source.open({
        state: undefined,
        isSeen: async () => new Set(),
        onDescription: (text) => descriptions.push(text),
      }));
      return descriptions;
    };
    expect(await said(await at(widgets.url))).toEqual(['Talk about widgets']);
    const [local] = await recognise(folder);
    expect(await said(local as Source)).toEqual([]);
    writeFileSync(join(folder, 'description'), 'Widgets and gadgets\n');
    expect(await said(local as Source)).toEqual(['Widgets and gadgets']);
  });

  it('is fetched from the place of its manifest', async () => {
    const folder = temporary();
    const widgets = await list(folder);
    widgets.commit(0, [mail(0)]);
    // The same files under another path of the host, as after a move.
    const moved = await serve((request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/widgets/')) response.writeHead(301, { location: `/new${path}` }).end();
      else if (path === '/new/widgets/manifest.js.gz') response.end(gzipped({ '/widgets/git/0.git': {} }));
      else {
        const file = join(folder, path.split('?')[0]?.replace('/new/widgets/', '') ?? '');
        if (statSync(file, { throwIfNoEntry: false })?.isFile()) response.end(readFileSync(file));
        else response.writeHead(404).end();
      }
    });
    const result = await readAll(await at(`${moved}/widgets/`));
    expect([result.error, summary(result.events)]).toEqual([null, [`mail ${mail(0)}`]]);
  });

  it('is found by its repositories without a manifest', async () => {
    const widgets = await list(temporary(), (_, response) => Boolean(response.writeHead(404).end()));
    widgets.commit(0, [mail(0)]);
    // Only requests of git's newer protocol have this content type.
    expect(await failure(widgets.url)).toMatch(
      /widgets\/: not a public-inbox list: .*neither manifest.js.gz nor a git repository/,
    );
  });

  it('fails at an epoch that cannot be fetched, after reading those before it', async () => {
    const folder = temporary();
    const widgets = await list(folder);
    for (const n of [0, 1, 2]) widgets.commit(n, [mail(n)]);
    writeFileSync(join(folder, 'git', '1.git', 'info', 'refs'), 'nonsense');
    const mirrors = temporary();
    const result = await readAll(await at(widgets.url, mirrors));
    expect(summary(result.events)).toEqual([`mail ${mail(0)}`]);
    expect(String(result.error)).toMatch(/widgets\/git\/1\.git: git finds no commit there: .*Try again later/);
    execFileSync('git', ['--git-dir', join(folder, 'git', '1.git'), 'update-server-info', '--force']);
    const again = await readAll(await at(widgets.url, mirrors), lastState(result.events));
    expect([again.error, summary(again.events)]).toEqual([null, [`mail ${mail(1)}`, `mail ${mail(2)}`]]);
  });

  it('is read as far as it was copied if the server fails', async () => {
    let fails = false;
    const widgets = await list(
      temporary(),
      (_, response) => fails && Boolean(response.writeHead(503, { 'retry-after': '7' }).end()),
    );
    widgets.commit(0, [mail(0)]);
    const source = await at(widgets.url);
    await readAll(source);
    fails = true;
    const result = await readAll(source);
    expect(summary(result.events)).toEqual([`mail ${mail(0)}`]);
    expect(result.error).toMatchObject({
      status: 503,
      retryAfter: 7,
      message: expect.stringMatching(/manifest\.js\.gz: the server answered 503: .*wait 7 seconds/),
    });
  });

  it('ignores repositories of other lists in the manifest', async () => {
    const paths = [
      '/../../../etc/git/0.git',
      '/widgets/git/../../x/git/0.git',
      '//evil.example.org/git/1.git',
      '/gadgets/git/2.git',
      'ext::sh -c evil',
      '/widgets/git/-1.git',
    ];
    const widgets = await list(temporary(), (_, response) => {
      response.end(
        gzipped(
          Object.fromEntries(
            [...paths, '/widgets/git/0.git'].map((path) => [path, { fingerprint: path, reference: '/etc' }]),
          ),
        ),
      );
      return true;
    });
    widgets.commit(0, [mail(0)]);
    const result = await readAll(await at(widgets.url));
    expect([result.error, summary(result.events)]).toEqual([null, [`mail ${mail(0)}`]]);
    expect(result.notes).toContain('the manifest names 6 repositories of other lists; they are ignored');
    const foreign = await serve(answer(200, gzipped(Object.fromEntries(paths.map((path) => [path, {}])))));
    expect(await failure(`${foreign}/widgets/`)).toMatch(/names no repository of "widgets", but 6 others/);
  });
});

describe('a server that misbehaves', () => {
  const isSilent = (does: string) => /^(?:says nothing|stops)/.test(does);
  const manifests: [string, Handler, RegExp][] = [
    ['is missing', answer(404), /not a public-inbox list/],
    [
      'has a fault',
      answer(500),
      /widgets\/manifest\.js\.gz: the server answered 500: the server has an error; try again later/,
    ],
    [
      'is busy',
      answer(429, '', { 'retry-after': '120' }),
      /answered 429: it asks for fewer requests; try again later; it asks to wait 120 seconds/,
    ],
    ['wants a password', answer(401), /answered 401: .*only public archives/],
    ['gives a web page', answer(200, '<!doctype html><html>'), /manifest\.js\.gz: a web page, not a manifest/],
    ['gives nonsense', answer(200, gzipSync('{"a":')), /something else, not a manifest/],
    ['gives an empty manifest', answer(200, gzipped({})), /an empty manifest/],
    ['gives broken gzip', answer(200, gzipped({ a: 1 }).subarray(0, 12)), /not complete gzip data/],
    [
      'gives a bomb',
      answer(200, gzipSync(Buffer.alloc(MAX_MANIFEST_BYTES + 1))),
      /decompresses to more than \d+ bytes/,
    ],
    ['gives too much', answer(200, Buffer.alloc(MAX_MANIFEST_BYTES + 1)), /longer than the limit of \d+ bytes/],
    ['says nothing', () => {}, /no data for 1 seconds/],
    [
      'stops within its answer',
      (_, response) => void response.writeHead(200).write('x'),
      /ended too early, after 1 bytes: no data for 1 seconds/,
    ],
    ['hangs up', (_, response) => void response.socket?.destroy(), /the server closed the connection/],
    [
      'promises more than it gives',
      (_, response) =>
        void response.writeHead(200, { 'content-length': '99' }).write('x', () => response.socket?.destroy()),
      /ended too early, after 1 bytes/,
    ],
    [
      'leads in circles',
      (request, response) => void response.writeHead(302, { location: request.url }).end(),
      /redirects more than 5 times/,
    ],
    [
      'leads to another host',
      answer(301, '', { location: 'http://169.254.169.254/latest/' }),
      /redirects to http:\/\/169\.254\.169\.254\/latest\/ on another server; give that URL/,
    ],
    [
      'leads to another scheme',
      answer(301, '', { location: 'file:///etc/passwd' }),
      /redirects to file:\/\/\/etc\/passwd on another server/,
    ],
    ['leads nowhere', answer(301, '', { location: 'http://[' }), /which is not a URL/],
    [
      'names ten thousand epochs',
      answer(200, gzipped(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`/widgets/git/${n}.git`, {}])))),
      /names 10000 epochs/,
    ],
  ];

  it.each(manifests)('and %s is reported with what to do', async (does, handler, said) => {
    const base = await serve(handler);
    expect(await failure(`${base}/widgets/`, isSilent(does) ? 1 : PATIENT)).toMatch(said);
  });

  it('must name one list, not a whole server', async () => {
    await expect(recognise('https://lists.example.org/')).rejects.toThrow(/give the URL of one list/);
    await expect(recognise('https://ada:secret@lists.example.org/x/')).rejects.toThrow(
      /^https:\/\/lists.example.org\/x\/: contains a name or password/,
    );
  });

  it.each([
    ['says nothing to git', () => {}, /git fetch failed \(.*(?:too slow|timed out).*\): the server is silent/i],
    [
      'sends git elsewhere',
      answer(301, '', { location: 'http://127.0.0.1:1/x' }),
      /git fetch failed .*the server redirects git/,
    ],
    ['gives git a web page', answer(200, '<html>'), /git finds no commit there/],
    ['has nothing for git', answer(404), /git fetch failed .*the server does not have this repository/],
  ] as [string, Handler, RegExp][])('and reports %s', async (does, handler, said) => {
    const base = await serve((request, response) => {
      if (request.url?.endsWith('manifest.js.gz')) response.end(gzipped({ '/widgets/git/0.git': {} }));
      else handler(request, response);
    });
    expect(await failure(`${base}/widgets/`, isSilent(does) ? 1 : PATIENT)).toMatch(said);
  });

  it("is judged by git's message, not by its URL", async () => {
    const base = await serve((request, response) => {
      if (request.url?.endsWith('manifest.js.gz')) response.end(gzipped({ '/w404-timed-out/git/0.git': {} }));
      else answer(301, '', { location: 'http://127.0.0.1:1/x' })(request, response);
    });
    expect(await failure(`${base}/w404-timed-out/`)).toMatch(/git fetch failed .*the server redirects git/);
  });
});

describe('a mailbox by its URL', () => {
  it('is read as a stream, compressed or not, and not again while the server says that it has not changed', async () => {
    let etag = '"1"';
    let body: Buffer = gzipSync(mbox(mail(0), mail(1)));
    const base = await serve((request, response) => {
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag }).end(body);
    });
    const source = await at(`${base}/widgets/x.mbox.gz`);
    const first = await readAll(source);
    expect(summary(first.events)).toEqual([`mail ${mail(0)}`, `mail ${mail(1)}`]);
    const state = lastState(first.events);
    expect((await readAll(source, state)).events).toEqual([]);
    [etag, body] = ['"2"', Buffer.from(mbox(mail(2)))];
    expect(summary((await readAll(source, state)).events)).toEqual([`mail ${mail(2)}`]);
  });

  it('is read ahead up to a limit, and the rest when it is its turn', async () => {
    const texts = Array.from({ length: 40 }, (_, n) => mail(n, `${'x'.repeat(AHEAD_BYTES / 20)}\n`));
    let asked = 0;
    const base = await serve((request, response) => {
      asked++;
      if (request.headers['if-none-match']) response.writeHead(304).end();
      else response.writeHead(200, { etag: '"1"' }).end(mbox(...texts));
    });
    const source = await at(`${base}/x.mbox`);
    const fetched = (await source.fetch?.({ state: undefined })) as Fetched;
    expect([fetched.news, fetched.failure]).toEqual([true, null]);
    const { events } = await readAll(fetched.source);
    const read = summary(events);
    expect(read.map((text, n) => text === `mail ${texts[n]}`)).toEqual(texts.map(() => true));
    expect(await source.fetch?.({ state: lastState(events) })).toMatchObject({ news: false, failure: null });
    expect(asked).toBe(2);
  });

  it('gives the mails before a failure if it fails while being read ahead', async () => {
    const whole = gzipSync(mbox(...Array.from({ length: 400 }, (_, n) => mail(n, `${Math.sin(n)}\n`.repeat(20)))));
    const base = await serve(answer(200, whole.subarray(0, whole.length / 2)));
    const fetched = (await (await at(`${base}/x.mbox.gz`)).fetch?.({ state: undefined })) as Fetched;
    expect([fetched.news, String(fetched.failure)]).toEqual([true, expect.stringMatching(/cannot decompress/)]);
    const result = await readAll(fetched.source);
    expect([summary(result.events).length > 100, result.error]).toEqual([true, fetched.failure]);
  });

  it('gives its complete mails, then fails, if cut off', async () => {
    const texts = Array.from({ length: 400 }, (_, n) => mail(n, `${Math.sin(n)} ${Math.cos(n)}\n`.repeat(20)));
    const whole = gzipSync(mbox(...texts));
    const base = await serve(answer(200, whole.subarray(0, whole.length / 2)));
    const result = await readAll(await at(`${base}/x.mbox.gz`));
    const read = summary(result.events);
    expect(read.length).toBeGreaterThan(100);
    expect(read).toEqual(texts.slice(0, read.length).map((text) => `mail ${text}`));
    expect(String(result.error)).toMatch(/x\.mbox\.gz: cannot decompress the whole file/);
    expect(result.events.some(({ kind }) => kind === 'checkpoint')).toBe(false);
  });

  it('is rejected if it is a web page, or empty', async () => {
    const page = await serve(answer(200, '<!DOCTYPE html><title>x</title>'));
    expect(await failure(`${page}/x.mbox.gz`)).toMatch(/: not an mbox but a web page/);
    const empty = await serve(answer(200, gzipSync('')));
    expect(await failure(`${empty}/x.mbox.gz`)).toMatch(/contains no mail/);
  });

  it('is given up if it is a decompression bomb', async () => {
    const bomb = gzipSync(`${mbox(mail(0))}${'\0'.repeat(65 * 1024 * 1024)}`);
    const base = await serve(answer(200, bomb));
    const { error } = await readAll(await at(`${base}/x.mbox.gz`));
    expect(String(error)).toMatch(/decompresses to more than 200 times its size/);
  });

  it('is requested by POST for a search', async () => {
    const asked: string[] = [];
    const base = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end(gzipSync(mbox(mail(0))));
    });
    const source = await at(`${base}/widgets/?q=s%3Ax+AND+d%3A2020..&o=200&x=A`);
    expect(summary((await readAll(source)).events)).toEqual([`mail ${mail(0)}`]);
    expect([source.listName, asked]).toEqual(['widgets', ['POST /widgets/?q=s%3Ax+AND+d%3A2020..&x=m']]);
  });

  it.each([
    ['/widgets/a@example.org/', '/widgets/a@example.org/t.mbox.gz', 'widgets'],
    ['/widgets/a%2Fb@example.org', '/widgets/a%2Fb@example.org/t.mbox.gz', 'widgets'],
    ['/widgets/a@example.org/T/#u', '/widgets/a@example.org/t.mbox.gz', 'widgets'],
    ['/widgets/no-at-sign/t/', '/widgets/no-at-sign/t.mbox.gz', 'widgets'],
    ['/all/a@example.org/t.atom', '/all/a@example.org/t.mbox.gz', null],
    ['/widgets/a@example.org/raw', '/widgets/a@example.org/raw', 'widgets'],
  ])('%s of a message is read from %s', async (path, asked, listName) => {
    const requests: string[] = [];
    const base = await serve((request, response) => {
      requests.push(request.url ?? '');
      response.end(mbox(mail(0)));
    });
    const source = await at(`${base}${path}`);
    expect(summary((await readAll(source)).events)).toEqual([`mail ${mail(0)}`]);
    expect([requests, source.listName]).toEqual([[asked], listName]);
  });

  it('is found through /r/', async () => {
    const base = await serve((request, response) => {
      if (request.url === '/r/a@example.org/') response.writeHead(302, { location: '/widgets/a@example.org/' }).end();
      else if (request.url === '/widgets/a@example.org/t.mbox.gz') response.end(mbox(mail(0)));
      else response.end('<html>');
    });
    expect(summary((await readAll(await at(`${base}/r/a@example.org`))).events)).toEqual([`mail ${mail(0)}`]);
  });
});

describe('a pipermail archive by its URL', () => {
  const month = (n: number) =>
    mbox(mail(n))
      .replace('From mboxrd@z Thu', 'From ada at example.org  Mon')
      .replace('Ada <ada@example.org>', 'ada at example.org (Ada)');

  it('is read month by month, and only the newest months again', async () => {
    const requests: string[] = [];
    const months: Record<string, string> = {
      '2004-March': month(2),
      '2004-January': month(0),
      '2003-December': month(1),
    };
    const base = await serve((request, response) => {
      const name = /^\/pipermail\/widgets\/(.+)\.txt\.gz$/.exec(request.url ?? '')?.[1];
      requests.push(name ?? '-');
      const text = months[name ?? ''];
      if (text !== undefined) response.end(gzipSync(text));
      else if (request.url === '/pipermail/widgets/')
        response.end(
          Object.keys(months)
            .map((one) => `<A href="${one}.txt.gz">x</a><a href="../other/1.txt.gz">`)
            .join('\n'),
        );
      else response.writeHead(404).end();
    });
    const source = await at(`${base}/pipermail/widgets/`);
    const first = await readAll(source);
    expect(first.error).toBe(null);
    expect(summary(first.events).map((text) => /Mail \d|ada@example.org/.exec(text)?.[0])).toHaveLength(3);
    expect(summary(first.events)[0]).toContain('From: ada@example.org (Ada)');
    expect(requests.filter((one) => one !== '-')).toEqual(['2003-December', '2004-January', '2004-March']);
    requests.length = 0;
    months['2004-April'] = month(3);
    await readAll(source, lastState(first.events));
    expect(requests).toEqual(['-', '2004-March', '2004-April']);
  });

  it('has the months in its own folder in order, each once', () => {
    const page =
      '<a href="2004-February.txt.gz"><a href=2003-December.txt><a href="2003-December.txt.gz"><a href="/x/2001-May.txt"><a href="thread.html"><a href="http://other.example.org/p/2002-May.txt">';
    expect(monthsOf(page, 'http://lists.example.org/p/')).toEqual(['2003-December.txt.gz', '2004-February.txt.gz']);
  });
});

describe('Retry-After', () => {
  it('is seconds or a date, up to a limit', () => {
    const now = Date.parse('Wed, 25 Nov 2020 10:00:00 GMT');
    expect(
      ['30', 'Wed, 25 Nov 2020 10:01:00 GMT', '99999999', 'soon', null].map((text) => retryAfter(text, now)),
    ).toEqual([30, 60, 86400, null, null]);
  });
});
