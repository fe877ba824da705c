import { statSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { command, scratch } from '../command';

const MB = 1024 * 1024;
const mail = (n: number, rest: string) =>
  `From mboxrd@z Mon Jan  1 00:00:00 2024\nFrom: Ada <ada@example.org>\nDate: Mon, 1 Jan 2024 00:00:0${n} +0000\nMessage-ID: <${n}@example.org>\nSubject: Mail ${n}\n${rest}\n`;

describe('a mail that takes too long', () => {
  const folder = scratch();
  afterAll(folder.remove);

  it('is stored raw with its headers and a note; all others are read normally', () => {
    const slow = `Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nwords\n--x\nContent-Type: text/html\n\n${'<p>words of many'.repeat(MB)}\n--x--\n`;
    const texts = [mail(1, '\nfirst\n'), mail(2, slow), mail(3, '\nthird\n')];
    const mbox = `${folder.path}/slow.mbox`;
    writeFileSync(mbox, texts.join(''));
    const database = `${folder.path}/slow.sqlite`;
    process.env.THREADLINE_MAIL_SECONDS = '0.3';
    const ran = command('ingest', ['--json', mbox], database);
    delete process.env.THREADLINE_MAIL_SECONDS;
    expect(ran.stderr).not.toMatch(/error/i);
    // Other users of the machine cannot read the database.
    expect(statSync(database).mode & 0o007).toBe(0);
    expect(JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ read: 3, stored: 3, rejected: 0 });
    const rows = command('export', ['messages'], database)
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ subject }) => subject).sort()).toEqual(['Mail 1', 'Mail 2', 'Mail 3']);
    const { stdout } = command('verify', [], database);
    expect(stdout).toMatch(/no fault/);
    const found = command('search', ['words'], database).stdout;
    expect(found).not.toMatch(/Mail 2/);
    expect(command('search', ['third'], database).stdout).toMatch(/Mail 3/);
  });
});
