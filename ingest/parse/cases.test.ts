import { describe, expect, it } from 'vitest';
import { parseMail } from './index';

/** A mail by invented people; `body` is Latin-1, so that each character is one byte. */
function read(head: string, body: string, fromLine: number | null = null) {
  const raw = `From: Ida Moor <ida@example.org>\nMessage-ID: <case@example.org>\n${head}\n${body}`;
  return parseMail(Buffer.from(raw, 'latin1'), { receivedAt: null, fromLine });
}

const utf8 = (text: string) => Buffer.from(text).toString('latin1');
const DATE = 'Date: Tue, 3 Mar 2009 09:00:00 +0000\n';
const mixed = (...parts: string[]) => `${parts.map((part) => `--cut\n${part}\n`).join('')}--cut--\n`;
const MIXED = 'Content-Type: multipart/mixed; boundary="cut"\n';
const PLAIN = 'Content-Type: text/plain\n\n';
const INNER = 'Subject: Inner\nMessage-ID: <inner@example.org>\nContent-Type: text/html\n\n<p>Inner words\n';
const HTML = 'Content-Type: text/html\n\n';

describe('parts that are shown', () => {
  it.each([
    ['HTML alone beside a footer', mixed(`${HTML}<p>The boat leaves at nine.</p>`, `${PLAIN}-- harbour list`)],
    [
      'an alternative of HTML alone beside a footer',
      mixed(
        `Content-Type: multipart/alternative; boundary=in\n\n--in\n${HTML}<p>The boat leaves at nine.</p>\n--in--`,
        `${PLAIN}-- harbour list`,
      ),
    ],
    [
      'related HTML beside a footer',
      mixed(
        `Content-Type: multipart/related; boundary=in\n\n--in\n${HTML}<p>The boat leaves at nine.</p>\n--in--`,
        `${PLAIN}-- harbour list`,
      ),
    ],
  ])('%s', (_, body) => {
    const { text, textKind } = read(MIXED, body);
    expect(text).toContain('The boat leaves at nine.');
    expect(text).toContain('-- harbour list');
    expect(textKind).toBe('html');
  });

  it('use HTML if the plain alternative is blank', () => {
    const body = mixed(`${PLAIN} \n`, `${HTML}<p>Only here.</p>`).replaceAll('cut', 'alt');
    expect(read('Content-Type: multipart/alternative; boundary=alt\n', body).text).toBe('Only here.');
  });

  it.each([
    ['a type without a subtype', 'Content-Type: text\n', 'Plain words.'],
    ['a text of another kind', 'Content-Type: text/x-notes\n', 'Plain words.'],
    ['a multipart without boundary lines', 'Content-Type: multipart/mixed; boundary=none\n', 'Plain words.'],
    ['a multipart without a boundary', 'Content-Type: multipart/mixed\n', `--q\n${PLAIN}Plain words.\n--q--`],
    ['an empty type before the real one', 'Content-Type:\nContent-Type: text/plain\n', 'Plain words.'],
    ['capitals', 'Content-Type: TEXT/HTML; CHARSET="UTF-8"\n', '<P>Plain words.</P>'],
    ['an empty charset', 'Content-Type: text/plain; charset=\n', 'Plain words.'],
    [
      'a boundary in angle brackets',
      'Content-Type: multipart/mixed; boundary="<<7-1>>"\n',
      `--<<7-1>>\n${PLAIN}Plain words.\n--<<7-1>>--`,
    ],
    [
      'a boundary in segments',
      "Content-Type: multipart/mixed; boundary*0*=us-ascii''%3D_7;\n boundary*1*=a_%3D\n",
      `--=_7a_=\n${PLAIN}Plain words.\n--=_7a_=--`,
    ],
    [
      'a boundary that begins another',
      'Content-Type: multipart/mixed; boundary="B7"\n',
      `--B7\nContent-Type: multipart/alternative; boundary="B7-2"\n\n--B7-2\n${PLAIN}Plain words.\n--B7-2\n${HTML}<p>x\n--B7-2--\n--B7--`,
    ],
    ['a multipart without an end', 'Content-Type: multipart/mixed; boundary="B7"\n', `--B7  \n${PLAIN}Plain words.\n`],
    [
      'a boundary with signs, not quoted',
      'Content-Type: multipart/mixed; boundary=a=b?c\n',
      `--a=b?c\n${PLAIN}Plain words.\n--a=b?c--`,
    ],
  ])('%s', (_, head, body) => expect(read(head, body).text.trim()).toBe('Plain words.'));

  it.each([
    ['a mail as it is', 'Content-Type: message/rfc822\n', INNER],
    ['a mail in base64', 'Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n', btoa(INNER)],
  ])('leave a mail within to itself: %s', (_, head, body) => {
    const { text, attachments } = read(MIXED, mixed(`${PLAIN}Outer words.`, `${head}\n${body}`));
    expect(text.trim()).toBe('Outer words.');
    expect(attachments).toHaveLength(1);
    expect(attachments[0]).toMatchObject({ type: 'message/rfc822', size: INNER.length });
  });

  it('are only the body if the whole mail is an attachment', () => {
    const head = 'Content-Type: application/pgp-signature\nContent-Disposition: attachment; filename="signature.asc"\n';
    expect(read(head, 'sealed\n').attachments).toMatchObject([{ name: 'signature.asc' }]);
    const empty = 'Content-Type: text/plain\nContent-Disposition: attachment; filename="empty.txt"\n\n';
    expect(read(MIXED, mixed(`${PLAIN}See it.`, empty)).attachments).toMatchObject([{ name: 'empty.txt', size: 0 }]);
  });

  it('keep uuencoded text among words', () => {
    const body = 'See below.\n\nbegin 644 tide.txt\n%:&5L;&\\`\n`\nend\n';
    expect(read('', body).text).toContain('See below.\n\nbegin 644 tide.txt');
  });

  it.each([
    [
      'flowed in quoted-printable',
      'Content-Type: text/plain; charset=utf-8; format=flowed\nContent-Transfer-Encoding: quoted-printable\n',
      'The tide is =\nhigh and=20\nthe boat leaves.\n> said long=20\n> ago.\n>> deeper=20\n> shallower\n\n--=20\nIda\nMoor\n',
      'The tide is high and the boat leaves.\n> said long ago.\n>> deeper \n> shallower\n\n-- \nIda\nMoor',
    ],
    [
      'flowed with DelSp',
      'Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n',
      utf8('潮が満ち \nて船が出る。\n'),
      '潮が満ちて船が出る。',
    ],
  ])('join lines that are %s', (_, head, body, text) => expect(read(head, body).text.trim()).toBe(text));

  it('say what was guessed about their boundaries', () => {
    expect(read('Content-Type: multipart/mixed; boundary=none\n', 'Words.').notes).toEqual([
      'no boundary between its parts was found: shown as text',
    ]);
  });

  it('begin below the last header without an empty line', () => {
    const raw = 'From: Ida Moor <ida@example.org>\nSubject: Tide\nthe tide is late\nand so am I\n';
    expect(parseMail(Buffer.from(raw), { receivedAt: null }).text).toBe('the tide is late\nand so am I\n');
  });

  it('keep UTF-8 in parts too, if a footer is Latin-1', () => {
    const { text } = read(MIXED, mixed(`Content-Type: text/plain; charset=utf-8\n\n${utf8('Größe — gut')}\nM\xfcller`));
    expect(text).toBe('Größe — gut\nMüller');
  });

  it('undo the dash escapes of a signed text', () => {
    const signed =
      '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- --- a/x\n- -gone\n-----BEGIN PGP SIGNATURE-----\n- x\n';
    expect(read('', signed).text).toContain('\n--- a/x\n-gone\n-----BEGIN PGP SIGNATURE-----\n- x');
  });
});

describe('transfer encodings', () => {
  it.each([
    ['"quoted-printable"', 'caf=E9'],
    ['quoted-printable;', 'caf=E9'],
    ['quoted-printable (by a gate)', 'caf=E9'],
    ['base64 ', 'Y2Fm6Q=='],
    ['Quoted-Printable ', 'caf=e9 and soft =20\n=\n=ZZ a=b'],
    ['base64', 'caf\xe9 as it is\nand a second line of words'],
  ])('%s', (way, body) => {
    const head = `Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: ${way}\n`;
    expect(read(head, body).text).toMatch(/^café/);
  });

  it('x-uuencode', () => {
    const part =
      'Content-Type: application/octet-stream; name=tide.txt\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 tide.txt\n%:&5L;&\\`\n`\nend\n';
    expect(read(MIXED, mixed(part)).attachments[0]).toMatchObject({ name: 'tide.txt', size: 5, text: 'hello' });
  });
});

describe('headers', () => {
  it.each([
    ['=?utf-8?Q?caf=C3?= =?utf-8?B?qSB1cA==?=', 'café up'],
    ['=?unknown-8bit?Q?caf=E9?= open', 'café open'],
    ['=?iso-8859-1*fr?Q?caf=E9?=', 'café'],
    ['=?iso-8859-1?Q?a=E9?= =?utf-8?Q?=C3=A9?=', 'aéé'],
    ['=?utf-8?B?SGlnaCB0aWRlCg==?=', 'High tide'],
    ['Re: =?utf-8?B?5r2u?= =?utf-8?B?5L2N?= (Bo 9)', 'Re: 潮位 (Bo 9)'],
  ])('encoded words %s', (words, subject) => expect(read(`Subject: ${words}\n`, '').subject).toBe(subject));

  it('with raw bytes are read in the charset of the body', () => {
    const head = 'Subject: \xf0\xd2\xc9\xd7\xc5\xd4\nContent-Type: text/plain; charset=koi8-r\n';
    expect(read(head, 'x').subject).toBe('Привет');
    const multipart = read(
      `Subject: \xf0\xd2\xc9\xd7\xc5\xd4\n${MIXED}`,
      mixed('Content-Type: text/plain; charset=koi8-r\n\nx'),
    );
    expect(multipart.subject).toBe('Привет');
  });

  it.each([
    ['filename*0*=iso-8859-1\'\'gr%FC;\n filename*1="n 50%20.txt"', 'grün 50%20.txt'],
    ['filename="=?iso-8859-1?Q?Bj=F8rn=2C_2.pdf?="', 'Bjørn, 2.pdf'],
    [`filename="${utf8('größe;neu.txt')}"`, 'größe;neu.txt'],
  ])('name files: %s', (filename, name) => {
    const part = `Content-Type: application/octet-stream\nContent-Disposition: attachment;\n ${filename}\n\nzz`;
    expect(read(MIXED, mixed(part)).attachments[0]?.name).toBe(name);
  });
});

describe('replies', () => {
  it.each([
    ['<a7@example.org> from Bo Lind <bo@example.net>', ['a7@example.org']],
    ['Message from Bo Lind <bo@example.net> of "Mon, 2 Mar 2009" <a7@example.org>', ['a7@example.org']],
    ['Your message of "Mon, 2 Mar 2009 10:00:00 EST." <a7@example.org>', ['a7@example.org']],
    ['Bo Lind <bo@example.net>', []],
    ['In message <bo@example.net>', ['bo@example.net']],
    ['<a7-tide()mail!example!org>', ['a7-tide@mail.example.org']],
    ['<BoLind>', []],
    ['<../outgoing/0002-tide-rise.patch>', []],
    ['<y>', []],
    ['<v2>', []],
    ['<0002-tide-rise.patch>', []],
    ['<https://lore.example.org/harbour/a7+b%40example.org/T/#u>', ['a7+b@example.org']],
    ['<20090302-7>', ['20090302-7']],
    ['<\n  a7@example.org>  ', ['a7@example.org']],
    ['<"/tide/7"@example.org>', ['"/tide/7"@example.org']],
    ['<T/5w+YC/@example.org>', ['T/5w+YC/@example.org']],
  ])('to %s', (value, references) => expect(read(`In-Reply-To: ${value}\n`, '').references).toEqual(references));

  it('have the single id in In-Reply-To as parent, wherever it is in References', () => {
    const head = 'In-Reply-To: <b@example.org>\nReferences: <b@example.org> <gate@example.net>\n';
    expect(read(head, '').references).toEqual(['gate@example.net', 'b@example.org']);
  });

  it.each([
    ['a7@example.org', 'a7@example.org'],
    ['=?utf-8?Q?=3Ca7=40example=2Eorg=3E?=', 'a7@example.org'],
    ['https://lore.example.org/r/a7@example.org', 'a7@example.org'],
    ['his note of today', null],
  ])('may be to %s', (value, id) => {
    const { possibleParent, references } = read(`In-Reply-To: ${value}\n`, '');
    expect([possibleParent, references]).toEqual([id, []]);
  });
});

describe('dates', () => {
  it.each([
    ['1999/01/31', '1999-01-31T00:00:00'],
    ['Di, 17 Mai 2005 12:31:00', '2005-05-17T12:31:00'],
    [utf8('mer., 3 févr. 2010 08:00:00 +0100'), '2010-02-03T07:00:00'],
    ['jue ago 30 13:55:12 2007', '2007-08-30T13:55:12'],
    ['Tue, 5 Dec 2006 01:02:03 PM', '2006-12-05T13:02:03'],
    ['5/17/2005 12:31 PM', '2005-05-17T12:31:00'],
    ['17.05.2005 12:31', '2005-05-17T12:31:00'],
    ['January 31, 1999 10:00 PM', '1999-01-31T22:00:00'],
    ['31.01.99 10:00', '1999-01-31T10:00:00'],
    ['Thu, 11 Mar 19104 13:49:00 +0000', '2004-03-11T13:49:00'],
    ['Mon, 11 Mar 2024 13:49:00 UTC+1', '2024-03-11T12:49:00'],
    [utf8('2010年5月4日 12:00'), '2010-05-04T12:00:00'],
    [utf8('Пт, 5 мая 2006 10:00:00 +0400'), '2006-05-05T06:00:00'],
  ])('%s', (date, iso) => {
    expect(new Date(read(`Date: ${date}\n`, '').sentAt * 1000).toISOString()).toBe(`${iso}.000Z`);
  });

  it('with ambiguous numbers are not dates', () => {
    expect(read('Date: 5/6/2005 12:31\n', '').dateNote).toBe('unreadable');
  });

  it('come from the From line if no header has one, or one decades ahead', () => {
    const arrival = Date.UTC(2009, 2, 4) / 1000;
    expect(read('', '', arrival)).toMatchObject({ sentAt: arrival, receivedAt: arrival, dateNote: 'absent' });
    expect(read('Date: Mon, 1 Jan 2035 00:00:00 +0000\n', '', arrival)).toMatchObject({
      sentAt: arrival,
      dateNote: 'absurd',
    });
    expect(read(DATE, '', Date.UTC(2020, 0, 1) / 1000)).toMatchObject({ receivedAt: null, dateNote: null });
  });
});

describe('other kinds', () => {
  it('an id without its closing bracket', () => {
    const raw = 'Message-ID: <lost@example.org\n\nx';
    expect(parseMail(Buffer.from(raw), { receivedAt: null }).msgid).toBe('lost@example.org');
    for (const id of ['lost@example.org>', 'lost@example.org (by a gate)'])
      expect(parseMail(Buffer.from(`Message-ID: ${id}\n\nx`), { receivedAt: null }).msgid).toBe('lost@example.org');
    const damaged = Buffer.from(raw.replace('lost', 'lo\0st'));
    expect(parseMail(damaged, { receivedAt: null }).msgid).toBe('lost@example.org');
  });

  it('HTML with its charset only in a meta element', () => {
    const html = '<meta charset="koi8-r"><p>\xf0\xd2\xc9\xd7\xc5\xd4</p>';
    expect(read('Content-Type: text/html\n', html).text).toBe('Привет');
  });

  it('an attached text in the charset of its part', () => {
    const part = 'Content-Type: text/x-patch; charset=iso-8859-1; name=a.patch\n\n+gr\xfcn';
    expect(read(MIXED, mixed(part)).attachments[0]?.text).toBe('+grün');
  });

  it('ASCII labelled as two bytes per character', () => {
    expect(read('Content-Type: text/plain; charset=iso-10646-ucs-2\n', 'plain words').text).toBe('plain words');
  });

  it.each([
    'text/plain charset=koi8-r',
    'text/plain, charset=koi8-r',
    'text/plain; charset:koi8-r',
    "text/plain; charset='koi8-r'",
  ])('a charset in %s', (type) =>
    expect(read(`Content-Type: ${type}\n`, '\xf0\xd2\xc9\xd7\xc5\xd4').text).toBe('Привет'),
  );

  it('a multipart that is encoded as a whole', () => {
    const body = btoa(mixed(`${PLAIN}Plain words.`, `${HTML}<p>Words.`));
    const { text, notes } = read(`${MIXED}Content-Transfer-Encoding: base64\n`, body);
    expect([text, notes]).toEqual(['Plain words.\nWords.', []]);
  });

  it('UTF-7', () => expect(read('Content-Type: text/plain; charset=utf-7\n', 'Gr+APwA3w-e +-').text).toBe('Grüße +'));

  it('a byte order mark before the text', () => {
    expect(read('Content-Type: text/plain; charset=utf-8\n', utf8('\ufeffHello')).text).toBe('Hello');
  });

  it('a type in an encoded word, an unclosed quotation', () => {
    expect(read('Content-Type: text/plain; charset==?utf-8?q?iso-8859-1?=\n', 'gr\xfcn').text).toBe('grün');
    expect(read('Content-Type: text/plain; charset="iso-8859-1\n', 'gr\xfcn').text).toBe('grün');
  });
});
