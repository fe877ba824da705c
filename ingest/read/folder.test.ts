import { execFileSync } from 'node:child_process';
import { lchownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recognise } from './recognise';
import { eventsResumedAtEach, mail, only, readAll, summary, temporary } from './testing';

function folder(files: Record<string, string>): string {
  const path = temporary();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

const seenBy = async (path: string) => {
  const { events } = await readAll(await only(path));
  return new Set(events.flatMap((event) => (event.kind === 'checkpoint' ? (event.seen ?? []) : [])));
};

describe('a Maildir', () => {
  it('gives the mails of cur and new by name', async () => {
    const path = folder({ 'cur/3.x:2,S': mail(3), 'new/1.x': mail(1), 'cur/2.x:2,': mail(2), 'tmp/9.x': 'half' });
    const source = await only(path);
    expect(source.kind).toBe('maildir');
    expect(summary((await readAll(source)).events)).toEqual([1, 2, 3].map((n) => `mail ${mail(n)}`));
  });

  it('gives only new mails the next time, even if others were read and flagged', async () => {
    const path = folder({ 'cur/.keep': '', 'new/1.x': mail(1) });
    const seen = await seenBy(path);
    renameSync(join(path, 'new/1.x'), join(path, 'cur/1.x:2,RS'));
    writeFileSync(join(path, 'new/2.x'), mail(2));
    expect(summary((await readAll(await only(path), null, seen)).events)).toEqual([`mail ${mail(2)}`]);
  });
});

describe('a directory of .eml files', () => {
  it('gives their exact bytes by name, and rejects blank ones', async () => {
    const crlf = mail(2).replaceAll('\n', '\r\n');
    const path = folder({ 'b.eml': crlf, 'a.EML': mail(1), 'c.eml': ' \n', 'notes.txt': 'no' });
    const { events, totals } = await readAll(await only(path));
    expect(summary(events)).toEqual([`mail ${mail(1)}`, `mail ${crlf}`, 'reject contains no mail']);
    expect([events[0]?.kind === 'mail' && events[0].origin.place, totals]).toEqual(['a.EML', ['3 mails']]);
  });

  it('gives the same result if resumed at every checkpoint', async () => {
    const name = (n: number) => `${String(n).padStart(5, '0')}.eml`;
    const path = folder(Object.fromEntries(Array.from({ length: 1100 }, (_, n) => [name(n), mail(n)])));
    const runs = await eventsResumedAtEach(await only(path));
    expect(runs).toHaveLength(2);
    for (const run of runs) expect(run).toEqual(Array.from({ length: 1100 }, (_, n) => `mail ${mail(n)}`));
  });

  it('may be a single file', async () => {
    const path = join(folder({ 'one.eml': mail(1) }), 'one.eml');
    expect(summary((await readAll(await only(path))).events)).toEqual([`mail ${mail(1)}`]);
    expect(summary((await readAll(await only(path), null, await seenBy(path))).events)).toEqual([]);
  });
});

describe('a directory', () => {
  it('with mailboxes is a source for each', async () => {
    const from = 'From ada@example.org Mon Jan  1 00:00:00 2024\n';
    const path = folder({ 'b.mbox': from + mail(2), 'a.txt': from + mail(1), 'index.html': '<html>' });
    expect((await recognise(path)).map((source) => source.location)).toEqual([
      join(path, 'a.txt'),
      join(path, 'b.mbox'),
    ]);
  });

  it('with mailboxes reads all of them if one is damaged', async () => {
    const from = 'From ada@example.org Mon Jan  1 00:00:00 2024\n';
    const path = folder({ 'a.mbox': '%PDF-1.4', 'b.mbox': from + mail(2), 'README.txt': 'Two months of mail.' });
    const [broken, good, ...more] = await Promise.all((await recognise(path)).map((source) => readAll(source)));
    expect(String(broken?.error)).toMatch(/a\.mbox: not a mail archive/);
    expect(summary(good?.events ?? [])).toEqual([`mail ${mail(2)}`]);
    expect(more).toEqual([]);
  });

  it('with anything else is rejected', async () => {
    await expect(recognise(folder({ 'index.html': '<html>' }))).rejects.toThrow(/contains no mail archive\. Accepted/);
  });
});

describe('a file that is not regular', () => {
  const secret = () => join(folder({ secret: 'From: root@example.org\nSubject: secret\n\nsecret\n' }), 'secret');

  it.each(['new/N', 'N.eml'])('is rejected as %s, without storing anything and without waiting', async (name) => {
    const at = (n: number) => name.replace('N', String(n));
    const path = folder({ [at(1)]: mail(1) });
    symlinkSync(secret(), join(path, at(2)));
    symlinkSync('/dev/zero', join(path, at(3)));
    execFileSync('mkfifo', [join(path, at(4))]);
    const { events } = await readAll(await only(path));
    expect(summary(events)).toEqual([
      `mail ${mail(1)}`,
      'reject cannot read file: a link, which is not followed',
      'reject cannot read file: a link, which is not followed',
      'reject cannot read file: not a regular file',
    ]);
  });

  it('among other mailboxes fails alone', async () => {
    const path = folder({ 'a.mbox': `From a@example.org Mon Jan  1 00:00:00 2024\n${mail(1)}` });
    symlinkSync(secret(), join(path, 'b.mbox'));
    execFileSync('mkfifo', [join(path, 'c.mbox')]);
    const results = await Promise.all((await recognise(path)).map((source) => readAll(source)));
    expect(results.map(({ events }) => summary(events).length)).toEqual([1, 0, 0]);
    expect(results.map(({ error }) => String(error))).toEqual([
      'null',
      expect.stringMatching(/b\.mbox.*a link, which is not followed/),
      expect.stringMatching(/c\.mbox.*not a regular file/),
    ]);
  });

  it('is rejected as a source, but a link named by the user is followed', async () => {
    const path = folder({ 'x/1.eml': mail(1) });
    symlinkSync(join(path, 'x/1.eml'), join(path, 'link'));
    const { events } = await readAll(await only(join(path, 'link')));
    expect(summary(events)).toEqual([`mail ${mail(1)}`]);
    execFileSync('mkfifo', [join(path, 'fifo')]);
    for (const none of [join(path, 'fifo'), '/dev/zero'])
      await expect(recognise(none)).rejects.toThrow(/not a regular file/);
  });

  it("is not read if it is a link to another user's folder", async (test) => {
    if (process.getuid?.() !== 0) test.skip();
    const path = folder({ 'new/1.x': mail(1) });
    symlinkSync(join(folder({ 'd/secret': mail(2) }), 'd'), join(path, 'cur'));
    expect(summary((await readAll(await only(path))).events)).toHaveLength(2);
    lchownSync(join(path, 'cur'), 12345, 12345);
    expect(summary((await readAll(await only(path))).events)).toEqual([`mail ${mail(1)}`]);
  });
});
