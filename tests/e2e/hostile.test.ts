import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toMboxrd } from '#mail/mbox';
import { ingest, scratch } from '../command';
import { hostileMails } from '../hostile/html';
import { type Running, startServer } from '../server';
import { ARGUMENTS, CHROMIUM } from './kinds';

const present = existsSync(CHROMIUM);
if (!present && process.env.THREADLINE_REQUIRE?.includes('chromium'))
  throw new Error(`THREADLINE_REQUIRE demands Chromium, but ${CHROMIUM} does not exist`);

const mails = hostileMails();

/** Side effects of a page. */
interface Deeds {
  requests: string[];
  dialogs: string[];
  popups: number;
  downloads: number;
}

describe.skipIf(!present)('hostile mail in Chromium', () => {
  const folder = scratch();
  const asked: string[] = [];
  let canary: Server;
  let server: Running;
  let browser: Browser;
  let context: BrowserContext;
  let base = '';

  beforeAll(async () => {
    const database = `${folder.path}/hostile.sqlite`;
    const mbox = `${folder.path}/hostile.mbox`;
    writeFileSync(mbox, Buffer.concat(mails.map(({ raw }) => toMboxrd(raw, 1_583_143_200))));
    expect(ingest(database, mbox)).toMatchObject({ read: mails.length, stored: mails.length, rejected: 0 });
    server = await startServer(database);
    base = server.base;
    // Every other host is the canary: any request of the page arrives there, even if playwright does not see it.
    canary = createServer((request, response) => {
      asked.push(`${request.headers.host}${request.url}`);
      response.end('tweet');
    });
    await new Promise<void>((ready) => canary.listen(0, '127.0.0.1', ready));
    const { port } = canary.address() as AddressInfo;
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...ARGUMENTS, `--host-resolver-rules=MAP *.example.org 127.0.0.1:${port}`],
    });
    context = await browser.newContext({ viewport: { width: 900, height: 700 } });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    canary?.close();
    folder.remove();
  });

  /** Opens a page, waits until it is idle, clicks on it, and returns its side effects. */
  async function open(path: string) {
    const page = await context.newPage();
    const deeds: Deeds = { requests: [], dialogs: [], popups: 0, downloads: 0 };
    page.on('request', (request) => deeds.requests.push(request.url()));
    page.on('dialog', (dialog) => {
      deeds.dialogs.push(dialog.message());
      dialog.dismiss().catch(() => {});
    });
    page.on('popup', () => deeds.popups++);
    page.on('download', () => deeds.downloads++);
    const response = await page.goto(base + path, { waitUntil: 'load' });
    await page.waitForTimeout(50);
    return { page, deeds, response };
  }

  /** Checks that nothing ran, that only our server got requests, and that the page did not navigate. */
  function expectHarmless(path: string, url: string, title: string, deeds: Deeds) {
    expect(
      deeds.requests.filter((one) => !one.startsWith(`${base}/`)),
      path,
    ).toEqual([]);
    expect(deeds, path).toMatchObject({ dialogs: [], popups: 0, downloads: 0 });
    expect(url, path).toBe(base + path);
    expect(title, path).not.toBe('RAN');
  }

  it('would be noticed: the canary gets requests', async () => {
    const page = await context.newPage();
    await page.setContent('<img src="http://canary.example.org/probe.gif">', { waitUntil: 'load' });
    expect(asked.splice(0)).toContain('canary.example.org/probe.gif');
    await page.close();
  });

  it.each(mails)('is shown without side effects: $name', async ({ name, msgid }) => {
    const path = `/hostile/${msgid}/html`;
    const { page, deeds, response } = await open(path);
    expect(response?.status()).toBe(200);
    expect(response?.headers()['content-security-policy']).toMatch(/default-src 'none'.*sandbox$/);
    expectHarmless(path, page.url(), await page.title(), deeds);
    // The style sheet was loaded.
    expect(deeds.requests.map((url) => new URL(url).pathname.replace(/\.[0-9a-f]{10}\./, '.'))).toEqual([
      path,
      '/assets/html.css',
    ]);
    const main = page.locator('main');
    expect(await main.textContent()).toContain(`MARK ${name} begins`);
    const look = await page.evaluate(() => {
      const box = document.querySelector('main') as HTMLElement;
      const head = document.querySelector('header') as HTMLElement;
      const [inner, above] = [box.getBoundingClientRect(), head.getBoundingClientRect()];
      const at = document.elementFromPoint(above.left + 5, above.top + 5);
      return {
        wide: document.documentElement.scrollWidth - innerWidth,
        order: above.bottom <= inner.top,
        isHeadOnTop: at !== null && (at === head || head.contains(at)),
        outside: [...document.body.children].map(({ tagName }) => tagName).join(' '),
        styled: [...box.querySelectorAll('*')].filter((one) => {
          const style = getComputedStyle(one);
          return style.position !== 'static' || style.zIndex !== 'auto' || one.hasAttribute('style');
        }).length,
        active: box.querySelectorAll(
          'script,style,link,meta,base,form,input,button,img,svg,math,iframe,object,embed,audio,video,template,dialog,[id],[name],[onclick],[onerror]',
        ).length,
        hrefs: [...box.querySelectorAll('a')].map((a) => a.protocol),
      };
    });
    expect(look).toMatchObject({
      wide: 0,
      order: true,
      isHeadOnTop: true,
      outside: 'HEADER MAIN',
      styled: 0,
      active: 0,
    });
    expect(look.hrefs.filter((protocol) => !['http:', 'https:', 'mailto:'].includes(protocol))).toEqual([]);
    // Clicks on the words of the mail, but not on links, which lead where they say.
    const words = await main.locator(':is(p, div, span, b):not(a *):not(:has(a))').all();
    for (const element of words.slice(0, 3))
      await element.click({ timeout: 500, force: true, position: { x: 1, y: 1 } }).catch(() => {});
    expectHarmless(path, page.url(), await page.title(), deeds);
    await page.close();
    expect(asked).toEqual([]);
  });

  it('is harmless even in a browser that ignores the policy', async () => {
    const lawless = await browser.newContext({ bypassCSP: true });
    const page = await lawless.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('dialog', (dialog) => {
      requests.push(`dialog ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    await page.goto(`${base}/`);
    // Checks that the policy is really off: a script made by the page runs.
    await page.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', '<img src="x:" onerror="document.title=\'RAN\'">');
    });
    await page.waitForFunction(() => document.title === 'RAN');
    for (const { msgid, name } of mails) {
      await page.goto(`${base}/hostile/${msgid}/html`, { waitUntil: 'load' });
      expect(await page.title(), name).not.toBe('RAN');
    }
    expect(requests.filter((url) => !url.startsWith(`${base}/`) && url !== 'x:')).toEqual([]);
    expect(asked).toEqual([]);
    await lawless.close();
  });

  it.each(mails)('is shown as text without side effects: $name', async ({ msgid }) => {
    for (const path of [`/hostile/${msgid}/`, `/hostile/${msgid}/t/`]) {
      const { page, deeds, response } = await open(path);
      expect(response?.status()).toBe(200);
      expectHarmless(path, page.url(), await page.title(), deeds);
      const look = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - innerWidth,
        scripts: [...document.scripts].filter(({ src }) => !src.startsWith(`${location.origin}/assets/`)).length,
        unseen: /[\u202a-\u202e\u2066-\u2069\u200b\ufeff]/.test(document.documentElement.outerHTML),
      }));
      expect(look, path).toEqual({ wide: 0, scripts: 0, unseen: false });
      await page.close();
    }
    expect(asked).toEqual([]);
  });

  it('harms no list, search, person, feed or thread page', async () => {
    const paths = [
      '/',
      '/hostile/',
      '/hostile/2020-03/',
      '/all/',
      '/people/',
      '/search/?q=report',
      '/search/?q=f:mallory',
      '/search/?q=%3Cscript%3Ealert(1)%3C/script%3E',
    ];
    for (const path of paths) {
      const { page, deeds, response } = await open(path);
      expect(response?.status(), path).toBe(200);
      expectHarmless(path, page.url(), await page.title(), deeds);
      expect(
        await page.evaluate(() => /[\u202a-\u202e\u2066-\u2069\u200b\ufeff]/.test(document.documentElement.outerHTML)),
        path,
      ).toBe(false);
      await page.close();
    }
    expect(asked).toEqual([]);
  });

  it('serves attachments as downloads with a type that browsers do not render', async () => {
    let seen = 0;
    for (const { msgid } of mails) {
      const html = await (await fetch(`${base}/hostile/${msgid}/`)).text();
      for (const [, href = ''] of html.matchAll(/<a href="([^"]+)" download/g)) {
        const answer = await fetch(base + href);
        expect(answer.status, href).toBe(200);
        expect(answer.headers.get('content-type')).toBe('application/octet-stream');
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
        expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
        expect(answer.headers.get('set-cookie')).toBe(null);
        const disposition = answer.headers.get('content-disposition') ?? '';
        expect(disposition).toMatch(/^attachment; filename="[\w.@+-]+"; filename\*=UTF-8''[\w.!~%-]+$/);
        expect(decodeURIComponent(disposition)).not.toMatch(
          /[\u202a-\u202e\u2066-\u2069]|filename\*=UTF-8''[^;]*[/\\]/,
        );
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(10);
  });

  it('does not let mails write into response headers', async () => {
    for (const { msgid } of mails)
      for (const view of ['raw', 't.mbox.gz', 't.atom', 'html', '']) {
        const answer = await fetch(`${base}/hostile/${msgid}/${view}`);
        expect(answer.status, view).toBe(200);
        expect(answer.headers.get('set-cookie'), view).toBe(null);
        expect(answer.headers.get('x-content-type-options'), view).toBe('nosniff');
        expect(answer.headers.get('content-security-policy'), view).toContain("default-src 'none'");
        if (view === 'raw') expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      }
  });
});
