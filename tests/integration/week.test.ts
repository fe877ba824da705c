import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest, scratch } from '../command';
import { type Running, startServer } from '../server';

/** A mail: its name, the mail that it answers, its author, its day in January 2024, its subject and its text. */
type Written = [name: string, to: string | null, author: string, day: number, subject: string, text: string];

const DIFF = '---\n a.c | 2 +-\n\ndiff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-a\n+b';
const MAILS: Written[] = [
  [
    'refused-patch',
    null,
    'Ann',
    9,
    '[PATCH] disk: write it twice',
    `It is safer.\n\nSigned-off-by: Ann Example <ann@example.org>\n${DIFF}`,
  ],
  [
    'refusing-answer',
    'refused-patch',
    'Bob',
    10,
    'Re: [PATCH] disk: write it twice',
    '> It is safer.\n\nNAK. It is <slower> & it wears out the disk.',
  ],
  [
    'waiting-patch',
    null,
    'Cid',
    11,
    '[PATCH] net: count the packets',
    `Nobody counts them.\n\nSigned-off-by: Cid Example <cid@example.org>\n${DIFF.replaceAll('a.c', 'n.c')}`,
  ],
  [
    'report-of-a-bug',
    null,
    'Dan',
    11,
    'Regression: no sound since Monday',
    'I bisected it.\n\nfirst bad commit: 0123456789abcdef0123456789abcdef01234567',
  ],
  [
    'fix-of-the-bug',
    null,
    'Eve',
    12,
    '[PATCH] snd: play again',
    `It was mute.\n\nCloses: https://lore.kernel.org/r/report-of-a-bug@example.org/\nSigned-off-by: Eve Example <eve@example.org>\n${DIFF.replaceAll('a.c', 's.c')}`,
  ],
  [
    'met-patch',
    null,
    'Hal',
    9,
    '[PATCH] fan: stop it at night',
    `It is loud.\n\nSigned-off-by: Hal Example <hal@example.org>\n${DIFF.replaceAll('a.c', 'f.c')}`,
  ],
  ['met-refusal', 'met-patch', 'Bob', 10, 'Re: [PATCH] fan: stop it at night', '> It is loud.\n\nNAK. It gets hot.'],
  ['met-answer', 'met-refusal', 'Hal', 11, 'Re: [PATCH] fan: stop it at night', '> NAK. It gets hot.\n\nNot at night.'],
  [
    'met-withdrawal',
    'met-answer',
    'Bob',
    12,
    'Re: [PATCH] fan: stop it at night',
    '> Not at night.\n\nTrue. I take my NAK back.',
  ],
  ['release-of-a-tool', null, 'Fay', 12, '[ANNOUNCE] tool 1.2 is released', 'It does more.'],
  ['week-after-it', null, 'Gus', 16, 'Something else', 'Nothing of note.'],
];

const mbox = MAILS.map(
  ([name, to, author, day, subject, text]) =>
    `From ${name} Mon Jan  1 00:00:00 2024\nMessage-ID: <${name}@example.org>\n${to ? `In-Reply-To: <${to}@example.org>\n` : ''}` +
    `From: ${author} Example <${author.toLowerCase()}@example.org>\nTo: week-test@example.org\nSubject: ${subject}\n` +
    `Date: ${new Date(Date.UTC(2024, 0, day, 12)).toUTCString().replace('GMT', '+0000')}\n\n${text}\n`,
).join('\n');

/** A mail server that accepts everything. */
function mailServer(): { server: Server; mails: string[] } {
  const mails: string[] = [];
  const server = createServer((socket) => {
    let [mail, isData] = ['', false];
    socket.write('220 test\r\n');
    socket.on('data', (part) => {
      if (isData) {
        mail += part;
        if (!mail.endsWith('\r\n.\r\n')) return;
        mails.push(mail);
        [mail, isData] = ['', false];
        socket.write('250 taken\r\n');
        return;
      }
      for (const line of `${part}`.trim().split('\r\n')) {
        isData = line === 'DATA';
        socket.write(isData ? '354 go on\r\n' : line.startsWith('EHLO') ? '250 test\r\n' : '250 ok\r\n');
        if (line === 'QUIT') socket.end();
      }
    });
    socket.on('error', () => {});
  });
  return { server, mails };
}

describe('a week', () => {
  const folder = scratch();
  const database = `${folder.path}/t.sqlite`;
  const { server, mails } = mailServer();
  let running: Running;

  beforeAll(async () => {
    writeFileSync(`${folder.path}/week-test.mbox`, mbox);
    ingest(database, `${folder.path}/week-test.mbox`);
    running = await startServer(database);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }, 120_000);
  afterAll(async () => {
    await running?.stop();
    server.close();
    folder.remove();
  });

  const page = async (path: string) => (await fetch(running.base + path)).text();
  /** Runs the command without blocking, because the mail server is in this process. */
  const digest = (...args: string[]) =>
    new Promise<{ status: number; out: string; said: string }>((done) => {
      const env = {
        ...process.env,
        THREADLINE_DB: database,
        THREADLINE_SMTP: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
        THREADLINE_MAIL_FROM: 'Threadline <threadline@example.org>',
        THREADLINE_BASE_URL: 'https://archive.example.org/',
      };
      execFile(
        process.execPath,
        ['scripts/run.mjs', 'digest', ...args],
        { env, cwd: resolve(import.meta.dirname, '../..') },
        (error, out, said) => done({ status: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, said }),
      );
    });

  it('has a page: each line with its proof', async () => {
    const html = await page('/week-test/2024-W02/');
    const parts = [...html.matchAll(/<h2>([^<]+) <small>(\d+)/g)].map(([, title, count]) => `${title} ${count}`);
    expect(parts).toEqual([
      'Verdicts 1',
      'Objections 2',
      'Regressions and bugs reported 1',
      'Fixes for reports 1',
      'Waiting for an answer 2',
      'Releases 1',
    ]);
    expect(html).toContain('href="/week-test/refusing-answer@example.org/?lines=3-3#quoted"');
    expect(html).toContain('NAK. It is &lt;slower&gt; &amp; it wears out the disk.');
    // What was taken back is no verdict.
    expect(html).toMatch(/fan: stop it at night[\s\S]{0,300}answered since/);
    expect(html).toContain('a fix was posted: snd: play again');
  });

  it('of the newest mail is on the front pages and in Atom, whatever the clock says', async () => {
    for (const path of ['/', '/week-test/', '/all/']) expect(await page(path)).toContain('2024-W03');
    const feed = await page('/week-test/week.atom');
    expect(feed).toContain('Verdicts: disk: write it twice (refused)');
    expect(await page('/week-test/2024-W30/')).not.toContain('weekly');
    expect((await fetch(`${running.base}/nowhere/week.atom`)).status).toBe(404);
  });

  it('can begin at any time, for a list or for all', async () => {
    for (const front of ['/', '/week-test/']) {
      const html = await page(`${front}?since=2024-01-12`);
      expect(html).toContain('for: Regression: no sound since Monday');
      expect(html).not.toContain('NAK. It is');
      expect(html).toContain('Something else');
      expect(await page(`${front}?since=2024-01-12T13:00:00Z`)).not.toContain('for: Regression');
      expect(await page(`${front}?since=2025-01-01`)).toContain('Nothing is newer: the newest mail is from 2024-01-16');
      // Of a longer time, only the newest part.
      expect(await page(`${front}?since=1970-01-01`)).toContain('Only the last 100 days');
      expect((await fetch(`${running.base}${front}?since=soon`)).status).toBe(400);
      expect(await page(front)).toContain(`href="${front}?since=2024-01-10"`);
    }
  });

  it('is beside the lists, which are found by words in their names', async () => {
    const html = await page('/');
    expect(html.indexOf('This week')).toBeLessThan(html.indexOf('id="lists"'));
    expect(html).toMatch(/<svg class="spark"[^>]*aria-label="Mails by month since 2024-01, 11 at most"/);
    expect(await page('/?lists=WEEK')).toContain('Mail in the last week');
    expect(await page('/?lists=')).toContain('href="/week-test/"');
    expect(await page('/?lists=other')).toContain('No list has these words');
  });

  it('is printed as text and as HTML', async () => {
    const text = await digest('--week', '2024-W02', '--list', 'week-test');
    expect(text.status).toBe(0);
    expect(text.out).toContain('https://archive.example.org/week-test/refusing-answer@example.org/?lines=3-3#quoted');
    expect(text.out).toContain('"NAK. It is <slower> & it wears out the disk."');
    const html = await digest('--week', '2024-W02', '--html');
    expect(html.out).toContain('<q>NAK. It is &lt;slower&gt; &amp; it wears out the disk.</q>');
    expect((await digest('--week')).out).toContain('2024-W03');
    expect((await digest('--week', '2024-W99')).status).toBe(1);
    expect((await digest('--week', '--list', 'nowhere')).status).toBe(1);
    expect((await digest()).status).toBe(2);
  }, 60_000);

  it('is sent to each subscriber once, as text and HTML, limited to their search', async () => {
    const file = `${folder.path}/subscribers.json`;
    writeFileSync(
      file,
      JSON.stringify([
        { to: 'ann@example.org' },
        { to: 'bob@example.org', list: 'week-test', query: 's:sound OR s:snd' },
        { to: 'cid@example.org', query: 'nothingfindsthis' },
      ]),
    );
    expect((await digest('--week', '2024-W02', '--send', file)).out).toBe(
      '2 sent, 0 sent before, 1 without news, 0 failed\n',
    );
    expect(mails.map((mail) => /^To: (.*)$/m.exec(mail)?.[1]?.trim())).toEqual(['ann@example.org', 'bob@example.org']);
    expect(mails[0]).toContain('multipart/alternative');
    expect(mails[0]).toContain('disk: write it twice');
    expect(mails[1]).toContain('snd: play again');
    expect(mails[1]).not.toContain('disk: write it twice');
    expect((await digest('--week', '2024-W02', '--send', file)).out).toBe(
      '0 sent, 2 sent before, 1 without news, 0 failed\n',
    );
    expect(mails.length).toBe(2);
    writeFileSync(file, '[{"to":"nobody"}]');
    const wrong = await digest('--week', '--send', file);
    expect([wrong.status, wrong.said]).toEqual([1, expect.stringContaining('0.to')]);
  }, 60_000);
});
