import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../command';
import { ingestSample } from '../sample';
import { type Running, startServer } from '../server';
import { ARGUMENTS, CHROMIUM, type PageKind, pageKinds } from './kinds';

const present = existsSync(CHROMIUM);
if (!present && process.env.THREADLINE_REQUIRE?.includes('chromium'))
  throw new Error(`THREADLINE_REQUIRE demands Chromium, but ${CHROMIUM} does not exist`);

/** Bytes of the frame: head, navigation, links to years, footer. */
const FRAME = 2300;
/** Bytes of HTML per byte of text, beyond the frame, for markup, URLs and pictures. The first match counts. */
const BUDGET: [RegExp, number][] = [
  [/^thread/, 2.8],
  [/^digest/, 3.1],
  [/^message/, 3],
  [/^(list|all lists|older|month)/, 3],
  // Includes the verdict of each thread.
  [/^search/, 2.9],
  [/^(topic|system|person)/, 5.2],
  [/^series$/, 3.6],
  [/^(home|people|series list)/, 3],
  [/./, 2.2],
];
/** Sizes of style sheet and script, plain and compressed. */
const STYLES = [28_500, 7_100] as const;
const SCRIPT = [12_000, 5_400] as const;
/** Bytes of a row in a list beyond its words: elements and a URL, two hundred times per page. */
const ROW = 215;

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#x27;': "'" };
const textOf = (html: string) =>
  html
    .replace(/<head>[\s\S]*?<\/head>/, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:amp|lt|gt|quot|#x27);/g, (entity) => ENTITIES[entity] ?? entity);

describe.skipIf(!present)('the size of pages', () => {
  const folder = scratch();
  let server: Running;
  let kinds: PageKind[] = [];
  const html = async (path: string) => (await fetch(server.base + path)).text();

  beforeAll(async () => {
    const database = `${folder.path}/sample.sqlite`;
    ingestSample(database);
    server = await startServer(database);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    kinds = (await pageKinds(await browser.newPage(), server.base)).filter(({ form }) => !form);
    await browser.close();
  });

  afterAll(async () => {
    await server?.stop();
    folder.remove();
  });

  it('stays within the budget of each kind', async () => {
    const over: string[] = [];
    for (const { kind, path } of kinds) {
      const page = await html(path);
      const [, ratio] = BUDGET.find(([pattern]) => pattern.test(kind)) as [RegExp, number];
      const text = Buffer.byteLength(textOf(page));
      const allowed = Math.round(FRAME + ratio * text);
      if (Buffer.byteLength(page) > allowed)
        over.push(`${kind}: ${Buffer.byteLength(page)} bytes of HTML for ${text} of text, at most ${allowed}`);
    }
    expect(over).toEqual([]);
  });

  it('has one style sheet, one script and an icon, all ours, and nothing inline; saved pages have a second script', async () => {
    for (const { kind, path } of kinds) {
      const page = await html(path);
      const loaded = [...page.matchAll(/<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="([^"]*)"[^>]*>/g)]
        .filter(([tag]) => !tag.includes('rel="alternate"'))
        .map(([, address]) => address?.replace(/\.[0-9a-f]{10}\./, '.'));
      const own = kind === 'saved' ? ['/assets/saved.js'] : [];
      expect(loaded.sort(), kind).toEqual(['/assets/icon.svg', ...own, '/assets/site.css', '/assets/site.js']);
      expect(page, kind).not.toMatch(/<style|\sstyle="|<script>|\son[a-z]+="/);
    }
  });

  it('has a small style sheet and script, cached forever', async () => {
    const page = await html('/');
    for (const [name, [raw, packed]] of [
      ['site.css', STYLES],
      ['site.js', SCRIPT],
    ] as const) {
      const address = new RegExp(`/assets/${name.replace('.', '\\.[0-9a-f]{10}\\.')}`).exec(page)?.[0] ?? '';
      const answer = await fetch(server.base + address);
      const body = Buffer.from(await answer.arrayBuffer());
      expect(body.length, name).toBeGreaterThan(1000);
      expect(body.length, name).toBeLessThanOrEqual(raw);
      expect(gzipSync(body).length, name).toBeLessThanOrEqual(packed);
      expect(answer.headers.get('cache-control'), name).toContain('immutable');
    }
  });

  it('is small per row of a list', async () => {
    const page = await html('/threadline-sample/');
    const rows = page.match(/<ol class="threads">[\s\S]*?<\/ol>/)?.[0] ?? '';
    const count = rows.split('<li>').length - 1;
    expect(count).toBeGreaterThan(50);
    expect((Buffer.byteLength(rows) - Buffer.byteLength(textOf(rows))) / count).toBeLessThanOrEqual(ROW);
  });
});
