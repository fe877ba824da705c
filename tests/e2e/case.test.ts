import { existsSync, writeFileSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest, scratch } from '../command';
import { type Running, startServer } from '../server';
import { ARGUMENTS, CHROMIUM } from './kinds';

const present = existsSync(CHROMIUM);
if (!present && process.env.THREADLINE_REQUIRE?.includes('chromium'))
  throw new Error(`THREADLINE_REQUIRE demands Chromium, but ${CHROMIUM} does not exist`);

const PATCHES = 20;
/** The largest initial height of a thread with 54 mails and 20 patches. */
const MOST_PIXELS = 40_000;

/** A mail of the thread, dated by its number. */
function mail(n: number, id: string, parent: string, author: string, subject: string, body: string): string {
  const date = new Date(Date.UTC(2031, 2, 3, 8, n * 3)).toUTCString().replace('GMT', '+0000');
  const answers = parent ? `In-Reply-To: <${parent}@example.org>\nReferences: <${parent}@example.org>\n` : '';
  return `From mail@example.org Mon Mar  3 08:00:00 2031\nFrom: ${author} <${author.split(' ')[0]?.toLowerCase()}@example.org>\nTo: list@example.org\nDate: ${date}\nMessage-ID: <${id}@example.org>\n${answers}Subject: ${subject}\n\n${body}\n`;
}

const diff = (n: number) => {
  const lines = Array.from({ length: 160 }, (_, at) => `+\tstep_${n}_${at}(state, ${at});`);
  return `diff --git a/lib/part${n}.c b/lib/part${n}.c\n--- a/lib/part${n}.c\n+++ b/lib/part${n}.c\n@@ -1,2 +1,162 @@\n first\n${lines.join('\n')}\n last\n`;
};
const quoted = (text: string) => text.replace(/^/gm, '> ');

/** 20 patches below a cover letter, and 33 answers: 54 mails. */
function thread(): string {
  const mails = [
    mail(0, 'cover', '', 'Ada Ames', `[PATCH 00/${PATCHES}] lib: split the state`, 'The state is split into parts.\n'),
  ];
  for (let n = 1; n <= PATCHES; n++) {
    const subject = `[PATCH ${String(n).padStart(2, '0')}/${PATCHES}] lib: part ${n}`;
    const text = `Part ${n} has its own file.\n\nSigned-off-by: Ada Ames <ada@example.org>\n---\n lib/part${n}.c | 160 +++\n 1 file changed, 160 insertions(+)\n\n${diff(n)}-- \n2.50\n`;
    mails.push(mail(n, `p${n}`, 'cover', 'Ada Ames', subject, text));
    const review = `On Monday, Ada Ames wrote:\n${quoted(text)}\nPlease split part ${n} into two patches.\n`;
    mails.push(mail(30 + n, `r${n}`, `p${n}`, 'Ben Bell', `Re: ${subject}`, review));
    if (n < 14)
      mails.push(
        mail(
          60 + n,
          `a${n}`,
          `r${n}`,
          'Ada Ames',
          `Re: ${subject}`,
          `${quoted(review)}\nRight, I will fix that in v2: part ${n} will be two.\n`,
        ),
      );
  }
  return mails.join('\n');
}

/** A crash that a patch fixed later, a question that its author solved, and one without an answer. */
const others = () =>
  [
    mail(
      200,
      'crash',
      '',
      'Cy Cole',
      'Part 3 crashes',
      'Part 3 crashes here when it starts.\n\n[    1.5] BUG: bad part: 3\n',
    ),
    mail(
      201,
      'why',
      'crash',
      'Ada Ames',
      'Re: Part 3 crashes',
      'The third part is not set up when it is started that early.\n',
    ),
    mail(
      202,
      'fix',
      '',
      'Ada Ames',
      '[PATCH] lib: set part 3 up',
      `It crashed.\n\nReported-by: Cy Cole <cy@example.org>\nCloses: https://lore.kernel.org/r/crash@example.org\nSigned-off-by: Ada Ames <ada@example.org>\n---\n${diff(50)}-- \n2.50\n`,
    ),
    mail(
      207,
      'lock',
      'fix',
      'Cy Cole',
      'Re: [PATCH] lib: set part 3 up',
      'Hello.\n\nPlease drop the lock, it is not needed.\n',
    ),
    mail(
      208,
      'fix2',
      '',
      'Ada Ames',
      '[PATCH v2] lib: set part 3 up',
      `It crashed.\n\nSigned-off-by: Ada Ames <ada@example.org>\n---\nChanges in v2:\n- say more\n- drop the lock as Cy suggested\n\n${diff(50)}-- \n2.50\n`,
    ),
    mail(203, 'ask', '', 'Dee Dunn', 'How is part 4 started', 'How is part 4 started from a module?\n'),
    mail(
      204,
      'tell',
      'ask',
      'Ada Ames',
      'Re: How is part 4 started',
      'Call start_part with its number from the module.\n',
    ),
    mail(205, 'done', 'tell', 'Dee Dunn', 'Re: How is part 4 started', 'Thanks, it works now.\n'),
    mail(206, 'lost', '', 'Eve East', '[BUG] part 5 hangs', 'Part 5 hangs when it is stopped.\n'),
  ].join('\n');

describe.skipIf(!present)('a long thread of patches', () => {
  const folder = scratch();
  let server: Running;
  let browser: Browser;

  beforeAll(async () => {
    const [mbox, database] = [`${folder.path}/long.mbox`, `${folder.path}/long.sqlite`];
    writeFileSync(mbox, `${thread()}\n${others()}`);
    ingest(database, '--list', 'sample', mbox);
    server = await startServer(database);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    folder.remove();
  });

  /** The height of a page, and whether some words are visible, without JavaScript. */
  async function opened(path: string, width: number, words: string) {
    const context = await browser.newContext({ viewport: { width, height: 800 }, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(server.base + path);
    const pixels = await page.evaluate(() => document.documentElement.scrollHeight);
    const isShown = await page.getByText(words).first().isVisible();
    await context.close();
    return { pixels, isShown };
  }

  it.each(['t', 'T'])(
    'opens with its diffs and quotations folded, at no more than 40,000 pixels (%s/)',
    async (view) => {
      for (const width of [1280, 390]) {
        const path = `/sample/cover@example.org/${view}/`;
        const folded = await opened(path, width, 'step_7_80(state, 80);');
        expect(folded.pixels, `${width} wide`).toBeLessThanOrEqual(MOST_PIXELS);
        expect(folded.isShown).toBe(false);
        const whole = await opened(`${path}?diffs=open`, width, 'step_7_80(state, 80);');
        expect(whole.pixels).toBeGreaterThan(MOST_PIXELS);
        expect(whole.isShown).toBe(true);
        expect((await opened(path, width, 'part 7 will be two')).isShown).toBe(true);
      }
    },
  );

  it('tells the whole discussion on the page of the series, with the passages that object marked', async () => {
    const id =
      /href="(\/series\/\d+\/)"><bdi>lib: split/.exec(await (await fetch(`${server.base}/series/`)).text())?.[1] ?? '';
    const html = await (await fetch(server.base + id)).text();
    expect(html.match(/part \d+ will be two/g)).toHaveLength(13);
    expect(html).toContain('33 mails about it');
    const objected = [...html.matchAll(/<mark>([^<]*)<\/mark>/g)].map(([, words]) => words?.trim());
    expect(objected).toContain('Please split part 7 into two patches.');
    // One more is in the legend of marks.
    expect(objected.filter((words) => words !== 'Marked')).toHaveLength(PATCHES);
    // The author promised a change 13 times, and did not answer seven times.
    expect(html.match(/the author agreed to a change/g)).toHaveLength(13);
    expect(html).not.toContain('author’s answer');
    for (const width of [1280, 390])
      expect((await opened(id, width, 'part 7 will be two')).pixels).toBeLessThanOrEqual(MOST_PIXELS);
  });

  it('shows an objection that the next version’s changelog names, and that changelog', async () => {
    const list = await (await fetch(`${server.base}/series/`)).text();
    const id = /href="(\/series\/\d+\/)"><bdi>lib: set part 3 up/.exec(list)?.[1] ?? '';
    const html = await (await fetch(server.base + id)).text();
    expect(html).toMatch(/named in the <a [^>]*>changelog of v2<\/a>: <q><bdi>drop the lock as Cy suggested/);
    expect(html).toMatch(/<pre>Changes in v2:\s+- say more/);
    for (const width of [1280, 390])
      expect((await opened(id, width, 'Please drop the lock')).isShown, `${width} wide`).toBe(true);
    expect(html).toMatch(/<ol class="boxes">.*v1.*1 objection.*v2/s);
  });

  it.each([
    ['crash', ['a fix was posted', 'lib: set part 3 up', 'it names the report', 'BUG: bad part: 3']],
    ['ask', ['solved', 'Thanks, it works now.']],
    ['lost', ['Nobody answered here']],
  ])('tells how a thread ended that is no series: %s', async (id, words) => {
    const html = await (await fetch(`${server.base}/sample/${id}@example.org/t/`)).text();
    const head = /<p class="verdict">[\s\S]*?<nav/.exec(html)?.[0] ?? '';
    for (const word of words) expect(head).toContain(word);
  });
});
