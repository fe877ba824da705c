import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { recognise } from './recognise';
import { MboxSplitter } from './splitter';
import { eventsResumedAtEach, lastState, mail, only, readAll, summary, temporary } from './testing';
import { SourceError } from './types';

const FROM = 'From ada@example.org Mon Jan  1 00:00:00 2024\n';
const mboxOf = (...mails: string[]) => mails.map((text) => `${FROM}${text}\n`).join('');
const many = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => mail(from + n));
const asMails = (texts: string[]) => texts.map((text) => `mail ${text}`);

function file(content: string | Buffer, name = 'box.mbox'): string {
  const path = join(temporary(), name);
  writeFileSync(path, content);
  return path;
}

/** Splits with chunks of several sizes, which must make no difference. */
function split(content: string, sizes = [1, 2, 3, 7, 64, 1 << 20]): string[] {
  const results = sizes.map((size) => {
    const splitter = new MboxSplitter();
    const bytes = Buffer.from(content, 'latin1');
    const mails = [];
    for (let at = 0; at < bytes.length; at += size) mails.push(...splitter.push(bytes.subarray(at, at + size)));
    return [...mails, ...splitter.end()].map(({ bytes: one }) => one.toString('latin1'));
  });
  for (const result of results) expect(result).toEqual(results[0]);
  return results[0] as string[];
}

describe('splitting an mbox', () => {
  it('removes only the From line and the empty line between mails', () => {
    expect(split(mboxOf(mail(1), mail(2, 'a\n\n\n'), mail(3)))).toEqual([mail(1), mail(2, 'a\n\n\n'), mail(3)]);
  });

  it('reads a last mail without a final empty line or line end', () => {
    expect(split(FROM + mail(1, 'no line end'))).toEqual([mail(1, 'no line end')]);
    expect(split(FROM + mail(1))).toEqual([mail(1)]);
  });

  it.each([
    'Hello,\n\nFrom here on we differ.\n',
    'Hello,\nFrom ada@example.org Mon Jan  1 00:00:00 2024\n',
    'As seen\n\nFrom the manual:\nSubject: is a header\n',
    'x\n\nFrom 10:30 on Jan 5 2024 we met there\n',
    'x\n\nFrom ada@example.org\n\nno header follows\n',
  ])('does not cut within %j', (body) => {
    expect(split(mboxOf(mail(1, body), mail(2)))).toEqual([mail(1, body), mail(2)]);
  });

  it.each([
    'From mboxrd@z Thu Jan  1 00:00:00 1970\n',
    'From ada at example.org  Tue Jul  6 12:00:00 2004\n',
    'From ada@example.org Tue Jul 06 12:00:00 +0200 2004\n',
    'From ada@example.org Tue Jul  6 12:00 EDT 2004 remote from hub\n',
    'From - Tue Jul 06 12:00:00 2004\n',
    'From ada@example.org Tue, 06 Jul 2004 12:00:00 +0000\n',
    'From ada@example.org 2004-07-06 12:00:00\n',
    'From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n',
    'From ada@example.org\n',
    'From MAILER-DAEMON\n',
    'From ???@???\n',
  ])('cuts at %j', (from) => {
    expect(split(`${from}${mail(1)}\n${from}${mail(2)}\n`)).toEqual([mail(1), mail(2)]);
  });

  it('keeps line ends of CRLF files', () => {
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    expect(split(crlf(mboxOf(mail(1), mail(2))))).toEqual([crlf(mail(1)), crlf(mail(2))]);
  });

  it('removes one mark from each escaped line if the file says mboxrd', () => {
    const rd = 'From mboxrd@z Thu Jan  1 00:00:00 1970\n';
    expect(split(`${rd}${mail(1, '>From a\n>>From b\n> >From c\nx >From d\n')}\n`)).toEqual([
      mail(1, 'From a\n>From b\n> >From c\nx >From d\n'),
    ]);
  });

  it('removes only single marks if the file may be mboxo', () => {
    expect(split(mboxOf(mail(1, '>From a\n>>From b\n')))).toEqual([mail(1, 'From a\n>>From b\n')]);
  });

  it('does not change escaped lines in headers', () => {
    const text = `>From ada@example.org Mon Jan 1\n${mail(1)}`;
    expect(split(mboxOf(text))).toEqual([text]);
  });

  it('uses a Content-Length that ends directly before a mail or the end of the file', () => {
    const body = `quoted mailbox:\n\n${FROM}${mail(9)}\n`;
    const text = mail(1, body).replace('\n\n', `\nContent-Length: ${body.length}\n\n`);
    expect(split(mboxOf(text, mail(2)))).toEqual([text, mail(2)]);
    expect(split(mboxOf(mail(2), text))).toEqual([mail(2), text]);
  });

  it.each([0, 3, 100, 99999999])('ignores a Content-Length of %d that ends elsewhere', (length) => {
    const text = mail(1).replace('\n\n', `\nContent-Length: ${length}\n\n`);
    expect(split(mboxOf(text, mail(2)))).toEqual([text, mail(2)]);
  });
});

describe('an mbox file', () => {
  it('gives the place of each mail', async () => {
    const content = mboxOf(mail(1), mail(2));
    const { events, totals } = await readAll(await only(file(content)));
    expect(events.flatMap((event) => (event.kind === 'mail' ? [event.origin.place] : []))).toEqual([
      'offset 0',
      `offset ${content.length / 2}`,
    ]);
    expect(totals).toEqual([`${content.length} bytes`]);
  });

  it('rejects a mail without content', async () => {
    const { events } = await readAll(await only(file(`${FROM}\n${mboxOf(mail(1))}`)));
    expect(summary(events)).toEqual(['reject contains no mail', `mail ${mail(1)}`]);
  });

  it.each(['box.mbox', 'box.mbox.gz'])(
    '%s resumed at every checkpoint reads what undisturbed reading does',
    async (name) => {
      const content = mboxOf(...many(0, 3005));
      const source = await only(file(name.endsWith('gz') ? gzipSync(content) : content, name));
      const runs = await eventsResumedAtEach(source);
      expect(runs).toHaveLength(4);
      for (const run of runs) expect(run).toEqual(asMails(many(0, 3005)));
    },
  );

  it('is continued if it has grown', async () => {
    const path = file(mboxOf(mail(1)));
    const source = await only(path);
    const state = lastState((await readAll(source)).events);
    expect(summary((await readAll(source, state)).events)).toEqual([]);
    appendFileSync(path, mboxOf(mail(2)));
    const { events, notes } = await readAll(source, state);
    expect([summary(events), notes]).toEqual([[`mail ${mail(2)}`], []]);
  });

  it('is read again if it was changed, truncated, or ended within a mail', async () => {
    const path = file(mboxOf(mail(1), mail(2)));
    const source = await only(path);
    const state = lastState((await readAll(source)).events);
    for (const changed of [
      mboxOf(mail(3), mail(2), mail(4)),
      mboxOf(mail(1)),
      `${mboxOf(mail(1), mail(2))}more text\n`,
    ]) {
      writeFileSync(path, changed);
      const { events, notes } = await readAll(source, state);
      expect(notes[0]).toMatch(/again from the start/);
      expect(summary(events).length).toBeGreaterThan(0);
    }
  });

  it('is read again only if its bytes changed, when compressed', async () => {
    const path = file(gzipSync(mboxOf(mail(1))), 'box.mbox.gz');
    const source = await only(path);
    const first = await readAll(source);
    expect(summary(first.events)).toEqual([`mail ${mail(1)}`]);
    const state = lastState(first.events);
    writeFileSync(path, readFileSync(path));
    expect((await readAll(source, state)).events).toEqual([]);
    appendFileSync(path, gzipSync(mboxOf(mail(2))));
    expect(summary((await readAll(source, state)).events)).toEqual(asMails([mail(1), mail(2)]));
  });

  it('gives its complete mails, then an error, when compressed and cut off', async () => {
    const random = Array.from({ length: 500 }, (_, n) => mail(n, `${Math.sin(n)} ${Math.cos(n)}\n`));
    const zipped = gzipSync(mboxOf(...random));
    const { events, error, notes } = await readAll(
      await only(file(zipped.subarray(0, zipped.length / 2), 'box.mbox.gz')),
    );
    const got = summary(events);
    expect(got.length).toBeGreaterThan(150);
    expect(got).toEqual(asMails(random.slice(0, got.length)));
    expect(error).toBeInstanceOf(SourceError);
    expect(String(error)).toMatch(/box\.mbox\.gz/);
    expect(notes[0]).toMatch(/cut off/);
  });

  it('rejects a mail that is too long and continues', { timeout: 60_000 }, async () => {
    const path = join(temporary(), 'bomb.mbox.gz');
    // Zeros, which gzip compresses a thousandfold: 272 MiB in 270 kB.
    const zeros = gzipSync(`${'0'.repeat(1023)}\n`.repeat(16 * 1024));
    writeFileSync(
      path,
      Buffer.concat([
        gzipSync(mboxOf(mail(1)) + FROM + mail(2)),
        ...Array(17).fill(zeros),
        gzipSync(`\n${mboxOf(mail(3))}`),
      ]),
    );
    const { events } = await readAll(await only(path));
    expect(events.map(({ kind }) => kind)).toEqual(['mail', 'reject', 'mail', 'checkpoint']);
    expect(events[1]).toMatchObject({ reason: expect.stringMatching(/256 MiB/) });
    expect(summary(events)[2]).toBe(`mail ${mail(3)}`);
  });
});

describe('a pipermail month', () => {
  const month = `From ada at example.org  Tue Jul  6 12:00:00 2004\nFrom: ada at example.org (Ada)\nDate: Tue, 6 Jul 2004 12:00:00 +0000\nSubject: We meet at noon\nMessage-ID: <1@example.org>\n\nFrom: bob at example.org\n\n`;

  it.each(['2004-July.txt', '2004-July.txt.gz'])(
    '%s has its addresses turned back in From headers only',
    async (name) => {
      const source = await only(file(name.endsWith('gz') ? gzipSync(month) : month, name));
      expect(source.kind).toBe('pipermail');
      const [read = ''] = summary((await readAll(source)).events);
      expect(read).toContain('From: ada@example.org (Ada)\n');
      expect(read).toContain('Subject: We meet at noon\n');
      expect(read).toContain('\n\nFrom: bob at example.org\n');
    },
  );
});

describe('standard input', () => {
  const stdin = async (...chunks: (string | Buffer)[]) => {
    const [source] = await recognise('-', {
      stdin: Readable.from(chunks.map((chunk) => Buffer.from(chunk as string))),
    });
    return readAll(source as NonNullable<typeof source>);
  };

  it('contains an mbox, compressed or not, split in any way', async () => {
    const content = mboxOf(mail(1), mail(2));
    const zipped = gzipSync(content);
    for (const chunks of [[content], [...content], [zipped], [zipped.subarray(0, 1), zipped.subarray(1)]]) {
      expect(summary((await stdin(...chunks)).events)).toEqual(asMails([mail(1), mail(2)]));
    }
  });

  it('is rejected if it is something else, or empty', async () => {
    expect(String((await stdin('<!DOCTYPE html><html></html>')).error)).toMatch(/-: standard input is not an mbox/);
    expect(String((await stdin()).error)).toMatch(/contains no mail/);
  });
});

describe('a file', () => {
  it.each([
    ['paper.pdf', '%PDF-1.4\n%\xe2\xe3\nTitle: no\n'],
    ['page.html', '<!DOCTYPE html>\n<p>From: x\n'],
    ['notes.txt', 'From here on:\nthere is no mail\n'],
    ['todo.txt', 'TODO: write\nDONE: read\n'],
    ['data.bin', '\0\x01\x02From: x\n\n'],
    ['data.gz', gzipSync('not mail')],
    ['broken.gz', '\x1f\x8bnonsense'],
  ])('%s that is not mail is refused with its name and a list of what is accepted', async (name, content) => {
    const path = file(Buffer.from(content as string, 'latin1'), name);
    await expect(recognise(path)).rejects.toThrow(new RegExp(`${name}: .*Accepted: .*mbox`));
  });

  it('is rejected if it does not exist', async () => {
    await expect(recognise('/nowhere/at/all')).rejects.toThrow(/\/nowhere\/at\/all: no such file/);
  });

  it('is a mailbox without mail if it is empty', async () => {
    expect(summary((await readAll(await only(file('')))).events)).toEqual([]);
  });
});

describe('the beginning of a mail', () => {
  const second = 'From: Ada Example <ada@example.org>\nSubject: two\n\nsecond\n';

  it.each([
    ['a sender and a day', 'From ada@example.org Mon Jan  1 00:00:00 2024'],
    ['a bare From', 'From '],
    ['a date of another shape', 'From ada@example.org 01/02/2024 10:00'],
    ['Mailman’s address', 'From ada at example.org  01/02/2024'],
    ['an empty line below', 'From - Sat Apr  6 20:13:31 2013\n'],
  ])('at %s', (_, from) => expect(split(`${mboxOf(mail(1))}${from}\n${second}`)).toEqual([mail(1), second]));

  it.each([
    ['prose with a date', 'From our room, Tue Jul  6 12:00:00 2004\n\nthe sea is seen.'],
    ['prose with an address', 'From the board ada@example.org\nText: a colon'],
    [
      'a patch as git writes it',
      `From ${'12'.repeat(20)} Mon Sep 17 00:00:00 2001\nFrom: Ada Example <ada@example.org>\nSubject: [PATCH] x\n\nx`,
    ],
  ])('is not at %s', (_, text) => expect(split(mboxOf(mail(1, `so\n\n${text}\n`), mail(2)))).toHaveLength(2));

  it('is found with any line ends and any first header', () => {
    const mails = [mail(1).replaceAll('\n', '\r\n'), mail(2), mail(3).replaceAll('\n', '\r\n')];
    const froms = [
      'From - Sat Apr  6 20:13:31 2013',
      'From - Sat Apr  6 20:13:31 2013\r',
      'From - Sat Apr  6 20:13:31 2013',
    ];
    const ends = ['\r\n', '\n', '\r\n'];
    expect(split(mails.map((one, n) => `${froms[n]}\n${one}${ends[n]}`).join(''))).toEqual(mails);
    const returned = [mail(1), mail(2)].map((one) => `Return-Path:\n <bounce+x@example.org>\n${one}`);
    expect(split(mboxOf(...returned))).toEqual(returned);
  });

  it('is at each patch of git format-patch --stdout', () => {
    const patch = (n: number) =>
      `From ${String(n).repeat(40)} Mon Sep 17 00:00:00 2001\nFrom: Ada Example <ada@example.org>\nSubject: [PATCH ${n}/2] x\n\nx\n\n`;
    expect(split(patch(1) + patch(2))).toHaveLength(2);
  });

  it('is reported where lines were treated as text', async () => {
    const notes: string[] = [];
    const path = file(mboxOf(mail(1, 'so\n\nFrom here on it is quiet.\n'), mail(2)));
    const [source] = await recognise(path);
    for await (const _ of source?.open({
      state: undefined,
      isSeen: async () => new Set(),
      onNote: (note) => notes.push(note),
    }) ?? []);
    expect(notes).toEqual([
      'lines beginning with "From " that were treated as text, because no headers follow them: 1',
    ]);
  });
});
