import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parseAtomFeed } from 'feedsmith';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARCHIVES, archive } from '../archives';
import { ingest, scratch } from '../command';
import { ingestSample } from '../sample';
import { type Running, startServer } from '../server';

interface Described {
  openapi: string;
  paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>>;
}

const folder = scratch();
const database = `${folder.path}/t.sqlite`;
let server: Running;
let document: Described;
let msgid: string;

beforeAll(async () => {
  ingestSample(database);
  if (ARCHIVES) ingest(database, archive('kexec'));
  server = await startServer(database);
  document = await get('/api/v1/openapi.json').then((answer) => answer.json());
  const threads = await json('/api/v1/lists/all/threads');
  msgid = threads.threads.find((one: { messages: number }) => one.messages > 3).root;
}, 300_000);
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

const get = (path: string, init?: RequestInit) => fetch(server.base + path, init);
const json = async (path: string) => (await get(path)).json();

const ajv = new Ajv2020({ strict: false });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);

/** Checks an answer against the schema of its path in the document. */
async function conforms(pattern: string, path: string): Promise<unknown> {
  const answer = await get(`/api/v1${path}`);
  expect(answer.status, path).toBe(200);
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  const schema = document.paths[pattern]?.get?.responses['200']?.content['application/json']?.schema;
  expect(schema, pattern).toBeDefined();
  const value = await answer.json();
  const check = ajv.compile(schema as object);
  expect(check(value), `${path}: ${JSON.stringify(check.errors?.slice(0, 3))}`).toBe(true);
  return value;
}

describe('the JSON API', () => {
  it('is described by a valid OpenAPI document', async () => {
    const { valid, errors } = await new Validator().validate(
      structuredClone(document) as unknown as Record<string, unknown>,
    );
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toBe('3.1.0');
  });

  it('answers as described, on every path', async () => {
    const id = encodeURIComponent(msgid);
    const found = (await conforms('/series', '/series')) as { series: { id: number }[] };
    const mm = (await conforms('/mm', '/mm')) as { releases: { release: string }[] };
    const everybody = (await conforms('/people', '/people')) as { people: { id: string }[] };
    const values: Record<string, string[]> = {
      '/lists': ['/lists'],
      '/lists/{list}/threads': ['/lists/all/threads'],
      '/messages/{msgid}': [`/messages/${id}`],
      '/threads/{msgid}': [`/threads/${id}`],
      '/search': ['/search?q=patch', '/search?q=patch&facets=1&limit=5&sort=relevance', '/search?q=zzqxnosuchword'],
      '/suggest': ['/suggest?q=f:a', '/suggest?q=su', '/suggest?q='],
      '/series': ['/series?status=waiting', '/series?older=1'],
      '/series/{id}': found.series.slice(0, 20).map(({ id }) => `/series/${id}`),
      '/topics': ['/topics'],
      '/topics/{slug}': ['/topics/ras', '/topics/kexec'],
      '/people': ['/people', '/people?name=an', '/people?list=threadline-sample&from=5'],
      '/people/{id}': everybody.people.slice(0, 5).map(({ id }) => `/people/${encodeURIComponent(id)}`),
      '/mm': ['/mm'],
      '/mm/{release}': mm.releases.slice(0, 3).map(({ release }) => `/mm/${release}`),
    };
    for (const [pattern, methods] of Object.entries(document.paths)) {
      if (!methods.get) continue;
      const paths = values[pattern] ?? [];
      expect(paths.length, `an example of ${pattern}`).toBeGreaterThan(0);
      for (const path of paths) await conforms(pattern, path);
    }
  });

  it('pages without missing or repeated entries', async () => {
    const seen: string[] = [];
    for (let from = ''; ; ) {
      const page = await json(`/api/v1/search?q=is:patch&limit=7${from}`);
      seen.push(...page.results.map((one: { msgid: string }) => one.msgid));
      if (page.next === null || seen.length > 200) break;
      from = `&from=${page.next}`;
    }
    const whole = await json('/api/v1/search?q=is:patch&limit=1000');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(whole.results.slice(0, seen.length).map((one: { msgid: string }) => one.msgid));
  });

  it('answers 304 for a known ETag, and allows requests from any page', async () => {
    const first = await get('/api/v1/lists');
    const etag = first.headers.get('etag') ?? '';
    expect((await get('/api/v1/lists', { headers: { 'If-None-Match': etag } })).status).toBe(304);
    const asked = await get('/api/v1/search', { method: 'OPTIONS' });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-methods')).toContain('GET');
  });

  it.each([
    ['/api/v1/nothing', 404],
    ['/api/v1/messages/nobody%40example.org', 404],
    ['/api/v1/series/1', 404],
    ['/api/v1/series/abc', 400],
    ['/api/v1/search', 400],
    ['/api/v1/search?q=(', 400],
    ['/api/v1/search?q=a&limit=0', 400],
    ['/api/v1/search?q=a&sort=up', 400],
    ['/api/v1/search?q=a&nosuch=1', 400],
    ['/api/v1/search?q=a&after=soon', 400],
    ['/api/v1/lists/nolist/threads', 404],
    ['/api/v1/mm/9.9.9-mm9', 404],
    ['/api/v1/messages/%00', 400],
  ])('%s: %i, with a sentence', async (path, status) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    if (answer.headers.get('content-type')?.includes('json'))
      expect((await answer.json()).error.message.length).toBeGreaterThan(10);
  });
});

describe('the search page', () => {
  it('shows threads, a histogram and facets', async () => {
    const text = await (await get('/search/?q=patch&group=thread')).text();
    expect(text).toMatch(/of this thread|also /);
    expect(text).toContain('class="bars"');
    expect(text).toContain('status%3A');
    expect((await get('/search/?q=patch&group=x')).status).toBe(400);
  });

  it('pages threads by key, each once', async () => {
    const roots: string[] = [];
    for (let path: string | undefined = '/search/?q=e*&group=thread'; path; ) {
      const text: string = await (await get(path)).text();
      roots.push(...[...text.matchAll(/<a href="([^"]+)">thread \(/g)].map((found) => found[1] ?? ''));
      path = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(roots.length).toBeGreaterThan(50);
    expect(new Set(roots).size).toBe(roots.length);
  });
});

describe('topics', () => {
  it('are found by name, and their pages lead to the mails', async () => {
    const found = await json('/api/v1/search?q=topic:kexec&limit=1000');
    expect(found.total).toBeGreaterThan(20);
    expect((await json('/api/v1/topics/kexec')).messages).toBe(found.total);
    const system = await json('/api/v1/search?q=system:kexec-dump+NOT+topic:kexec');
    expect(system.total).toBe(0);
    const text = await (await get('/topics/kexec/')).text();
    const links = [...text.matchAll(/href="(\/(?:search|all|series)\/[^"]+)"/g)].map(([, href = '']) => href);
    expect(links.length).toBeGreaterThan(20);
    for (const href of links.slice(0, 40)) expect((await get(href.replaceAll('&amp;', '&'))).status, href).toBe(200);
    expect(await (await get('/topics/kexec/?format=csv')).text()).toMatch(/^time,messages,kexec/);
    expect((await get('/topics/nothing/')).status).toBe(404);
    expect((await get('/topics/kexec/nothing/')).status).toBe(404);
    expect((await get('/series/?topic=kexec')).status).toBe(200);
    expect((await get('/search/?q=topic:nothing')).status).toBe(400);
  });
});

describe('the -mm tree', () => {
  it('shows the history of a patch, and the changes in a month of mm-commits mails', async () => {
    const months = await (await get('/mm/')).text();
    const month = /href="(\/mm\/\d{4}-\d\d\/)"/.exec(months)?.[1] ?? '';
    expect(await (await get(month)).text()).toContain('entered');
    const stay = await (await get('/mm/kexec-add-an-entry-that-comes-back.patch/')).text();
    expect(stay).toContain('entered');
    expect(stay).toContain('left, merged');
    expect((await get('/mm/2004-13/')).status).toBe(404);
    expect((await get('/mm/nobody-knows-this.patch/')).status).toBe(404);
  });
});

describe('feeds', () => {
  it('open in a reader library', async () => {
    const id = encodeURIComponent(msgid);
    const { series } = await json('/api/v1/series');
    const topical = ['/topics/kexec/new.atom', '/topics/kexec/kexec-dump/new.atom'];
    const paths = [
      ...topical,
      '/all/new.atom',
      '/all/debates.atom',
      `/all/${id}/t.atom`,
      '/all/?q=patch&x=A',
      `/series/${series[0].id}/new.atom`,
    ];
    for (const path of paths) {
      const answer = await get(path);
      expect(answer.headers.get('content-type')).toContain('application/atom+xml');
      const feed = parseAtomFeed(await answer.text());
      expect(feed.title, path).toBeTruthy();
      expect(feed.entries?.length, path).toBeGreaterThan(0);
      for (const entry of feed.entries ?? []) {
        expect(entry.id, path).toMatch(/^http/);
        expect(Number.isNaN(Date.parse(entry.updated ?? ''))).toBe(false);
        expect(entry.authors?.[0]?.name).toBeTruthy();
        expect(entry.links?.[0]?.href).toMatch(/^http/);
      }
      if (path.includes('debates'))
        for (const { content, links } of feed.entries ?? []) {
          expect(content?.value ?? content).toContain('<blockquote cite="http');
          expect((await fetch(links?.[0]?.href ?? '')).status).toBe(200);
        }
      if (path.includes('t.atom')) expect(feed.entries?.some((entry) => entry.thr?.inReplyTos?.length)).toBe(true);
    }
  });
});

describe('the quote finder of the API', () => {
  it('names the mail of each quotation, and rejects an article that is too long', async () => {
    const post = (body: string) =>
      get('/api/v1/quotes', { method: 'POST', body, headers: { 'Content-Type': 'text/plain' } });
    const { text } = (await json(`/api/v1/messages/${encodeURIComponent(msgid)}`)) as { text: string };
    const own = text.split('\n').find((line) => line.split(' ').length > 6 && !/["<>[\]]/.test(line)) as string;
    const answer = await post(`She said, "${own.trim()}" and left; he said "nobody here ever wrote zzq qzz words".`);
    expect(answer.status).toBe(200);
    const schema = document.paths['/quotes'] as unknown as {
      post: { responses: { 200: { content: { 'application/json': { schema: object } } } } };
    };
    const value = (await answer.json()) as { quotes: { status: string; matches: { msgid: string }[] }[] };
    expect(ajv.validate(schema.post.responses[200].content['application/json'].schema, value)).toBe(true);
    expect(value.quotes.map(({ status }) => status)).toEqual(['verbatim', 'not found']);
    expect((await post('x'.repeat(500_000))).status).toBe(413);
  });
});
