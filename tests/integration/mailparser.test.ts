import { type AddressObject, simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { parseMail } from '#ingest/parse/index';
import type { Address, Message } from '#mail/types';
import { ARCHIVES, archive } from '../archives';
import { readMails } from '../blobs';

/** Every mail of kexec, and every nth mail of larger lists, or all with THREADLINE_TEST_ALL=1. */
const SHARE: [string, number][] = [
  ['kexec', 1],
  ['linux-edac', 4],
  ['linux-pm', 4],
];
const all = process.env.THREADLINE_TEST_ALL === '1';

type Parsed = Awaited<ReturnType<typeof simpleParser>>;
type Difference = { field: string; ours: unknown; theirs: unknown };

/** Intended differences, each with its reason; any other difference fails the test. */
const MEANT: [string, (ours: Message, theirs: Parsed, difference: Difference) => boolean][] = [
  [
    'control characters in a subject become spaces',
    (_, theirs, { field }) => field === 'subject' && /[\t\r\n]/.test(theirs.subject ?? ''),
  ],
  [
    'a punycode domain stays as it was written',
    (_, theirs, { field }) =>
      ['author', 'to', 'cc'].includes(field) &&
      addressesOf(theirs.from)
        .concat(addressesOf(theirs.to), addressesOf(theirs.cc))
        .some(({ address }) => /[^\x20-\x7e]/.test(address)),
  ],
  [
    'white space inside an id is taken out',
    (ours, theirs, { field }) => field === 'inReplyTo' && bare(ours.inReplyTo ?? '') === bare(theirs.inReplyTo ?? ''),
  ],
  [
    'an In-Reply-To without angle brackets is none',
    (ours, theirs, { field }) => field === 'inReplyTo' && ours.inReplyTo === null && theirs.inReplyTo !== undefined,
  ],
  [
    'a name and an address in In-Reply-To are no id',
    (_, theirs, { field }) => field === 'inReplyTo' && /[^<>\s][^<>]*<[^<>]*@/.test(theirs.inReplyTo ?? ''),
  ],
  [
    'an address that an archive masked is read as it was',
    (ours, theirs, { field }) =>
      field === 'inReplyTo' &&
      bare(theirs.inReplyTo ?? '')
        .replace('()', '@')
        .replaceAll('!', '.') === ours.inReplyTo,
  ],
  ['UTF-7 is read', (_, theirs, { field }) => field === 'text' && /\+A[A-Za-z0-9+/]{2}-?/.test(theirs.text ?? '')],
  [
    'HTML that they leave out of the text is a separate part',
    (ours, theirs, { field }) =>
      field === 'text' && typeof theirs.html === 'string' && addsTo(theirs.text ?? '', ours.text),
  ],
  [
    'signed texts without their dash escapes',
    (_, theirs, { field }) => field === 'text' && (theirs.text ?? '').includes('BEGIN PGP SIGNED MESSAGE'),
  ],
  [
    'encoded words are joined before they are decoded',
    (_, theirs, { field }) =>
      ['subject', 'author', 'to', 'cc'].includes(field) &&
      JSON.stringify(theirs.headers.get(field) ?? '').includes('\ufffd'),
  ],
  [
    'parts that are not marked off are shown, and that is said',
    (ours, _, { field }) => field === 'text' && ours.notes.length > 0,
  ],
  [
    'text after the id of In-Reply-To is no id',
    (ours, theirs, { field }) => field === 'inReplyTo' && (theirs.inReplyTo ?? '').startsWith(`<${ours.inReplyTo}>`),
  ],
  ['removes NUL bytes', (ours, _, { field }) => field === 'text' && ours.notes.includes('NUL bytes removed')],
  [
    'a charset that lies: their replacement characters are our letters',
    (_, theirs, { field }) => field === 'text' && (theirs.text ?? '').includes('\ufffd'),
  ],
  [
    'a single-byte charset is named and the bytes are UTF-8',
    (ours, theirs, { field }) =>
      field === 'text' &&
      /[\u00c2\u00c3\u00e2]/.test(theirs.text ?? '') &&
      ours.text.length < (theirs.text ?? '').length,
  ],
  [
    'a text attached inline is shown where there is no other',
    (ours, theirs, { field }) => field === 'text' && (theirs.text ?? '').trim() === '' && ours.text !== '',
  ],
];

/** Whether `more` has every line of `text` in order, and more words. */
function addsTo(text: string, more: string): boolean {
  const lines = (all: string) => all.split('\n').flatMap((line) => line.trim() || []);
  const [few, many] = [lines(text), lines(more)];
  let found = 0;
  for (const line of many) if (line === few[found]) found++;
  return found === few.length && many.length > few.length;
}

const bare = (id: string) => id.replace(/[<>\s]/g, '');

function addressesOf(value: AddressObject | AddressObject[] | undefined): Address[] {
  const entries = [value ?? []].flat().flatMap((object) => object.value);
  return entries
    .flatMap((entry) => entry.group ?? [entry])
    .map(({ name, address }) => ({ name, address: address ?? '' }));
}

/** Compares both results for a mail, in the same form. */
function compare(ours: Message, theirs: Parsed): Difference[] {
  const pairs: [string, unknown, unknown][] = [
    ['subject', ours.subject, theirs.subject ?? ''],
    ['author', ours.author, addressesOf(theirs.from)[0] ?? { name: '', address: '' }],
    ['to', ours.to, addressesOf(theirs.to)],
    ['cc', ours.cc, addressesOf(theirs.cc)],
    [
      'msgid',
      ours.msgidDerived ? undefined : ours.msgid,
      theirs.messageId === undefined ? undefined : bare(theirs.messageId),
    ],
    ['inReplyTo', ours.inReplyTo, theirs.inReplyTo?.replace(/^<|>$/g, '') ?? null],
    [
      'sentAt',
      ours.dateNote ? null : ours.sentAt,
      ours.dateNote ? null : Math.floor((theirs.date?.getTime() ?? 0) / 1000),
    ],
    ['text', ours.text, theirs.text ?? ''],
  ];
  return pairs
    .filter(([, a, b]) => JSON.stringify(a) !== JSON.stringify(b))
    .map(([field, a, b]) => ({ field, ours: a, theirs: b }));
}

const PARSED = { skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true };

/** No mail in the archives has HTML, so these cases show what is equal and what is intended. */
describe('mails of HTML and mailparser', () => {
  const html =
    'Content-Type: text/html\n\n<p>The <b>tide</b> &amp; the <a href="https://example.org/">boat</a>.</p><ul><li>one</ul>\n';
  const plain = 'Content-Type: text/plain\n\nPlain words.\n';
  const blank = 'Content-Type: text/plain\n\n \n';
  const many = (kind: string, ...parts: string[]) =>
    `Content-Type: multipart/${kind}; boundary=${kind}\n\n${parts.map((part) => `--${kind}\n${part}\n`).join('')}--${kind}--\n`;
  const differences = async (body: string) => {
    const mail = Buffer.from(`From: Ida Moor <ida@example.org>\nMessage-ID: <h@example.org>\n${body}`);
    const ours = parseMail(mail, { receivedAt: null });
    const theirs = await simpleParser(mail, PARSED);
    return compare(ours, theirs).map((difference) => MEANT.find(([, holds]) => holds(ours, theirs, difference))?.[0]);
  };

  it.each([
    ['HTML alone', html],
    ['beside its plain alternative', many('alternative', plain, html)],
    ['before a plain part', many('mixed', html, plain)],
    ['an alternative before a plain part', many('mixed', many('alternative', plain, html), plain)],
    ['a related part before a plain one', many('mixed', many('related', html), plain)],
  ])('give the same text: %s', async (_, body) => expect(await differences(body)).toEqual([]));

  it.each([
    ['an alternative of HTML alone, before a footer', many('mixed', many('alternative', html), plain)],
    ['a blank plain alternative', many('alternative', blank, html)],
    ['two parts of HTML', many('mixed', html, html)],
    ['a related part alone', many('related', html)],
  ])('differ where they leave the HTML out: %s', async (_, body) =>
    expect(await differences(body)).toEqual(['HTML that they leave out of the text is a separate part']),
  );
});

describe.skipIf(ARCHIVES === null)('the direct path and mailparser', () => {
  it.each(SHARE)('give the same fields for %s', async (name, share) => {
    const mails = readMails(archive(name, 'git/0.git')).filter((_, n) => all || n % share === 0);
    const meant = new Map<string, number>();
    const unexplained: (Difference & { msgid: string })[] = [];
    for (const { bytes } of mails) {
      const parsed = parseMail(bytes, { receivedAt: null });
      const theirs = await simpleParser(bytes, PARSED);
      for (const difference of compare(parsed, theirs)) {
        const reason = MEANT.find(([, holds]) => holds(parsed, theirs, difference))?.[0];
        if (reason) meant.set(reason, (meant.get(reason) ?? 0) + 1);
        else unexplained.push({ msgid: parsed.msgid, ...difference });
      }
    }
    console.info(
      `${name}: ${mails.length} mails; meant differences: ${[...meant].map(([reason, n]) => `${n} ${reason}`).join('; ') || 'none'}`,
    );
    expect(unexplained).toEqual([]);
  });
});
