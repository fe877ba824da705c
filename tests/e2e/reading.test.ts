import { existsSync } from 'node:fs';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARCHIVES } from '../archives';
import { archivesDatabase } from '../archivesdb';
import { type Running, startServer } from '../server';
import { ARGUMENTS, CHROMIUM } from './kinds';

/** Readers' tasks on the real archives, with the number of clicks from the front page. Typing is not a click. */
describe.skipIf(!ARCHIVES || !existsSync(CHROMIUM))('a reader', () => {
  let server: Running;
  let browser: Browser;
  let page: Page;
  let clicks = 0;
  const click = async (what: Locator) => {
    clicks++;
    await what.first().click();
  };
  const link = (name: string | RegExp, within = 'main') => page.locator(within).getByRole('link', { name });

  beforeAll(async () => {
    server = await startServer(archivesDatabase());
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  }, 900_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const fromHome = async () => {
    clicks = 0;
    await page.goto(`${server.base}/`);
  };
  /** Whether an element is visible without scrolling. */
  const isOnScreen = (what: Locator) =>
    what.first().evaluate((element) => {
      const { top } = element.getBoundingClientRect();
      return top >= 0 && top < innerHeight - 24;
    });

  it('sees the last week of a list in one click', async () => {
    await fromHome();
    expect(await isOnScreen(page.locator('.thisweek .weekly li'))).toBe(true);
    await click(link('linux-pm', '.lists'));
    await page.waitForURL(/linux-pm/);
    expect(await isOnScreen(page.locator('.thisweek .weekly li'))).toBe(true);
    expect(await page.locator('.thisweek h2').textContent()).toContain('to 2020-01-01');
    for (const line of await page.locator('.thisweek .weekly li').all())
      expect(await line.locator('a').count()).toBeGreaterThan(0);
    expect(clicks).toBe(1);
  });

  it("sees a developer's last month in two clicks", async () => {
    await fromHome();
    await click(page.locator('.top nav').getByRole('link', { name: 'People' }));
    await click(link('Borislav Petkov'));
    await page.waitForURL(/people\/[^/]+/);
    const head = page.getByRole('heading', { name: /^Last 30 days/ });
    expect(await isOnScreen(head)).toBe(true);
    expect(await head.textContent()).toContain('2026-03-09');
    expect(await page.locator('.threads.begun li').count()).toBeGreaterThan(3);
    expect(clicks).toBe(2);
  });

  it('sees the biggest debates of a year in two clicks, and what one was about in three', async () => {
    await fromHome();
    await click(link('linux-edac', '.lists'));
    await click(link(/^2022$/, '.bars'));
    await page.waitForURL(/2022/);
    const debates = page.locator('section[aria-labelledby=debates]');
    expect(await isOnScreen(debates.locator('li'))).toBe(true);
    expect(clicks).toBe(2);
    await click(debates.getByRole('link', { name: /The panic notifiers refactor/ }));
    await page.waitForURL(/digest/);
    expect(await page.locator('.digest blockquote').count()).toBeGreaterThan(2);
    expect(clicks).toBe(3);
  });

  it('sees their waiting series in two clicks, and all of them in four', async () => {
    await fromHome();
    await click(page.locator('.top nav').getByRole('link', { name: 'People' }));
    await click(link('Yazen Ghannam'));
    await page.waitForURL(/people\/[^/]+/);
    const series = page.locator('.threads.series li');
    expect(await series.filter({ hasText: /waits|waiting/ }).count()).toBeGreaterThan(0);
    expect(clicks).toBe(2);
    await click(page.locator('section', { hasText: 'Current series' }).getByRole('link', { name: 'all', exact: true }));
    await click(page.getByRole('navigation', { name: 'Status' }).getByRole('link', { name: /^waiting/ }));
    expect(await series.count()).toBeGreaterThan(0);
    expect(clicks).toBe(4);
  });

  it.each([
    [1280, 800],
    [390, 844],
  ])(
    'has the first mail of a thread on the first screen of %i by %i, and no label of a picture cut',
    async (width, height) => {
      const narrow = await browser.newPage({ viewport: { width, height } });
      const threads = ['20200521093805.64398-1-chenzhou10@huawei.com', '20220427224924.592546-1-gpiccoli@igalia.com'];
      for (const path of [...threads.map((msgid) => `/all/${msgid}/t/`), '/topics/ras/', '/all/']) {
        await narrow.goto(server.base + path);
        const { top, cut } = await narrow.evaluate(() => ({
          top: document.querySelector('.mails .mail')?.getBoundingClientRect().top ?? 0,
          cut: [...document.querySelectorAll('svg text')]
            .filter((text) => {
              const [{ left, right, width: own }, whole] = [text, text.closest('svg') as Element].map((one) =>
                one.getBoundingClientRect(),
              ) as [DOMRect, DOMRect];
              return own > 0 && (left < whole.left - 1 || right > whole.right + 1);
            })
            .map((text) => text.textContent),
        }));
        expect(top, path).toBeLessThan(height - 60);
        expect(cut, path).toEqual([]);
      }
      // Scrollable pictures begin at their newest end.
      await narrow.goto(`${server.base}/topics/ras/`);
      const scroll = narrow.locator('.lanes .scroll').first();
      expect(await scroll.evaluate((box) => getComputedStyle(box).direction === 'rtl' && box.scrollLeft === 0)).toBe(
        true,
      );
      await narrow.close();
    },
  );
});
