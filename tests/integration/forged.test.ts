import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, scratch } from '../command';
import { type Running, startServer } from '../server';

const folder = scratch();
afterAll(() => folder.remove());

interface Sent {
  id: string;
  from?: string;
  subject?: string;
  references?: string[];
  minute: number;
  body?: string;
}

const mbox = (mails: Sent[]) =>
  mails
    .map(
      ({ id, from = 'Ann Example <ann@example.org>', subject = id, references = [], minute, body = 'Words.' }) =>
        `From mboxrd@z Thu Jan  1 00:00:00 1970
From: ${from}
To: forged@example.org
Subject: ${subject}
Message-ID: <${id}@example.org>
${references.length ? `References: ${references.map((one) => `<${one}@example.org>`).join('\n ')}\n` : ''}Date: ${new Date(Date.UTC(2012, 4, 1, 0, minute)).toUTCString()}

${body}
`,
    )
    .join('\n');

function ingestMails(database: string, mails: Sent[]): void {
  const ran = command('ingest', ['--list', 'forged', '-'], database, mbox(mails));
  if (ran.status !== 0) throw new Error(ran.stderr);
}

/** The thread of each mail. */
function threadsIn(database: string): Map<string, string> {
  const lines = command('export', ['messages'], database).stdout.trim().split('\n');
  return new Map(
    lines.map((line) => {
      const { msgid, thread } = JSON.parse(line) as { msgid: string; thread: string };
      return [msgid.replace('@example.org', ''), thread];
    }),
  );
}

const NUMBERS = Array.from({ length: 30 }, (_, n) => n);
const ROOTS: Sent[] = NUMBERS.map((n) => ({ id: `root${n}`, minute: n * 10 }));
const ANSWERS: Sent[] = NUMBERS.map((n) => ({ id: `answer${n}`, references: [`root${n}`], minute: n * 10 + 5 }));
const glue = (minute: number): Sent => ({ id: 'glue', references: ROOTS.map(({ id }) => id), minute });

describe('a mail that names thirty threads', () => {
  it.each<[string, Sent[][]]>([
    ['after them', [[...ROOTS, ...ANSWERS], [glue(900)]]],
    ['before them, in one run', [[glue(900), ...ROOTS, ...ANSWERS]]],
    ['before them, in another run', [[glue(900)], [...ANSWERS, ...ROOTS]]],
    ['before them, with an early date', [[glue(-5000), ...ANSWERS.slice(9)], ROOTS, ANSWERS.slice(0, 9)]],
  ])('%s, unites none of them', (name, runs) => {
    const database = `${folder.path}/${name.replace(/\W/g, '')}.sqlite`;
    for (const run of runs) ingestMails(database, run);
    const threads = threadsIn(database);
    expect(new Set(ROOTS.map(({ id }) => threads.get(id))).size).toBe(30);
    for (const n of NUMBERS) expect(threads.get(`answer${n}`), `answer${n}`).toBe(threads.get(`root${n}`));
    // In the thread of its parent, the nearest mail that it names.
    expect(threads.get('glue')).toBe(threads.get('root29'));
    expect(command('verify', [], database).stdout).toContain('no fault');
    // Nothing is left to split, and answers are in the right threads.
    ingestMails(database, [{ id: 'later', references: ['root4', 'answer4'], minute: 2000 }]);
    expect(threadsIn(database).get('later')).toBe(threads.get('root4'));
  });
});

/** A different change for each work; otherwise they would be versions of one work. */
const hunkOf = (work: string) =>
  `Signed-off-by: Ada Example <ada@example.org>\n---\n ${work}.c | 4 ++++\n\ndiff --git a/${work}.c b/${work}.c\n--- a/${work}.c\n+++ b/${work}.c\n@@ -1,1 +1,5 @@\n one\n+${work}_first(a);\n+int ${work}_second = 2;\n+return ${work}[3];\n+if (${work}) go();\n`;
const workOf = (subject: string) => (/(\w+): /.exec(subject.replace(/^\[[^\]]*\]/, '')) ?? [])[1] ?? 'x';
const ADA = 'Ada Example <ada@example.org>';
const patch = (
  id: string,
  subject: string,
  from = ADA,
  minute = 0,
  body = `Better words.\n\n${hunkOf(workOf(subject))}`,
): Sent => ({
  id,
  from,
  subject,
  minute,
  body,
});
const answerTo = (id: string, to: string, from: string, body: string, minute = 60): Sent => ({
  id,
  from,
  subject: 'Re: [PATCH] x: add two',
  references: [to],
  minute,
  body,
});

describe('a statement in the name of another person', () => {
  const database = `${folder.path}/evidence.sqlite`;
  let server: Running;
  const pages = new Map<string, string>();

  /** The page of the series whose first patch is this mail, as text. */
  const pageOf = async (id: string) => {
    const known = pages.get(id);
    if (known !== undefined) return known;
    const { series } = (await (await fetch(`${server.base}/api/v1/series`)).json()) as {
      series: { id: number; title: string }[];
    };
    for (const one of series) {
      const html = await (await fetch(`${server.base}/series/${one.id}/`)).text();
      if (html.includes(`/${id}@example.org/`)) {
        const text = html
          .replace(/<[^>]*>/g, '')
          .replace(/&lt;/g, '<')
          .replace(/&gt;/g, '>')
          .replace(/\s+/g, ' ');
        pages.set(id, text);
        return text;
      }
    }
    throw new Error(`no series of ${id}`);
  };

  beforeAll(async () => {
    const tip = (id: string, to: string, from: string, title: string, minute: number, more = ''): Sent => ({
      id,
      from: `${from}${more}`,
      subject: `[tip: x86/core] ${title}`,
      minute,
      references: [to],
      body: `The following commit has been merged into the x86/core branch of tip:\n\nCommit-ID:     0123456789abcdef0123456789abcdef01234567\n\n${hunkOf(workOf(title))}`,
    });
    const failed = '\nAuthentication-Results: mx.example.org; spf=pass smtp.mailfrom=evil.example; dkim=none';
    const passed = '\nAuthentication-Results: mx.example.org; dkim=pass header.d=linutronix.de';
    ingestMails(database, [
      patch('lookalike', '[PATCH] look: add alike'),
      tip('tip1', 'lookalike', 'tip-bot2 for Ada Example <tip-bot2@evil.example>', 'look: Add alike', 30),
      patch('failing', '[PATCH] fail: add check'),
      tip('tip2', 'failing', 'tip-bot2 for Ada Example <tip-bot2@linutronix.de>', 'fail: Add check', 30, failed),
      patch('passing', '[PATCH] pass: add check'),
      tip('tip3', 'passing', 'tip-bot2 for Ada Example <tip-bot2@linutronix.de>', 'pass: Add check', 30, passed),
      patch('unread', '[PATCH] plain: add words'),
      tip('tip4', 'unread', 'tip-bot2 for Ada Example <tip-bot2@linutronix.de>', 'plain: Add words', 30),
      patch('reviewed', '[PATCH] review: add names'),
      answerTo(
        'r1',
        'reviewed',
        'Mallory <mallory@evil.example>',
        'Reviewed-by: Renowned Person <renowned@example.org>',
      ),
      patch('vouched', '[PATCH] vouch: add names'),
      answerTo('r2', 'vouched', 'Bea Example <bea@example.org>', 'Reviewed-by: Bea Example <bea@example.org>'),
      patch('morton', '[PATCH] memory: add pages'),
      {
        id: 'mm',
        from: 'Mallory <mallory@evil.example>',
        subject: '+ memory-add-pages.patch added to -mm tree',
        minute: 30,
        body: `The patch titled\n     Subject: memory: add pages\nhas been added to the -mm tree.  Its filename is\n     memory-add-pages.patch\n\n${hunkOf('memory')}`,
      },
      patch('moved1', '[PATCH] move: add house'),
      patch('moved2', '[PATCH v2] move: add house', 'Ada Example <ada@evil.example>', 90),
    ]);
    server = await startServer(database);
  }, 120_000);
  afterAll(() => server?.stop());

  it.each([
    ['lookalike', 'says tip-bot2 for Ada Example <tip-bot2@evil.example>, who is not known to keep a tree'],
    ['failing', 'says tip-bot2 for Ada Example, who is not known to keep a tree'],
    ['passing', 'says tip-bot2 for Ada Example'],
    ['reviewed', 'Reviewed-by Renowned Person (as Mallory says)'],
    ['morton', 'says Mallory, who is not known to keep a tree'],
    ['moved2', 'sent from another address, ada@evil.example (before: ada@example.org)'],
  ])('is shown as such on the page of %s', async (id, words) => {
    expect(await pageOf(id)).toContain(words);
  });

  it.each([
    ['lookalike', false],
    ['failing', false],
    ['passing', true],
    ['unread', true],
    ['morton', false],
  ])('makes %s applied: %s', async (id, isApplied) => {
    const { series } = (await (await fetch(`${server.base}/api/v1/series`)).json()) as {
      series: { title: string; status: string }[];
    };
    const title = {
      lookalike: 'look: add alike',
      failing: 'fail: add check',
      passing: 'pass: add check',
      unread: 'plain: add words',
      morton: 'memory: add pages',
    }[id];
    const own = series.find((one) => one.title === title);
    expect(own?.status === 'applied', own?.status).toBe(isApplied);
  });

  it('does not make a series reviewed, and is marked in the export', async () => {
    const { series } = (await (await fetch(`${server.base}/api/v1/series`)).json()) as {
      series: { title: string; status: string }[];
    };
    expect(series.find(({ title }) => title === 'review: add names')?.status).not.toBe('reviewed');
    expect(series.find(({ title }) => title === 'vouch: add names')?.status).toBe('reviewed');
    const rows = command('export', ['trailers'], database)
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msgid: string; for_other?: boolean });
    const of = (msgid: string) =>
      rows.filter((row) => row.msgid === `${msgid}@example.org`).map((row) => row.for_other ?? false);
    expect([of('r1'), of('r2'), of('lookalike')]).toEqual([[true], [false], [false]]);
  });
});
