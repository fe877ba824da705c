import { describe, expect, it } from 'vitest';
import { decodeWords, parseAddresses } from './address';
import { decodeText } from './charset';
import { dateOf, parseDate } from './date';
import { idsOf, referencesOf } from './msgid';
import { likenessOf, sameMessage } from './same';

const utc = (text: string) => Date.parse(text) / 1000;

describe('parseDate', () => {
  it.each([
    ['Wed, 28 Jul 2004 15:54:05 +0530', '2004-07-28T10:24:05Z', 330],
    ['28 Jul 2004 15:54 -0700', '2004-07-28T22:54:00Z', -420],
    ['Mon, 02 Feb 09 10:03:00 EST', '2009-02-02T15:03:00Z', -300],
    ['Mon, 02 Feb 99 10:03:00 GMT', '1999-02-02T10:03:00Z', 0],
    ['Wednesday, 28-Jul-04 10:24:05 GMT', '2004-07-28T10:24:05Z', 0],
    ['Wed Jul 28 10:24:05 2004', '2004-07-28T10:24:05Z', null],
    ['Wed Jul 28 10:24:05 2004 +0200', '2004-07-28T08:24:05Z', 120],
    ['Wed, 28 Jul 2004 10:24:05 +0000 (Coordinated Universal Time)', '2004-07-28T10:24:05Z', 0],
    ['Wed, 28 Jul 2004 10:24:05', '2004-07-28T10:24:05Z', null],
    ['2004-07-28T10:24:05+02:00', '2004-07-28T08:24:05Z', 120],
    ['Thu, 1 Jan 1970 00:00:07 +0000', '1970-01-01T00:00:07Z', 0],
    ['Wed, 28 Jul 2004 23:59:60 +0000', '2004-07-28T23:59:59Z', 0],
  ])('reads %s', (text, at, zone) => expect(parseDate(text)).toEqual({ at: utc(at), zone }));

  it.each(['', 'yesterday', '32 Jul 2004 10:00:00', 'Wed, 28 Foo 2004 10:24:05 +0000'])('does not read %j', (text) =>
    expect(parseDate(text)).toBeNull(),
  );
});

describe('dateOf', () => {
  const arrival = utc('2009-02-02T10:00:00Z');
  it.each([
    [undefined, 'absent'],
    ['nonsense', 'unreadable'],
    ['Thu, 1 Jan 1970 00:00:07 +0000', 'absurd'],
    ['Tue, 19 Jan 2038 03:14:08 +0000', 'absurd'],
    ['Mon, 2 Feb 2004 10:00:00 +0000', 'absurd'],
  ])('falls back to arrival for %j and says %s', (header, note) =>
    expect(dateOf(header, arrival)).toMatchObject({ at: arrival, note }),
  );

  it('accepts a clock that is a day wrong', () => {
    expect(dateOf('Tue, 3 Feb 2009 09:00:00 +0000', arrival).note).toBeNull();
    expect(dateOf('Mon, 1 Sep 2008 09:00:00 +0000', arrival).note).toBeNull();
  });
});

describe('parseAddresses', () => {
  it.each([
    ['a@example.org', [{ name: '', address: 'a@example.org' }]],
    [
      'A B <a@example.org>, "C, D" <c@example.org>',
      [
        { name: 'A B', address: 'a@example.org' },
        { name: 'C, D', address: 'c@example.org' },
      ],
    ],
    ['=?utf-8?B?SsO8cmdlbg==?= <j@example.org>', [{ name: 'Jürgen', address: 'j@example.org' }]],
    ['a@example.org (A B)', [{ name: 'A B', address: 'a@example.org' }]],
    [
      'list: a@example.org, b@example.org;',
      [
        { name: '', address: 'a@example.org' },
        { name: '', address: 'b@example.org' },
      ],
    ],
    ['undisclosed-recipients:;', []],
    ['', []],
  ])('reads %j', (text, addresses) => expect(parseAddresses(text)).toEqual(addresses));

  it('does not trust an address hidden in an encoded word', () => {
    expect(parseAddresses('=?utf-8?Q?boss=40example.org?=@evil.example.org')[0]?.address ?? '').not.toContain(
      'boss@example.org',
    );
  });
});

describe('decodeWords', () => {
  it.each([
    ['=?utf-8?Q?Caf=C3=A9?=', 'Café'],
    ['=?utf-8?B?w6Q=?= =?utf-8?B?w7Y=?=', 'äö'],
    ['=?utf-8?q?split_=E2=82?= =?utf-8?q?=AC?=', 'split €'],
    ['no words', 'no words'],
    ['=?utf-8?Q?never ends', '=?utf-8?Q?never ends'],
  ])('%j', (text, decoded) => expect(decodeWords(text)).toBe(decoded));
});

describe('decodeText', () => {
  it.each([
    ['koi8-r', [0xf0, 0xd2, 0xc9], 'При'],
    ['windows-1250', [0xe8, 0x9e], 'čž'],
    ['gb2312', [0xc4, 0xe3, 0xba, 0xc3], '你好'],
    ['big5', [0xa7, 0x41, 0xa6, 0x6e], '你好'],
    ['euc-kr', [0xbe, 0xc8, 0xb3, 0xe7], '안녕'],
    ['euc-jp', [0xa4, 0xa2], 'あ'],
    ['iso-2022-jp', [0x1b, 0x24, 0x42, 0x24, 0x22, 0x1b, 0x28, 0x42], 'あ'],
    ['us-ascii', [0xc3, 0xa4], 'ä'],
    ['utf-8', [0xe4], 'ä'],
    [null, [0xe4], 'ä'],
    ['iso-8859-1', [0xc3, 0xa4], 'ä'],
    ['no-such-charset', [0xc3, 0xa4], 'ä'],
    ['utf-7', [0x2b, 0x41, 0x44, 0x77, 0x2d], '<'],
  ])('%s', (charset, bytes, text) => expect(decodeText(Buffer.from(bytes as number[]), charset)).toBe(text));
});

describe('ids', () => {
  it.each([
    ['<a@b> <c@d>', ['a@b', 'c@d']],
    ['<a@b>\n <c@ d>', ['a@b', 'c@d']],
    ['<a@b> (said somebody)', ['a@b']],
    ['Your message of Monday', []],
    ['<unclosed@x', []],
    ['<<a@b>>', ['a@b']],
  ])('of %j', (value, ids) => expect(idsOf(value)).toEqual(ids));

  it('leave out its own id, addresses and answers to a prompt', () => {
    const addresses = () => new Set(['ada@example.org']);
    expect(referencesOf(['<r@x> <p@x> <me@x>'], ['<p@x> <y> <ada@example.org> <q@x>'], 'me@x', addresses)).toEqual([
      'r@x',
      'p@x',
      'q@x',
    ]);
  });
});

describe('sameMessage', () => {
  const one = { authorAddress: 'a@example.org', subject: 'Greeting', text: 'Hello\n\n> quoted\n', attachments: '' };
  const rule = '_______________________________________________';
  it.each([
    [
      'a list footer',
      `${one.text}\n${rule}\nlist mailing list\nlist@example.org\nhttp://lists.example.org/list\n`,
      true,
    ],
    [
      "majordomo's footer",
      `${one.text}-\nTo unsubscribe from this list: send the line "unsubscribe x" in\nthe body of a message to m@example.org\nMore majordomo info at  http://example.org/info.html\nPlease read the FAQ at  http://example.org/\n`.replace(
        '\n-\n',
        '\n-- \n',
      ),
      true,
    ],
    ['white space at the ends of lines', 'Hello \n\n> quoted  \n\n', true],
    ['an escaped From', one.text, true],
    ['other indentation', 'Hello\n\n>  quoted\n', false],
    ['other words', 'Hello\n\n> quoted by another\n', false],
    ['words below a rule', `${one.text}\n${rule}\nI take all of this back.\n`, false],
    ['words below a footer', `${one.text}\n${rule}\nlist mailing list\nI take all of this back.\n`, false],
    ['words within a footer', `${one.text}\n${rule}\nI take it back.\nlist mailing list\n`, false],
    ['words above a footer', `${one.text}And more.\n${rule}\nlist mailing list\n`, false],
  ])('through %s', (_, text, same) => {
    expect(sameMessage(one, { ...one, text })).toBe(same);
    expect(likenessOf(one) === likenessOf({ ...one, text })).toBe(same);
  });

  it('if the subjects are equal except for tags of lists', () => {
    const same = (subject: string, other: string) => sameMessage({ ...one, subject }, { ...one, subject: other });
    expect(same('Re: Greeting', 'Re: [example-list] Greeting')).toBe(true);
    expect(same('Greeting', '[example-list]  Greeting')).toBe(true);
    expect(same('Greeting', 'Farewell')).toBe(false);
    expect(same('[PATCH 1/2] Greeting', '[PATCH 2/2] Greeting')).toBe(false);
    expect(same('[PATCH] Greeting', 'Greeting')).toBe(false);
  });

  it('but not with other attachments', () => {
    expect(sameMessage(one, { ...one, attachments: '12 a.patch' })).toBe(false);
    expect(likenessOf(one)).not.toBe(likenessOf({ ...one, attachments: '12 a.patch' }));
  });
});
