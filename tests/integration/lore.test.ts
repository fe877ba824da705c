import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest, scratch } from '../command';
import { type Running, startServer } from '../server';

const MAILS = 1_200;
const START = Date.parse('2004-07-01T00:00:00Z') / 1000;
const folder = scratch();
let server: Running;

/** Every third mail answers the first; they are hours apart. */
function mail(n: number): string {
  const at = new Date((START + n * 3600) * 1000).toUTCString().replace('GMT', '+0000');
  const reply = n && n % 3 === 0 ? 'In-Reply-To: <m-0@example.org>\n' : '';
  return `From u@example.org Thu Jul  1 00:00:00 2004\nFrom: U <u@example.org>\nList-Id: <old.example.org>\nSubject: word ${n}\nDate: ${at}\nReceived: from x by y; ${at}\nMessage-ID: <m-${n}@example.org>\n${reply}\nalpha ${n % 2 ? 'beta gamma' : 'gamma beta'} ${n}\n\n`;
}

const id = (n: number) => `m-${n}@example.org`;
const get = (path: string, init: RequestInit = {}) => fetch(server.base + path, { redirect: 'manual', ...init });

/** The Message-IDs in an mbox.gz. */
async function idsIn(answer: Response): Promise<string[]> {
  expect(answer.status).toBe(200);
  const box = gunzipSync(Buffer.from(await answer.arrayBuffer())).toString();
  return [...box.matchAll(/^Message-ID: <(.*)>$/gm)].map(([, found]) => found as string);
}

const post = (path: string, body = '') => get(path, { method: 'POST', body });

beforeAll(async () => {
  const box = join(folder.path, 'old.mbox');
  writeFileSync(box, Array.from({ length: MAILS }, (_, n) => mail(n)).join(''));
  const database = join(folder.path, 'a.sqlite');
  ingest(database, box);
  server = await startServer(database);
});

afterAll(async () => {
  await server?.stop();
  folder.remove();
});

describe('complete answers', () => {
  it('an mbox of results has all results', async () => {
    expect(await idsIn(await post('/old/?x=m&q=alpha'))).toHaveLength(MAILS);
    expect(await idsIn(await post('/all/?x=m&q=alpha'))).toHaveLength(MAILS);
  });

  it('with t=1, whole threads, each mail once', async () => {
    const ids = await idsIn(await post('/old/?x=m&t=1&q=s:"word+3"'));
    expect(ids).toHaveLength(400);
    expect(new Set(ids).size).toBe(400);
  });

  it("also with lore's request body", async () => {
    expect(await idsIn(await post('/old/?x=m&q=s:"word+3"', 'x=m'))).toHaveLength(400);
    expect(await idsIn(await post('/old/?x=m&q=s:"word+3"', 'z=m'))).toHaveLength(1);
  });

  it('the whole list, from its beginning', async () => {
    for (const answer of [await get('/old/all.mbox.gz'), await post('/old/?x=m&q=')]) {
      const ids = await idsIn(answer);
      expect(ids).toHaveLength(MAILS);
      expect(ids[0]).toBe(id(0));
    }
    expect((await get('/none/all.mbox.gz')).status).toBe(404);
  });

  it('within a thread', async () => {
    const since = START + 1100 * 3600;
    expect((await idsIn(await post(`/old/${id(3)}/?x=m&q=rt:${since}..`))).sort()).toEqual(
      Array.from({ length: 33 }, (_, n) => id(1101 + 3 * n)).sort(),
    );
    expect(await idsIn(await post(`/all/${id(1)}/?x=m&q=alpha`))).toEqual([id(1)]);
    expect((await post(`/old/${id(1)}/?x=m&q=nothingofit`)).status).toBe(404);
    expect((await post('/old/none@example.org/?x=m&q=alpha')).status).toBe(404);
    expect((await post(`/old/${id(1)}/?q=alpha`)).status).toBe(400);
  });

  it('words are searched in order', async () => {
    const ofEven = Array.from({ length: MAILS / 2 }, (_, n) => id(2 * n));
    expect((await idsIn(await post('/old/?x=m&q=gamma+ADJ+beta'))).sort()).toEqual(ofEven.sort());
    expect(await idsIn(await post('/old/?x=m&q=alpha+ADJ/1+beta'))).toHaveLength(MAILS);
    expect(await idsIn(await post('/old/?x=m&q=nq:alpha+ADJ/0+nq:beta'))).toHaveLength(MAILS / 2);
    expect((await post('/old/?x=m&q=beta+ADJ+alpha')).status).toBe(404);
    expect(await idsIn(await post('/old/?x=m&q=beta+NEAR+alpha'))).toHaveLength(MAILS);
  });

  it("lore's order and offset work", async () => {
    const first = await get('/old/?q=alpha&o=200');
    const page = await (await fetch(server.base + first.headers.get('location'))).text();
    expect(page).toContain(`/${id(MAILS - 201)}/`);
    expect(page).not.toContain(`/${id(MAILS - 200)}/`);
    const oldest = await get('/old/?q=alpha&o=-1');
    const end = await (await fetch(server.base + oldest.headers.get('location'))).text();
    expect(end).toContain(`/${id(0)}/`);
    expect(end).toContain(`/${id(49)}/`);
    expect(end).not.toContain(`/${id(50)}/`);
    expect((await get('/old/?q=alpha&x=t')).headers.get('location')).toMatch(/group=thread/);
    const feed = await (await get('/old/?q=alpha&x=A&o=1100')).text();
    expect(feed).toContain(`/${id(MAILS - 1101)}/`);
    expect(feed).not.toContain(`/${id(MAILS - 1100)}/`);
    expect((await get('/old/?q=alpha&r')).headers.get('location')).toMatch(/sort=relevance/);
  });

  it.each([
    ['', 200],
    ['&l=0', 200],
    ['&l=7', 7],
    ['&l=9000', 200],
    ['&l=x', 200],
    ['&l=250&o=1150', 50],
  ])('a feed of results has the entries that public-inbox gives: %s', async (asked, entries) => {
    const feed = await (await get(`/old/?q=alpha&x=A${asked}`)).text();
    expect(feed.match(/<entry>/g)).toHaveLength(entries);
  });
});

describe('permanent URLs', () => {
  const m = `/old/${id(3)}/`;
  it.each([
    ['/old/topics_new.html', '/old/'],
    ['/old/topics_active.html', '/old/'],
    ['/old/new.html', '/old/'],
    ['/old/atom.xml', '/old/new.atom'],
    ['/old/20040728', '/old/2004-07-28/'],
    [`/old/m/${id(3)}.html`, m],
    [`/old/m/${id(3)}/`, m],
    [`/old/m/${id(3)}.txt`, `${m}raw`],
    [`/old/m/${id(3)}/raw`, `${m}raw`],
    [`/old/f/${id(3)}.html`, m],
    [`/old/f/${id(3)}/`, m],
    [`/old/t/${id(3)}.html`, `${m}t/#u`],
    [`/old/t/${id(3)}.mbox.gz`, `${m}t.mbox.gz`],
    [`/old/t/${id(3)}/mbox.gz`, `${m}t.mbox.gz`],
    [`${m}f/`, m],
    [`${m}R/`, `${m}#R`],
    [`${m}T`, `${m}T/#u`],
    [`/old/${id(3)}.html/`, m],
    [`/old/${id(3)}.txt/`, `${m}raw`],
    [`/lkml/${id(3)}/`, m],
    [`/lkml/${id(3)}`, m],
    [`/lkml/${id(3)}/T/`, `${m}T/`],
    [`/lkml/${id(3)}/raw`, `${m}raw`],
    [`/lkml/${id(3)}/t.mbox.gz`, `${m}t.mbox.gz`],
  ])('%s leads to %s', async (from, to) => {
    const answer = await get(from);
    expect([301, 302]).toContain(answer.status);
    expect(answer.headers.get('location')).toBe(to);
  });

  it.each(['2004', '2004-07', '2004-W31', '2004-07-28'])('/old/%s/ is a page of its mails', async (span) => {
    const page = await (await get(`/old/${span}/`)).text();
    expect(page).toMatch(new RegExp(`<h1><a href="/old/">old</a> ${span} <small>`));
    expect((await get(`/all/${span}/`)).status).toBe(200);
  });

  it('a day has the mails of that day', async () => {
    expect(await (await get('/old/2004-07-28/')).text()).toContain('<small>24 messages in');
    expect((await get('/old/2004-02-30/')).status).toBe(400);
  });

  it('older threads by a time', async () => {
    const page = await (await get('/old/?t=20040702000000')).text();
    expect(page).toContain(`/${id(23)}/`);
    expect(page).not.toContain(`/${id(25)}/`);
    // The next newer page, and the newest of a span.
    const newer = await (await get('/old/?t=20040702000000-')).text();
    expect(newer).toContain(`/${id(25)}/`);
    expect(newer).not.toContain(`/${id(22)}/`);
    expect(await (await get('/old/?t=20040701-20040702000000')).text()).toContain(`/${id(23)}/`);
  });

  it('texts for programs', async () => {
    for (const path of [
      '/robots.txt',
      '/old/description',
      '/all/_/text/help/',
      '/old/_/text/color/',
      '/old/_/text/mirror/',
      '/old/_/text/mirror/raw',
      '/all/_/text/help/raw',
      '/old/_/text/config/raw',
    ]) {
      const answer = await get(path);
      expect(answer.status, path).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect((await get(path, { method: 'HEAD' })).status, path).toBe(200);
    }
    expect((await get('/old/_/text/nothing/')).status).toBe(404);
    expect((await get('/none/_/text/help/')).status).toBe(404);
    expect((await get('/old/cloneurl')).status).toBe(404);
  });

  it("lore's anchors are on the pages", async () => {
    const anchors = async (path: string) =>
      [...(await (await get(path)).text()).matchAll(/ id="([^"]+)"/g)].map(([, found]) => found);
    const sha1 = createHash('sha1').update(id(3)).digest('hex');
    for (const view of ['T/', 't/']) {
      const found = await anchors(m + view);
      expect(found).toEqual(expect.arrayContaining(['r', 'b', 't', 'u', `m${sha1}`]));
      expect(new Set(found).size, view).toBe(found.length);
    }
    expect(await anchors(m)).toEqual(expect.arrayContaining(['r', 'b', 'R', 'u']));
  });
});
