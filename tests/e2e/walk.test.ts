import { existsSync, readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../command';
import { ingestSample } from '../sample';
import { type Running, startServer } from '../server';
import { ARGUMENTS, CHROMIUM } from './kinds';

const present = existsSync(CHROMIUM);
if (!present && process.env.THREADLINE_REQUIRE?.includes('chromium'))
  throw new Error(`THREADLINE_REQUIRE demands Chromium, but ${CHROMIUM} does not exist`);

describe.skipIf(!present)('a reader', () => {
  const folder = scratch();
  let server: Running;
  let browser: Browser;
  let base = '';

  beforeAll(async () => {
    const database = `${folder.path}/sample.sqlite`;
    ingestSample(database);
    server = await startServer(database);
    base = server.base;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    folder.remove();
  });

  async function walk(page: Page): Promise<void> {
    await page.goto(`${base}/`);
    expect(await page.getByText('Synthetic mail.').isVisible()).toBe(true);
    await page.getByRole('link', { name: 'threadline-sample' }).first().click();
    await page.waitForURL(/\/threadline-sample\/$/);
    expect(await page.getByText('Synthetic mail.').isVisible()).toBe(true);
    await page.locator('.threads li > a').first().click();
    await page.waitForURL(/\/t\/$/);
    expect(await page.locator('article.mail').count()).toBeGreaterThan(0);
    await page.getByRole('link', { name: 'permalink' }).first().click();
    await page.waitForURL(/\/threadline-sample\/[^/]+\/$/);
    const subject = await page.locator('h1').textContent();
    const raw = (await page.getByRole('link', { name: 'raw', exact: true }).first().getAttribute('href')) ?? '';
    await page.getByRole('searchbox').fill('kexec');
    await page.getByRole('searchbox').press('Enter');
    await page.waitForURL(/\/search\//);
    expect(await page.locator('.results li').count()).toBeGreaterThan(3);
    expect(await page.locator('.results mark').count()).toBeGreaterThan(3);
    const answer = await page.request.get(base + raw);
    expect(answer.headers()['content-type']).toBe('text/plain; charset=utf-8');
    expect(await answer.text()).toContain('X-Threadline-Synthetic: yes');
    expect(subject).not.toBe('');
  }

  it.each([true, false])('walks from home to raw mail, JavaScript %s', async (javaScriptEnabled) => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await walk(page);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('finds the answer to each question of the front page one click away', async () => {
    const page = await browser.newPage();
    for (const [question, ...answers] of [
      ['errors by rank', 'applied', 'All three applied to edac-next'],
      ['when the log wraps', 'a fix was posted', 'ringlog: round the size down to a power of two'],
      ['spoke against it', 'A kernel that has panicked is a kernel whose data structures cannot be believed'],
    ] as const) {
      await page.goto(`${base}/`);
      await page.locator('section:has(#tour)').getByRole('link', { name: question }).click();
      for (const answer of answers) {
        const isShown = await page.locator('main').getByText(answer).first().isVisible();
        expect([question, answer, isShown]).toEqual([question, answer, true]);
      }
    }
    await page.close();
  });

  it('navigates by keyboard', async () => {
    const page = await browser.newPage();
    await page.goto(`${base}/threadline-sample/`);
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    expect(await page.locator('.threads li.here').count()).toBe(1);
    await page.keyboard.press('/');
    expect(await page.getByRole('searchbox').evaluate((box) => box === document.activeElement)).toBe(true);
    await page.close();
  });

  it('follows the marks of a person and of a topic to their mails', async () => {
    const page = await browser.newPage();
    await page.goto(`${base}/people/`);
    await page.locator('.threads li > a').first().click();
    await page.waitForURL(/\/people\/[^/]+\/$/);
    const person = page.url();
    for (const url of [person, `${base}/topics/ras/`]) {
      await page.goto(url);
      const bars = await page.locator('.stacks a').evaluateAll((all) =>
        all.map((a) => ({
          href: (a as SVGAElement).href.baseVal,
          count: Number(/: (\d+)/.exec(a.querySelector('title')?.textContent ?? '')?.[1]),
        })),
      );
      expect(bars.length, url).toBeGreaterThan(1);
      for (const { href, count } of bars.slice(0, 12)) {
        await page.goto(base + href);
        expect((await page.locator('h1').textContent())?.replace(/\D/g, ''), href).toBe(String(count));
      }
    }
    // A dot in a participant's lane, and a square in a series' lane.
    await page.goto(`${base}/topics/ras/`);
    const dot = page.locator('.lanes a:has(circle)').first();
    const mails = /: (\d+) mail/.exec((await dot.locator('title').textContent()) ?? '')?.[1];
    await page.goto(base + ((await dot.getAttribute('href')) ?? ''));
    expect(await page.locator('.results > li').count()).toBe(Number(mails));
    await page.goto(`${base}/topics/ras/`);
    const series = (await page.locator('.lanes a:has(rect)').first().getAttribute('href')) ?? '';
    await page.goto(base + series);
    expect(await page.locator(`[id="${series.split('#')[1]}"]`).count()).toBe(1);
    await page.close();
  });

  it('finds the quotations of an article, and jumps from one to its lines', async () => {
    const page = await browser.newPage();
    await page.goto(`${base}/quotes/`);
    await page
      .getByLabel('Article')
      .fill('He wrote, "A kernel that has panicked is a kernel whose data structures cannot be believed," and left.');
    await page.getByRole('button', { name: 'Find quotations' }).click();
    await page.locator('.quotes .verbatim').waitFor();
    await page.locator('.quotes .source a').first().click();
    await page.waitForURL(/lines=/);
    expect(await page.locator('#quoted').textContent()).toContain('A kernel that has panicked');
    // An answered passage names who answered it, and the answer links back.
    await page.locator('.took a').first().click();
    await page.waitForURL(/lines=/);
    expect(await page.locator('.body .source').count()).toBeGreaterThan(0);
    // A GET of the same URL shows the empty form, not somebody's article.
    expect(await (await fetch(`${base}/quotes/`)).text()).not.toContain('panicked');
    await page.close();
  });

  it('saves a search and a thread, and takes them to another browser as a file', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${base}/search/?q=kexec`);
    await page.locator('.orders .save').click();
    await page.goto(`${base}/threadline-sample/`);
    await page.locator('.threads li > a').first().click();
    await page.waitForURL(/\/t\/$/);
    await page.keyboard.press('s');
    await page.goto(`${base}/saved/`);
    expect(await page.locator('#saved li').count()).toBe(2);
    const feed = (await page.locator('#saved').getByRole('link', { name: 'Atom' }).getAttribute('href')) ?? '';
    expect(await (await fetch(base + feed)).text()).toContain('<feed');
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#export').click()]);
    const file = `${folder.path}/threadline.json`;
    await download.saveAs(file);
    await context.close();
    const other = await browser.newContext();
    const there = await other.newPage();
    await there.goto(`${base}/saved/`);
    expect(await there.locator('#saved').textContent()).toBe('Nothing is saved yet.');
    // The file may come from anybody, so URLs of other sites are not accepted.
    const written = JSON.parse(readFileSync(file, 'utf8'));
    written.saved.push({ href: 'javascript:alert(1)', title: 'no' }, { href: '//evil.example/', title: 'no' });
    await there
      .locator('#import')
      .setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(written)) });
    await expect.poll(() => there.locator('#said').textContent()).toBe('Import done: 2 saved pages are new here.');
    expect(await there.locator('#saved li').count()).toBe(2);
    await there
      .locator('#import')
      .setInputFiles({ name: 'b.json', mimeType: 'application/json', buffer: Buffer.from('[1]') });
    await expect.poll(() => there.locator('#said').textContent()).toContain('could not be imported');
    await there.getByRole('button', { name: 'remove' }).first().click();
    expect(await there.locator('#saved li').count()).toBe(1);
    await other.close();
  });

  it.each([
    ['/nosuchlist/', 404],
    ['/all/nothing@example.org/', 404],
    ['/all/%zz/', 400],
    ['/all/%00/', 400],
    ['/threadline-sample/2009-13/', 400],
    ['/threadline-sample/?before=x', 400],
    ['/search/?q=%22', 400],
    ['/search/?q=x&sort=y', 400],
    [`/all/${'x'.repeat(9000)}/`, 414],
  ])('is answered in a sentence at %s', async (path, status) => {
    const answer = await fetch(base + path, { redirect: 'manual' });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(/<h1>/);
  });

  it('sees a note if nothing changed', async () => {
    const first = await fetch(`${base}/threadline-sample/`);
    const etag = first.headers.get('etag') ?? '';
    expect(first.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await fetch(`${base}/threadline-sample/`, { headers: { 'If-None-Match': etag } })).status).toBe(304);
  });
});
