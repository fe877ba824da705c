import { existsSync, mkdirSync, rmSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseStory } from '#site/story';
import { ingest, scratch } from '../command';
import { ingestSample } from '../sample';
import { type Running, startServer } from '../server';
import { ARGUMENTS, CHROMIUM, type PageKind, pageKinds, visit } from './kinds';

const present = existsSync(CHROMIUM);
if (!present && process.env.THREADLINE_REQUIRE?.includes('chromium'))
  throw new Error(`THREADLINE_REQUIRE demands Chromium, but ${CHROMIUM} does not exist`);

/** The page kinds are tested in parts, so that a slow machine finishes each part in time. */
const PARTS = [1, 2, 3, 4];
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

describe.skipIf(!present)('the design', () => {
  const folder = scratch();
  let servers: Running[] = [];
  let browser: Browser;
  let kinds: PageKind[] = [];
  /** Page kinds with their servers: for the sample, for an empty archive, and for a missing archive. */
  let all: { base: string; page: PageKind }[] = [];

  beforeAll(async () => {
    const database = `${folder.path}/sample.sqlite`;
    ingestSample(database);
    const empty = `${folder.path}/empty.sqlite`;
    const nothing = `${folder.path}/nothing`;
    for (const name of ['cur', 'new', 'tmp']) mkdirSync(`${nothing}/${name}`, { recursive: true });
    ingest(empty, nothing);
    const gone = `${folder.path}/gone.sqlite`;
    ingest(gone, nothing);
    servers = [await startServer(database), await startServer(empty), await startServer(gone)];
    for (const suffix of ['', '-wal', '-shm']) rmSync(gone + suffix, { force: true });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    const page = await browser.newPage();
    const [base = '', bare = '', without = ''] = servers.map((server) => server.base);
    kinds = await pageKinds(page, base);
    await page.close();
    all = [
      ...kinds.map((one) => ({ base, page: one })),
      { base: bare, page: { kind: 'empty archive', path: '/' } },
      { base: without, page: { kind: '503, no archive', path: '/' } },
    ];
  });

  afterAll(async () => {
    await browser?.close();
    for (const server of servers) await server.stop();
    folder.remove();
  });

  // One visit per kind, because axe alone takes seconds per page.
  it.each(PARTS)(
    'holds on every page kind, part %i of 4: WCAG 2.2 AA by axe, contrast in the dark, headings, the keyboard, widths, and nothing moves',
    async (part) => {
      // A new context for each part, like a first visit.
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.addInitScript(() => {
        const moved: number[] = [];
        Object.assign(window, { moved });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) moved.push((entry as unknown as { value: number }).value);
        }).observe({ type: 'layout-shift', buffered: true });
      });
      const faults: string[] = [];
      const own = all.filter((_, n) => n % PARTS.length === part - 1);
      expect(own.length).toBeGreaterThan(8);
      for (const { base, page: one } of own) {
        await visit(page, base, one);
        const found = [
          ...(await movements(page)),
          ...(await headingFaults(page)),
          ...(await walk(page)),
          ...(await axeFaults(page)),
          ...(await darkFaults(page)),
          ...(await overflows(page, [360, 1100])),
        ];
        faults.push(...found.map((fault) => `${one.kind}: ${fault}`));
      }
      expect(faults).toEqual([]);
      await context.close();
    },
  );

  it('folds a mail and its replies without JavaScript', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const long = kinds.find(({ kind }) => kind === 'thread, long') as PageKind;
    await visit(page, servers[0]?.base ?? '', long);
    const second = page.locator('.mails .mail').nth(1);
    expect(await second.isVisible()).toBe(true);
    await page.locator('.mails > .sub > summary').first().click();
    expect(await second.isVisible()).toBe(false);
    const body = page.locator('.mails > .mail .body').first();
    expect(await body.isVisible()).toBe(true);
    await page.locator('.mails > .mail > details > summary').first().click();
    expect(await body.isVisible()).toBe(false);
    await context.close();
  });

  it('marks what is new in a week since the last visit', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const base = servers[0]?.base ?? '';
    const week = kinds.find(({ kind }) => kind === 'week') as PageKind;
    await visit(page, base, week);
    expect(await page.locator('.weekly li').count()).toBeGreaterThan(0);
    expect(await page.locator('.weekly li.fresh').count()).toBe(0);
    // Simulates an earlier visit with other lines.
    await page.evaluate(() => {
      const key = Object.keys(localStorage).find((one) => one.startsWith('at week ')) ?? '';
      const seen = JSON.parse(localStorage.getItem(key) ?? '');
      localStorage.setItem(key, JSON.stringify({ ...seen, all: 'another', at: seen.at - 86_400 }));
    });
    await visit(page, base, week);
    expect(await page.locator('.weekly li.fresh').count()).toBeGreaterThan(0);
    expect(await page.locator('h2 .new').first().textContent()).toMatch(/\d new since \d{4}-\d{2}-\d{2}/);
    await context.close();
  });

  it('shows in a thread the current place, what is read, and what is new since the last visit', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const base = servers[0]?.base ?? '';
    const long = kinds.find(({ kind }) => kind === 'thread, long') as PageKind;
    await visit(page, base, long);
    const bar = page.locator('.where');
    expect(await bar.textContent()).toMatch(/^1 of 65/);
    // The bar must not hide a line of a mail.
    const [bars, texts] = await Promise.all([bar.boundingBox(), page.locator('.mails .body').first().boundingBox()]);
    expect((bars?.x ?? 0) + (bars?.width ?? 0)).toBeLessThanOrEqual(texts?.x ?? 0);
    for (let n = 0; n < 4; n++) await page.keyboard.press('j');
    await expect.poll(() => bar.textContent()).toMatch(/^[45] of 65/);
    expect(await page.locator('.outline [aria-current]').count()).toBe(1);
    expect(await page.locator('.outline .read').count()).toBeGreaterThan(0);
    // Simulates an earlier visit without the last three mails.
    await page.goto(`${base}/`);
    await page.evaluate(() => {
      const key = Object.keys(localStorage).find((one) => one.startsWith('at ') && !one.includes('/')) ?? '';
      const seen = JSON.parse(localStorage.getItem(key) ?? '');
      const all = seen.all.split(' ').slice(0, -3).join(' ');
      localStorage.setItem(key, JSON.stringify({ ...seen, all, at: seen.at - 86_400 }));
    });
    await visit(page, base, long);
    expect(await bar.textContent()).toMatch(/3 new since \d{4}-\d{2}-\d{2}/);
    expect(await page.locator('.mail.fresh').count()).toBe(3);
    await page.keyboard.press('n');
    expect(await page.locator('.mail.fresh.here').count()).toBe(1);
    // Read marks are kept across pages.
    expect(await page.locator('.outline .read').count()).toBeGreaterThan(0);
    await context.close();
  });

  it('shows mails first on a phone, diffs unwrapped, and the names of lanes beside a scrolled picture', async () => {
    const context = await browser.newContext({ viewport: { width: 375, height: 800 } });
    const page = await context.newPage();
    const base = servers[0]?.base ?? '';
    const open = (kind: string) => visit(page, base, kinds.find((one) => one.kind === kind) as PageKind);
    const boxOf = async (selector: string) => await page.locator(selector).first().boundingBox();
    await open('thread, long');
    expect((await boxOf('.mails .body'))?.y).toBeLessThan(700);
    await open('message, patch');
    const diff = page.locator('.df').first();
    const [lines, height] = await diff.evaluate((all) => {
      const shown = [...all.children].map((run) => run.textContent?.replace(/\n$/, '') ?? '');
      return [
        shown.join('\n').split('\n').length,
        all.clientHeight / Number.parseFloat(getComputedStyle(all).lineHeight),
      ];
    });
    expect(Math.round(height as number)).toBe(lines);
    for (const [kind, picture] of [
      ['all lists', '.bars'],
      ['search', '.bars'],
      ['topic', '.stacks'],
    ] as const) {
      await open(kind);
      const labels = await page
        .locator(`${picture} text:not(.peak)`)
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).filter(({ width }) => width > 0));
      expect(labels.length, kind).toBeGreaterThan(1);
      for (const [n, { left, right }] of labels.entries()) {
        expect(left, kind).toBeGreaterThan(labels[n - 1]?.right ?? 0);
        expect(right, kind).toBeLessThanOrEqual(375);
      }
    }
    for (const kind of ['people', 'mm']) {
      await open(kind);
      const tops = await page
        .locator('.few li:first-child > :is(a, b)')
        .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
      expect(Math.max(...tops) - Math.min(...tops), kind).toBeLessThan(4);
    }
    await open('digest');
    await page.locator('.lanes .scroll').evaluate((scroller) => {
      scroller.scrollLeft = -400;
    });
    const names = page.locator('.lanes .names li');
    const svg = (await boxOf('.lanes svg')) ?? { y: 0, height: 0 };
    const row = svg.height / ((await names.count()) + 1);
    expect(row).toBeGreaterThanOrEqual(24);
    for (const [n, name] of (await names.all()).entries()) {
      const box = (await name.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      expect(box.x).toBeGreaterThan(0);
      expect(Math.abs(box.y + box.height / 2 - svg.y - (n + 0.5) * row)).toBeLessThan(3);
    }
    await context.close();
  });

  it('remembers a theme, and sets it before anything is painted', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const base = servers[0]?.base ?? '';
    await page.goto(`${base}/`);
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.locator('#theme').click();
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.goto(`${base}/topics/`);
    expect(await paper()).toBe(dark);
    expect(await page.locator('#theme').textContent()).toBe('Theme: dark');
    await context.close();
  });

  it('copies a mail’s link and its b4 command', async () => {
    const context = await browser.newContext();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    const base = servers[0]?.base ?? '';
    const message = kinds.find(({ kind }) => kind === 'message, patch') as PageKind;
    await visit(page, base, message);
    await page.keyboard.press('y');
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(base + message.path);
    await page.getByRole('button', { name: 'copy b4 am' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^b4 am \S+@example\.org$/);
    await context.close();
  });

  it('copies the selected words of a mail as a quotation for a story, without quoted words', async () => {
    const context = await browser.newContext();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    const long = kinds.find(({ kind }) => kind === 'thread, long') as PageKind;
    await visit(page, servers[0]?.base ?? '', long);
    const select = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getSelection()?.selectAllChildren(element));
    const button = page.getByRole('button', { name: 'copy as story' });
    await select('.mail .body .t');
    await button.click();
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(copied).toMatch(/^> [\s\S]+\n>\n> — \[.+\]\(mid:\S+@\S+\)\n$/);
    const [quotation] = parseStory(
      `---\ntitle: T\ndate: 2026-01-01\nsummary: S\nlist: l\n---\n${await copied()}`,
      't',
    ).quotations;
    const said = await page.locator('.mail .body .t').first().textContent();
    const bare = (text: string | null | undefined) => text?.replace(/\s+/g, ' ').trim();
    expect(bare(quotation?.text)).toBe(bare(said));
    await select('.mail .body .q');
    await button.waitFor({ state: 'hidden' });
    await context.close();
  });
});

async function axeFaults(page: Page, rules?: string[]): Promise<string[]> {
  const builder = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const { violations } = await (rules ? builder.withRules(rules) : builder.withTags(WCAG)).analyze();
  return violations.map(
    ({ id, nodes }) => `${id} at ${nodes.length}: ${nodes[0]?.html.slice(0, 160)} ${nodes[0]?.any[0]?.message ?? ''}`,
  );
}

/** Faults of the same page in dark colours. */
async function darkFaults(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' });
  const faults = await axeFaults(page, ['color-contrast']);
  await page.emulateMedia({ colorScheme: 'light' });
  return faults.map((fault) => `dark: ${fault}`);
}

/** Elements that moved while the page loaded and while it was scrolled to its end. */
async function movements(page: Page): Promise<string[]> {
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const moved = await page.evaluate(() => (window as unknown as { moved: number[] }).moved);
  await page.evaluate(() => scrollTo(0, 0));
  return moved.map((by) => `moves by ${by}`);
}

/** Checks for one main element, one first-level heading that comes first, no skipped level, and a title. */
async function headingFaults(page: Page): Promise<string[]> {
  const levels = await page.locator('h1, h2, h3, h4').evaluateAll((found) => found.map((h) => Number(h.tagName[1])));
  const isSkipped = levels.some((level, n) => n > 0 && level > (levels[n - 1] ?? 0) + 1);
  return [
    ...((await page.locator('main').count()) === 1 ? [] : ['not one main']),
    ...(levels[0] === 1 && levels.lastIndexOf(1) === 0 ? [] : ['not one h1, and first']),
    ...(isSkipped ? [`levels ${levels.join(' ')}`] : []),
    ...((await page.title()).length > 4 ? [] : ['no title']),
  ];
}

/** Widths at which the page scrolls sideways. */
async function overflows(page: Page, widths: number[]): Promise<string[]> {
  const size = page.viewportSize() ?? { width: 1280, height: 720 };
  const faults: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 740 });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) faults.push(`wider than ${width} by ${over} px`);
  }
  await page.setViewportSize(size);
  return faults;
}

/** Tab stops that are checked on a page. */
const STOPS = 60;

/** Faults of the focus order on a page. */
async function walk(page: Page): Promise<string[]> {
  const faults: string[] = [];
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur?.());
  await page.keyboard.press('Tab');
  if ((await page.evaluate(() => document.activeElement?.className)) !== 'skip')
    faults.push('the skip link is not first');
  await page.evaluate(() => Object.assign(window, { stop: document.activeElement }));
  for (let n = 0; n < STOPS; n++) {
    await page.keyboard.press('Tab');
    const fault = await page.evaluate(() => {
      const kept = window as unknown as { stop: Element };
      const [before, now] = [kept.stop, document.activeElement];
      if (!now || now === document.body || now.className === 'skip') return 'end';
      kept.stop = now;
      const name = `${now.outerHTML.slice(0, 80)}`;
      // A date input has a tab stop for each part.
      if (now === before && (now as HTMLInputElement).type === 'date') return null;
      if (now === before) return `the focus stays at ${name}`;
      if (!(before.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING)) return `out of order: ${name}`;
      const box = now.getBoundingClientRect();
      if (box.width < 1 || box.height < 1) return `the focus is not to be seen: ${name}`;
      if (box.bottom < 0 || box.top > innerHeight) return `the focus is outside the window: ${name}`;
      const style = getComputedStyle(now);
      if (style.outlineStyle === 'none' || Number.parseFloat(style.outlineWidth) < 1) return `no ring at ${name}`;
      const bar = document.querySelector('.where')?.getBoundingClientRect();
      if (bar && !now.closest('.where') && box.top >= bar.top && box.bottom <= bar.bottom && box.left >= bar.left)
        return `behind the bar: ${name}`;
      return null;
    });
    if (fault === 'end') break;
    if (fault) faults.push(fault);
  }
  return faults;
}
