import { writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toMboxrd } from '../../mail/mbox';
import { ingest, scratch } from '../command';
import { cutMbox, found, mailtoFields, openViews, type Views } from '../views';

const head = (id: string, subject: string, author = 'Ida Moor <ida@example.org>') =>
  `From: ${author}\nTo: harbour@example.org\nDate: Tue, 3 Mar 2009 09:00:00 +0000\nSubject: ${subject}\nMessage-ID: <${id}@example.org>\nList-Id: <harbour.example.org>\nContent-Type: text/plain; charset=utf-8\n\n`;

const MAILS = {
  'tide-1': `${head('tide-1', '=?utf-8?B?5r2u5L2N44Gu5aCx5ZGK?=')}港の水位を確かめてください。请查看潮汐表。\n`,
  'A+b=c_d-e': `${head('A+b=c_d-e', 'Of tools', '"O\'Dea, Bo" <bo+boats@example.org>')}Read https://example.org/tides/a_b?of=1&in=%20m#low-3, it's in C++ or mast-and.sail,\n#define LOW_TIDE 0x2A, depth=low, bo+boats@example.net, tide.js.\n`,
  odd: head('odd', 'Low =?utf-8?Q?=0Btide=01_=EF=BF=BE_]]>_<b>&amp;?=', '=?utf-8?Q?Bo=08?= <bo@example.org>').concat(
    'Bells \x07 and \x1b[31m ]]> \uffff ends.\n',
  ),
  'of+9&p%q': `${head('of+9&p%q', '=?utf-8?Q?9%_r=C3=BCckw=C3=A4rts_&_#2?=')}See <http://example.org/tides/9/>\n`,
  from: `${head('from', 'From where')}>From the quay\n>>From the boat\n\nFrom here on\n`,
  endless: `${head('endless', 'No end of line')}the last words`,
  '"/tide/7"': `${head('"/tide/7"', 'A quoted id')}seven\n`,
  'T/5w+YC/': `${head('T/5w+YC/', 'An id of slashes')}eight\n`,
  strange: `${head('strange', 'Lone signs')}one\rtwo \0 three\n`,
};

const folder = scratch();
let views: Views;

beforeAll(async () => {
  const mbox = `${folder.path}/harbour.mbox`;
  writeFileSync(mbox, Buffer.concat(Object.values(MAILS).map((raw) => toMboxrd(Buffer.from(raw), 1_236_070_800))));
  ingest(`${folder.path}/t.sqlite`, mbox);
  views = await openViews(`${folder.path}/t.sqlite`);
}, 60_000);
afterAll(() => folder.remove());

const page = (id: string) => `/harbour/${encodeURIComponent(`${id}@example.org`)}/`;

describe('cases from reports on other archives', () => {
  it.each([
    ['tide-1', ['潮位', '報告', '水位', '请查看', '潮汐表']],
    [
      'A+b=c_d-e',
      [
        'https://example.org/tides/a_b?of=1&in=%20m#low-3',
        'C++',
        'mast-and.sail',
        '#define LOW_TIDE',
        '0x2A',
        'depth=low',
        'bo+boats@example.net',
        'f:bo+boats@example.org',
        `f:"O'Dea, Bo"`,
        "it's",
        'tide.js',
        'm:A+b=c_d-e@example.org',
        'A+b=c_d-e@example.org',
        '<A+b=c_d-e@example.org>',
      ],
    ],
  ])('words of every script and code find %s alone', async (id, queries) => {
    for (const query of queries) expect(found(await views.search(query)), query).toEqual([`${id}@example.org`]);
  });

  it('a feed is XML, whatever subjects, names and texts contain', async () => {
    for (const feed of ['/harbour/new.atom', `${page('odd')}t.atom`]) {
      const { status, body } = await views.get(feed);
      expect([status, XMLValidator.validate(body)]).toEqual([200, true]);
      expect(body).toContain('Bells');
      expect(body).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/);
    }
  });

  it('the reply link keeps every character of id, subject and text', async () => {
    const { body } = await views.get(page('of+9&p%q'));
    expect(body).toContain('In-Reply-To=%3Cof%2B9%26p%25q%40example.org%3E');
    expect(mailtoFields(body)).toMatchObject({
      'In-Reply-To': '<of+9&p%q@example.org>',
      Subject: 'Re: 9% rückwärts & #2',
      Body: expect.stringContaining('> See <http://example.org/tides/9/>'),
    });
  });

  it.each(['from', 'endless', 'strange', '"/tide/7"', 'T/5w+YC/'] as const)(
    '%s is given byte by byte, alone and as mbox',
    async (id) => {
      const own = Buffer.from(MAILS[id]);
      // In an mbox the last line always has an end.
      const whole = id === 'endless' ? Buffer.concat([own, Buffer.from('\n')]) : own;
      expect((await views.get(`${page(id)}raw`)).bytes).toEqual(whole);
      expect(cutMbox(gunzipSync((await views.get(`${page(id)}t.mbox.gz`)).bytes))).toEqual([whole]);
    },
  );
});
