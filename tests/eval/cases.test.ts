import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMail } from '../../ingest/parse/index.ts';
import { patchFacts } from '../../ingest/patch/facts.ts';
import { recognise } from '../../ingest/read/recognise.ts';
import type { Message } from '../../mail/types.ts';
import { ingest, scratch } from '../command.ts';
import { PatchDatabase } from '../patchdb.ts';
import { cutMbox, found, mailtoFields, openViews, SEARCHES, type Views } from '../views.ts';

const CASES = resolve(import.meta.dirname, '../../../shared/cases');

async function readCase(file: string): Promise<Message[]> {
  const mails: Message[] = [];
  for (const source of await recognise(`${CASES}/${file}`))
    for await (const event of source.open({ state: undefined, isSeen: async () => new Set() }))
      if (event.kind === 'mail')
        mails.push(
          await parseMail(event.bytes, {
            receivedAt: event.origin.receivedAt,
            fromLine: event.origin.fromLine ?? null,
          }),
        );
  return mails;
}

const subjects = (mails: Message[]) => mails.map(({ subject }) => subject);
const texts = (mails: Message[]) => mails.map(({ text }) => text.trim());
const names = (mails: Message[]) => mails.flatMap(({ attachments }) => attachments.map(({ name }) => name));
const days = (mails: Message[]) => mails.map(({ sentAt }) => new Date(sentAt * 1000).toISOString().slice(0, 16));
const parents = (mails: Message[]) => mails.map((mail) => mail.references.at(-1) ?? mail.possibleParent);

/** The expectations in `EXPECT.tsv` for each case of parsing; ingest/parse/cases.test.ts has similar ones with invented mails. */
const RIGHT: [string, (mails: Message[]) => unknown, unknown][] = [
  ['15-irt-junk.mbox', parents, [null, ...Array(3).fill('h1-15a@example.org')]],
  ['16-quoted-msgid.mbox', parents, [null, '"/gen/3721"@h1.example.org']],
  ['17-slash-msgid.mbox', parents, [null, 'Y/5w+YC/@h1.example.org']],
  ['18-folded-irt.mbox', parents, [null, 'h1-18aaaaaaaa@example.org']],
  ['19-bare-ids.mbox', parents, [null, 'h1-19a@example.org']],
  ['20-ew-newline.eml', subjects, ['Voicebox: note at 10:03']],
  ['21-ew-adjacent.eml', subjects, ['Re: 下午 (Lam 200)']],
  ['22-ew-split.eml', ([mail]) => [mail?.subject, mail?.author.name], ['あ手続き你café', 'Müller, Jan']],
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
  [
    '50-flowed-qp.eml',
    texts,
    [
      'Zeile eins ist lang und schön und zwei geht weiter.\n> quoted long goes on here.\n>> deeper \n> shallower\n\nBye\n-- \nSig one\nSig two',
    ],
  ],
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
    '75-2020-January.txt',
    (mails) => mails.map(({ author, references }) => [author.name, author.address, ...references]),
    [
      ['Ann Test', 'ann@example.org'],
      ['Bob Ü', 'bob@example.org', 'h1-75a@example.org'],
    ],
  ],
  [
    '79-ew-words.mbox',
    subjects,
    'café a|café b|café c|a béé and (x)tail|with raw spaces é|é e plain|你好呀|café é'.split('|'),
  ],
  ['81-raw-headers.mbox', subjects, ['Привет всем', '你好世界', 'žluťoučký kůň', '안녕하세요']],
  ['90-members.mbox.gz', subjects, ['Member one', 'Member two']],
  ['98-duplicate-cte.mbox', texts, ['Grüße.', 'Grüße.']],
];

/** Revisions by series, each with its patches in order. */
const SERIES: [string, string[]][] = [
  ['01-nospace.mbox', ['v1:01a,01b']],
  ['02-series-on-series.mbox', ['v1:02A0,02A1,02A2', 'v1:02B0,02B1,02B2,02B3']],
  ['03-series-on-series-nocover.mbox', ['v1:03A1,03A2', 'v1:03B1,03B2,03B3']],
  ['04-cover-version-only.mbox', ['v3:04c,04a,04b']],
  ['05-comma-counter.mbox', ['v6:051,052,053']],
  ['07-reply-with-diff.mbox', ['v1:07a']],
  ['09-meta-only.mbox', ['v1:09mode,09rename,09empty,09binary,09bindiffer,09moderen']],
  ['75-2020-January.txt', []],
  ['86-unthreaded.mbox', ['v1:86p1,86p2,86p3']],
  ['94-indented-v2.mbox', ['v1:94a v2:94b,94c']],
  ['95-rv-prefix.mbox', ['v2:95a,95b,95c']],
  ['96-mailman-prefix-only.mbox', ['v1:96a,96b']],
];

async function seriesOf(file: string): Promise<string[]> {
  const store = await PatchDatabase.create();
  await store.add(await readCase(file));
  const series = await store.series();
  await store.close();
  return series.map((line) => line.replace(/h1-|@example\.org/g, ''));
}

type Facts = ReturnType<typeof patchFacts>[];

/** Facts of single patches. */
const FACTS: [string, (facts: Facts) => unknown, unknown][] = [
  ['07-reply-with-diff.mbox', (facts) => facts.map(({ patch }) => patch !== null), [true, false]],
  ['08-trailer-prose.mbox', (facts) => facts[1]?.trailers, []],
  [
    '09-meta-only.mbox',
    (facts) => facts.flatMap(({ patch }) => patch?.files.toSorted() ?? []),
    ['run-mode.sh', 'newname-r.c', 'emptyfile.c', 'logo-b.bin', 'pic-d.png', 'mr-new.c'],
  ],
  ['10-quoted-name.eml', (facts) => facts[0]?.patch?.files, ['dir/fän one.c', 'sp ace/two words.c']],
  ['11-attached-patch.eml', ([fact]) => [fact?.patch?.files, fact?.patch?.patchId?.length], [['attached.c'], 40]],
  [
    '12-crlf-patch.mbox',
    (facts) => [new Set(facts.map(({ patch }) => patch?.patchId)).size, facts.map(({ trailers }) => trailers.length)],
    [1, [1, 1]],
  ],
  [
    '95-rv-prefix.mbox',
    (facts) => facts.map(({ subject }) => subject.title),
    ['rv: Add a monitor', 'fw: Load it', 'tr: Trace it'],
  ],
];

/** Cases that are ingested, then searched, shown and exported. */
const VIEWED = ['70-search.mbox', '71-feed.mbox', '72-mailto.mbox', '74-export.mbox'];
const PATCHES = ['09-meta-only.mbox', '10-quoted-name.eml', '11-attached-patch.eml'];

describe.skipIf(!existsSync(CASES))('cases from reports on other archives', () => {
  it.each(RIGHT)('%s', async (file, say, right) => expect(say(await readCase(file))).toEqual(right));
  it.each(SERIES)('series of %s', async (file, right) => expect(await seriesOf(file)).toEqual(right));
  it.each(FACTS)('patches of %s', async (file, say, right) =>
    expect(say((await readCase(file)).map((mail) => patchFacts(mail)))).toEqual(right),
  );

  it('52-flowed-patch.eml', async () => {
    const [mail] = await readCase('52-flowed-patch.eml');
    expect(mail?.text).toContain('@@ -1,3 +1,3 @@\n x\n-old\n+new\n y\n');
  });

  it('are complete', () => {
    const lines = readFileSync(`${CASES}/EXPECT.tsv`, 'utf8').trim().split('\n');
    const checked = [...RIGHT, ...SERIES, ...FACTS].map(([file]) => file).concat('52-flowed-patch.eml', VIEWED);
    expect([...new Set(checked)].sort()).toEqual(lines.map((line) => line.split('\t')[0]).sort());
  });

  describe('shown and found', () => {
    const folder = scratch();
    const database = `${folder.path}/cases.sqlite`;
    let views: Views;
    beforeAll(async () => {
      ingest(database, '--list', 'cases', ...[...PATCHES, ...VIEWED].map((file) => `${CASES}/${file}`));
      views = await openViews(database);
    }, 60_000);
    afterAll(() => folder.remove());

    it.each(SEARCHES.map(([query, id]) => [query, id]))('70-search.mbox: %s', async (query, id) =>
      expect(found(await views.search(query))).toContain(id),
    );

    it.each(['run-mode.sh', 'newname-r.c', 'emptyfile.c', 'logo-b.bin', 'pic-d.png', 'mr-new.c', 'attached.c'])(
      '09-meta-only.mbox, 11-attached-patch.eml: dfn:%s',
      async (file) => expect(found(await views.search(`dfn:${file}`))).toHaveLength(1),
    );

    it('71-feed.mbox', async () => {
      const { body } = await views.get('/cases/new.atom');
      expect(body).toContain('Feed two');
      expect(XMLValidator.validate(body)).toBe(true);
    });

    it('72-mailto.mbox', async () => {
      const { body } = await views.get('/cases/CAF4+nEGO=p57&q%25r@mail.example.org/');
      expect(mailtoFields(body)).toMatchObject({
        'In-Reply-To': '<CAF4+nEGO=p57&q%r@mail.example.org>',
        Subject: 'Re: 100% rückwärts & more #1',
        Body: expect.stringContaining('> See <http://ci.example.org/job/1/>'),
      });
    });

    it.each(['a', 'b', 'c', 'd'])(
      '74-export.mbox: %s is returned byte for byte, alone and in its thread',
      async (one) => {
        const mails: Buffer[] = [];
        for (const source of await recognise(`${CASES}/74-export.mbox`))
          for await (const event of source.open({ state: undefined, isSeen: async () => new Set() }))
            if (event.kind === 'mail') mails.push(event.bytes);
        const own = mails['abcd'.indexOf(one)] as Buffer;
        const page = `/cases/h1-74${one}@example.org/`;
        expect((await views.get(`${page}raw`)).bytes).toEqual(own);
        expect(cutMbox(gunzipSync((await views.get(`${page}t.mbox.gz`)).bytes))).toEqual([own]);
      },
    );
  });
});
