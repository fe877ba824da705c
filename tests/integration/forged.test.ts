import { afterAll, describe, expect, it } from 'vitest';
import { command, scratch } from '../command';

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

/** Thread of each mail. */
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
    // Beside its parent, the nearest that it names.
    expect(threads.get('glue')).toBe(threads.get('root29'));
    expect(command('verify', [], database).stdout).toContain('no fault');
    // Nothing is left to take apart, and answers go where they belong.
    ingestMails(database, [{ id: 'later', references: ['root4', 'answer4'], minute: 2000 }]);
    expect(threadsIn(database).get('later')).toBe(threads.get('root4'));
  });
});
