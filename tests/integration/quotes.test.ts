import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open';
import { findQuote } from '../../db/queries/quotes';
import { ingest, scratch } from '../command';

/** The first mail is missing; only quotations of it exist. */
const mbox = [
  [
    'answer',
    'lost',
    'Ann',
    '> > It is about jumping from kexeced kernel\n> > to original kernel and back.\n>\n> I see.\n\nThat is too much for me.',
  ],
  ['other', 'answer', 'Bob', 'The original one is what we boot from, and the kernel is kexeced a second time.'],
]
  .map(
    ([name, to, author, text]) =>
      `From ${name} Mon Jan  1 00:00:00 2024\nMessage-ID: <${name}-of-quotes@example.org>\nIn-Reply-To: <${to}-of-quotes@example.org>\n` +
      `From: ${author} Example <${author?.toLowerCase()}@example.org>\nTo: quotes-test@example.org\nSubject: Re: back and forth\n` +
      `Date: Tue, 2 Jan 2024 12:00:00 +0000\n\n${text}\n`,
  )
  .join('\n');

describe('the quote finder', () => {
  const folder = scratch();
  let reader: Reader;
  beforeAll(async () => {
    writeFileSync(`${folder.path}/quotes-test.mbox`, mbox);
    ingest(`${folder.path}/t.sqlite`, `${folder.path}/quotes-test.mbox`);
    reader = await Reader.open(`${folder.path}/t.sqlite`, 1);
  });
  afterAll(async () => {
    await reader?.close();
    folder.remove();
  });

  it.each([
    ['jumping from a kexeced kernel to the original kernel', 'edited'],
    ['Jumping from kexeced kernel to original kernel!', 'verbatim'],
    ['that is too much for me', 'verbatim'],
    ['that is too much for you', 'not found'],
  ])('%s: %s', async (text, status) => {
    const found = await reader.read((db) => findQuote(db, text));
    expect(found.status).toBe(status);
    if (status !== 'not found') expect(found.matches[0]?.msgid).toBe('answer-of-quotes@example.org');
    if (text.startsWith('jump')) expect(found.matches[0]).toMatchObject({ isQuoted: true, lines: [1, 2] });
  });
});
