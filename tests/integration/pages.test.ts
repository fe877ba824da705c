import { createElement, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Handlers } from '../../app/_door/handlers';
import { Connection } from '../../db/open';
import { command, scratch } from '../command';
import { comparable } from '../markup';
import { ingestSample } from '../sample';

/** Pages are called in this process. Each tree that they render is also rendered by React, and their statements are recorded. */
const compared = vi.hoisted(() => ({ on: false, trees: 0, different: [] as string[] }));

vi.mock('../../app/_web/markup', async (original) => {
  const real = await original<typeof import('../../app/_web/markup')>();
  return {
    ...real,
    markupOf(tree: Parameters<typeof real.markupOf>[0]) {
      const own = real.markupOf(tree);
      if (!compared.on) return own;
      const wanted = comparable(own.startsWith('<g ') ? inDrawing(tree) : renderToStaticMarkup(tree));
      compared.trees++;
      if (comparable(own) !== wanted)
        compared.different.push(`${own.slice(0, 300)} instead of ${wanted.slice(0, 300)}`);
      return own;
    },
  };
});

/** A part of a drawing by React, which takes a `<title>` outside of one for the page's. */
const inDrawing = (tree: ReactNode) =>
  /^<svg>(.*)<\/svg>$/s.exec(renderToStaticMarkup(createElement('svg', null, tree)))?.[1] ?? '';

const folder = scratch();
const database = `${folder.path}/t.sqlite`;
const statements: string[] = [];

const WITH_HOPS = `From mboxrd@z Thu Jan  1 00:00:00 1970
Received: from a.example.org by b.example.org; Wed, 28 Jul 2004 10:00:01 +0000
DKIM-Signature: v=1; d=example.org
ARC-Seal: i=1; d=example.org
X-Spam-Status: No
List-Unsubscribe: <mailto:hops+unsubscribe@example.org>
From: Ann Example <ann@example.org>
To: hops@example.org
Subject: five of twelve
Message-ID: <hops-1@example.org>
References: <hops-0@example.org>
List-Id: <hops.example.org>
X-Mailer: carrier pigeon
Date: Wed, 28 Jul 2004 10:00:00 +0000

Short.
`;

const ROUTES: [RegExp, () => Promise<Handlers>][] = [
  [/^\/$/, () => import('../../app/route')],
  [/^\/search\/$/, () => import('../../app/search/route')],
  [/^\/topics\/$/, () => import('../../app/topics/route')],
  [/^\/topics\/[^/]+\/$/, () => import('../../app/topics/[slug]/route')],
  [/^\/topics\/[^/]+\/[^/]+\/$/, () => import('../../app/topics/[slug]/[system]/route')],
  [/^\/people\/$/, () => import('../../app/people/route')],
  [/^\/people\/[^/]+\/$/, () => import('../../app/people/[id]/route')],
  [/^\/series\/$/, () => import('../../app/series/route')],
  [/^\/series\/[^/]+\/$/, () => import('../../app/series/[id]/route')],
  [/^\/series\/[^/]+\/diff\/$/, () => import('../../app/series/[id]/diff/route')],
  [/^\/mm\/$/, () => import('../../app/mm/route')],
  [/^\/mm\/[^/]+\/$/, () => import('../../app/mm/[release]/route')],
  [/^\/stories\/$/, () => import('../../app/stories/route')],
  [/^\/stories\/[^/]+\/$/, () => import('../../app/stories/[slug]/route')],
  [/^\/quotes\/$/, () => import('../../app/quotes/route')],
  [/^\/r\/[^/]+\/$/, () => import('../../app/r/[msgid]/route')],
  [/^\/api\/v1\/./, () => import('../../app/api/v1/[...path]/route')],
  [/^\/[^/]+\/?$/, () => import('../../app/[list]/route')],
  [/^\/[^/]+\/[^/]+\/$/, () => import('../../app/[list]/[msgid]/route')],
  [/^\/[^/]+\/[^/]+\/[^/]+\/?$/, () => import('../../app/[list]/[msgid]/[view]/route')],
];

beforeAll(() => {
  ingestSample(database);
  if (command('ingest', ['--list', 'hops', '-'], database, WITH_HOPS).status !== 0)
    throw new Error('the mail with hops was not ingested');
  process.env.THREADLINE_DB = database;
  process.env.THREADLINE_LOG = 'silent';
  const all = Connection.prototype.all;
  vi.spyOn(Connection.prototype, 'all').mockImplementation(function (this: Connection, sql, params) {
    statements.push(sql);
    return all.call(this, sql, params) as never;
  });
});
afterAll(() => folder.remove());

/** The answer to a URL, and its statements. */
async function get(address: string): Promise<{ status: number; body: string; took: string[] }> {
  const { pathname } = new URL(address, 'http://localhost');
  const [, load] = ROUTES.find(([pattern]) => pattern.test(pathname)) ?? [];
  const { GET } = (await load?.()) ?? {};
  if (!GET) throw new Error(`no route for ${address}`);
  statements.length = 0;
  const response = await GET(new Request(`http://localhost${address}`));
  const body = await response.text();
  return { status: response.status, body, took: [...statements] };
}

/** The most parameters of URLs that are followed. */
const PARAMETERS = 2;

/** URLs of every kind of page, found by following links from home, the first few of each kind. */
async function crawl(each: number): Promise<string[]> {
  const found = new Set([
    '/',
    '/all/',
    '/topics/',
    '/people/',
    '/series/',
    '/mm/',
    '/stories/',
    '/quotes/',
    '/search/?q=kernel',
  ]);
  const counts = new Map<string, number>();
  for (const address of found) {
    const { body } = await get(address);
    for (const [, href = ''] of body.matchAll(/ href="(\/[^"#]*)/g)) {
      const next = href.replaceAll('&amp;', '&');
      const { pathname } = new URL(next, 'http://localhost');
      const index = ROUTES.findIndex(([pattern]) => pattern.test(pathname));
      if (index < 0 || /\.(?:atom|gz|css|js|svg)$|raw$|format=/.test(pathname + next) || found.has(next)) continue;
      const parameters = [...new URL(next, 'http://localhost').searchParams.keys()].sort();
      // The filters of a search can be combined without end, in any order.
      if (parameters.length > PARAMETERS) continue;
      const kind = `${index} ${/\/(t|T|digest)\/$/.exec(pathname)?.[1] ?? ''} ${parameters.join()}`;
      const known = counts.get(kind) ?? 0;
      if (known >= each) continue;
      counts.set(kind, known + 1);
      found.add(next);
    }
  }
  return [...found];
}

describe('pages of every kind', () => {
  it("equal the output of React's own renderer", async () => {
    compared.on = true;
    const addresses = await crawl(4);
    compared.on = false;
    expect(addresses.length).toBeGreaterThan(60);
    expect(compared.trees).toBeGreaterThanOrEqual(addresses.length);
    expect(compared.different).toEqual([]);
  });

  it('need a limited number of queries, whatever they show', async () => {
    // Values that the first page of a kind computes for all others (lists, topics) are already cached.
    const addresses = await crawl(2);
    const most: Record<string, number> = {};
    for (const address of addresses) {
      const { took } = await get(`${address}${address.includes('?') ? '&' : '?'}again=1`);
      const kind = address
        .replace(/\?.*/, '')
        .replace(/^\/(?!topics|people|series|mm|stories|quotes|search|all\/$)[^/]+\/./, '/list/');
      const key = /\/(t|T|digest)\/$/.exec(kind)?.[1] ?? kind.split('/').slice(1, 2)[0] ?? '';
      most[key] = Math.max(most[key] ?? 0, took.length);
    }
    expect(Math.max(...Object.values(most)), JSON.stringify(most)).toBeLessThanOrEqual(24);
    expect(most.t, JSON.stringify(most)).toBeLessThanOrEqual(5);
    expect(most.T).toBeLessThanOrEqual(5);
    // A week's page has a query for each part.
    expect(most.list, JSON.stringify(most)).toBeLessThanOrEqual(13);
  });

  it("show a mail's own headers, and say that transport headers are in the raw mail", async () => {
    const { body } = await get('/hops/hops-1@example.org/');
    const headers = /<details class="headers">.*?<\/details>/s.exec(body)?.[0] ?? '';
    expect([...headers.matchAll(/<dt>(.*?)<\/dt>/g)].map(([, name]) => name)).toEqual([
      'From',
      'To',
      'Subject',
      'Message-ID',
      'References',
      'List-Id',
      'X-Mailer',
      'Date',
    ]);
    expect(headers).toContain('8 of 13 headers (those of hops and filters are in the raw mail)');
  });

  it('suggest queries with results, and their number, if a search finds nothing', async () => {
    const { body } = await get('/search/?q=kexec+zzqq');
    const offers = [...body.matchAll(/<li><a href="([^"]*)">([^<]*)<\/a> <small>([^<]*)<\/small>/g)];
    expect(offers.map(([, , words]) => words)).toEqual(['kexec OR zzqq', 'kexec']);
    for (const [, href = '', , count] of offers) expect((await get(href)).body).toContain(`<h1>${count}</h1>`);
    expect((await get('/search/?q=zzqq')).body).toContain('Use fewer words');
  });

  it('do not repeat the name of a patch in the -mm tree', async () => {
    const { body } = await get('/mm/2.6.76-rc6-mm2/');
    expect(body.match(/kexec: add an entry that comes back/g)).toHaveLength(2);
    expect(body).toContain('<em>Merged into mainline or a subsystem tree, or dropped</em>');
  });

  it('list the systems of a topic that are named in the archive', async () => {
    const { body } = await get('/topics/');
    expect(body.match(/<ul class="systems"><li>/g)?.length).toBeGreaterThan(1);
    for (const page of [body, (await get('/topics/ras/')).body]) expect(page).not.toContain('<small>0</small>');
  });

  it("never build SQL from a client's input", async () => {
    const mark = 'zq7mark';
    const evil = encodeURIComponent(`${mark}' OR 1=1; DROP TABLE message; --"`);
    const words = [mark, evil, `s:${mark}`, `${mark}*`, `%22${mark}%22`, `f:${mark}+AND+NOT+d:..${mark}`];
    const addresses = words.flatMap((word) => [
      `/${word}/`,
      `/all/${word}/`,
      `/all/${word}/t/`,
      `/all/${word}/raw`,
      `/all/${word}/digest/`,
      `/all/?q=${word}&x=A`,
      `/all/?before=${word}`,
      `/r/${word}/`,
      `/people/${word}/`,
      `/people/?q=${word}&list=${word}`,
      `/series/${word}/`,
      `/series/?status=${word}&topic=${word}&list=${word}`,
      `/topics/${word}/`,
      `/mm/${word}/`,
      `/stories/${word}/`,
      `/search/?q=${word}&list=${word}&topic=${word}&person=${word}&after=${word}&before=${word}`,
      `/search/?q=kernel&list=${word}`,
      `/search/?q=kernel&person=${word}`,
      `/search/?q=kernel&topic=${word}`,
      `/api/v1/search?q=${word}`,
      `/api/v1/suggest?q=${word}`,
      `/api/v1/messages/${word}`,
      `/api/v1/threads/${word}`,
      `/api/v1/people?q=${word}`,
    ]);
    let seen = 0;
    for (const address of addresses) {
      const { status, took } = await get(address);
      expect(status, address).toBeLessThan(500);
      expect(
        took.filter((sql) => sql.toLowerCase().includes(mark)),
        address,
      ).toEqual([]);
      seen += took.length;
    }
    expect(seen).toBeGreaterThan(100);
  });
});
