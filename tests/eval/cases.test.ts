import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseMail } from '../../ingest/parse/index.ts';
import { recognise } from '../../ingest/read/recognise.ts';
import type { Message } from '../../mail/types.ts';

const CASES = resolve(import.meta.dirname, '../../../shared/cases');

async function readCase(file: string): Promise<Message[]> {
  const found: Message[] = [];
  for (const source of await recognise(`${CASES}/${file}`))
    for await (const event of source.open({ state: undefined, isSeen: async () => new Set() }))
      if (event.kind === 'mail')
        found.push(
          parseMail(event.bytes, { receivedAt: event.origin.receivedAt, fromLine: event.origin.fromLine ?? null }),
        );
  return found;
}

const subjects = (mails: Message[]) => mails.map(({ subject }) => subject);
const texts = (mails: Message[]) => mails.map(({ text }) => text.trim());
const names = (mails: Message[]) => mails.flatMap(({ attachments }) => attachments.map(({ name }) => name));
const days = (mails: Message[]) => mails.map(({ sentAt }) => new Date(sentAt * 1000).toISOString().slice(0, 16));
const parents = (mails: Message[]) => mails.map((mail) => mail.references.at(-1) ?? mail.possibleParent);

/** What `EXPECT.tsv` says of each case that reading alone decides; ingest/parse/cases.test.ts has them in words of ours. */
const RIGHT: [string, (mails: Message[]) => unknown, unknown][] = [
  ['15-irt-junk.mbox', parents, [null, ...Array(3).fill('h1-15a@example.org')]],
  ['16-quoted-msgid.mbox', parents, [null, '"/gen/3721"@h1.example.org']],
  ['17-slash-msgid.mbox', parents, [null, 'Y/5w+YC/@h1.example.org']],
  ['18-folded-irt.mbox', parents, [null, 'h1-18aaaaaaaa@example.org']],
  ['19-bare-ids.mbox', parents, [null, 'h1-19a@example.org']],
  ['20-ew-newline.eml', subjects, ['Voicebox: note at 10:03']],
  ['21-ew-adjacent.eml', subjects, ['Re: 下午 (Lam 200)']],
  ['22-ew-split.eml', subjects, ['あ手続き你café']],
  [
    '23-charsets.mbox',
    texts,
    'สวัสดี|手続き|สวัสดี|안녕하세요|手続き①|你好|café|안녕|héllo wörld|naïve|你好|שלום|Grüße|é|x|สวัสดี|Привет|你好|Привіт|“é”'.split(
      '|',
    ),
  ],
  ['24-one-bad-byte.eml', (mails) => texts(mails)[0]?.split('\n')[2], 'Größe, Ümlaut und señor — “ok”.'],
  [
    '30-dates.mbox',
    days,
    '2008-08-14T00:07 1999-01-31T00:00 1999-05-28T22:24 2005-05-17T12:31 2007-08-30T13:55 2013-11-18T08:26 1999-05-28T19:47 2010-02-03T07:00 2006-12-05T13:02 2008-02-01T08:30 2002-01-05T15:47 2007-01-13T10:00 2010-05-04T10:00 2005-05-17T12:31'.split(
      ' ',
    ),
  ],
  ['31-nodate.mbox', days, ['2015-04-07T07:30', '2015-04-08T11:00', '2015-04-07T07:30']],
  ['40-bare-from.mbox', subjects, ['Mbox 40a', 'Mbox 40b', 'Mbox 40c']],
  ['41-pasted-git-patch.mbox', subjects, ['Mbox 41a', 'Mbox 41b']],
  ['43-prose-from.mbox', subjects, ['Mbox 43a', 'Mbox 43b']],
  ['44-mixed-eol.mbox', subjects, ['Mbox 44a', 'Mbox 44b', 'Mbox 44c', 'Mbox 44d']],
  ['45-return-path.mbox', subjects, ['Mbox 45a', 'Mbox 45b']],
  ['46-gt-from-header.mbox', subjects, ['Mbox 46a', 'Mbox 46b']],
  ['51-delsp.eml', texts, ['日本語の文章が続きます。']],
  ['53-uuencode.mbox', (mails) => mails[0]?.attachments[0]?.text, 'Hello uu world of notes\n'],
  ['54-rfc822.mbox', texts, ['Outer text.', 'Outer text.']],
  [
    '55-html-footer.mbox',
    texts,
    [
      'Dear Sir, the important words.\n_______________\nlist mailing list',
      'The important words in plain.\n\nHtml footer words',
      'Only html important.\nPlain footer.',
      'First piece\nSecond piece',
    ],
  ],
  ['56-blank-plain.mbox', texts, ['Real content here.', 'Accepted.']],
  ['57-single-attachment.mbox', names, ['signature.asc', 'empty.txt', 'only.patch']],
  ['58-boundaries.mbox', texts, ['Angle text.', 'Split text.', 'Prefix text.', 'Unended text.', 'Unquoted text.']],
  [
    '59-filenames.mbox',
    names,
    [
      "1 Neuro 'Trick' Reverses? -Try Tonight.eml",
      'わたあめカメラ_20190401_191226.jpg',
      'grün 100%20.txt',
      'Vej 12B, 2000 Øst.pdf',
      'naïve.txt',
      'größe;neu.txt',
    ],
  ],
  ['60-qp.mbox', (mails) => texts(mails).slice(2), ['café', 'café', 'café', 'café']],
  ['62-ctypes.mbox', (mails) => texts(mails).filter((text) => text === ''), []],
  ['73-refs-root.mbox', parents, [null, 'h1-73a@example.org', 'h1-73b@example.org', 'h1-73b@example.org']],
  [
    '79-ew-words.mbox',
    subjects,
    'café a|café b|café c|a béé and (x)tail|with raw spaces é|é e plain|你好呀|café é'.split('|'),
  ],
  ['81-raw-headers.mbox', subjects, ['Привет всем', '你好世界', 'žluťoučký kůň', '안녕하세요']],
  ['90-members.mbox.gz', subjects, ['Member one', 'Member two']],
  ['98-duplicate-cte.mbox', texts, ['Grüße.', 'Grüße.']],
];

describe.skipIf(!existsSync(CASES))('cases after reports on other archives', () => {
  it.each(RIGHT)('%s', async (file, say, right) => expect(say(await readCase(file))).toEqual(right));
});
