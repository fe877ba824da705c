import { existsSync } from 'node:fs';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARCHIVES } from '../archives';
import { archivesDatabase } from '../archivesdb';
import { type Running, startServer } from '../server';
import { ARGUMENTS, CHROMIUM } from './kinds';

const present = existsSync(CHROMIUM);
if (!present && process.env.THREADLINE_REQUIRE?.includes('chromium'))
  throw new Error(`THREADLINE_REQUIRE demands Chromium, but ${CHROMIUM} does not exist`);

/** Readers' questions on the shared archives: the answer is on the page after this many clicks, without JavaScript. */
describe.skipIf(!present || !ARCHIVES)('a reader finds', () => {
  let server: Running;
  let browser: Browser;
  let page: Page;
  let clicks = 0;

  beforeAll(async () => {
    server = await startServer(archivesDatabase());
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Types a query; clicks are counted from its results. */
  async function search(words: string): Promise<void> {
    await page.goto(`${server.base}/`);
    await page.getByRole('searchbox').fill(words);
    await page.getByRole('searchbox').press('Enter');
    await page.waitForURL(/\/search\//);
    clicks = 0;
  }

  async function click(what: Locator): Promise<void> {
    await what.click();
    clicks++;
  }

  const verdictOfFirst = () => page.locator('.results > li').first().locator('a:has(.state)');
  const threadOfFirst = () =>
    page
      .locator('.results > li')
      .first()
      .getByRole('link', { name: /^thread/ });

  it('what happened to a series, and who objected: one click from a search', async () => {
    await search('arm64 MMU enabled kexec relocation');
    await click(verdictOfFirst());
    expect(clicks).toBe(1);
    expect(await page.locator('h1').textContent()).toContain('MMU enabled kexec relocation');
    expect(await page.locator('p.verdict').textContent()).toMatch(/changes requested|applied|refused|quiet/);
    expect(await page.locator('h2#objections').textContent()).toMatch(/Objections \d\d/);
    const objectors = page.locator('section:has(#objections) li > a:first-child');
    expect(await objectors.count()).toBeGreaterThan(10);
    expect(await objectors.first().getAttribute('href')).toMatch(/^\/r\/.*lines=/);
  });

  it('who led a debate: two clicks from a search', async () => {
    await search('nvme host managed power state for suspend has problems');
    await click(threadOfFirst());
    await click(page.getByText('People', { exact: true }).last());
    expect(clicks).toBe(2);
    const people = await page.locator('.who li').allTextContents();
    expect(people.length).toBeGreaterThan(4);
    const mails = people.map((one) => Number(/(\d+)\s*$/.exec(one)?.[1]));
    expect(mails[0]).toBeGreaterThan(20);
    expect(mails).toEqual(mails.toSorted((a, b) => b - a));
  });

  it('a regression and its fix: one click from a search, and two to the state of the fix', async () => {
    await search('NULL pointer dereference igen6_probe 6.16-rc2');
    await click(threadOfFirst());
    expect(clicks).toBe(1);
    const head = page.locator('p.verdict');
    expect(await head.textContent()).toMatch(/a fix was posted.*EDAC\/igen6: Fix NULL pointer dereference.*applied/);
    await click(head.getByRole('link', { name: 'EDAC/igen6: Fix NULL pointer dereference' }));
    expect(clicks).toBe(2);
    expect(await page.locator('p.verdict').textContent()).toMatch(/^applied on 2025-06-\d\d by/);
  });

  it('what changed between two versions: two clicks from a search', async () => {
    await search('x86 enable FRED for x86-64');
    await click(verdictOfFirst());
    await click(page.getByRole('link', { name: 'changes since v12' }));
    expect(clicks).toBe(2);
    expect(page.url()).toMatch(/\/series\/\d+\/diff\/\?from=\d+&to=\d+/);
    expect(await page.locator('h1').textContent()).toContain('FRED');
    expect(await page.locator('main ins, main del, main .ad, main .de').count()).toBeGreaterThan(3);
  });
});
