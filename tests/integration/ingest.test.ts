import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_LISTS } from '#ingest/pipeline/lists';
import { added, commitTo, withdrawn } from '#ingest/read/testing';
import { command, ingest, scratch } from '../command';

let folder: ReturnType<typeof scratch>;
let database: string;
beforeEach(() => {
  folder = scratch();
  database = `${folder.path}/t.sqlite`;
});
afterEach(() => folder.remove());

const mail = (id: string, extra = '', body = `Body of ${id}.`) =>
  `From: Ada <ada@example.org>\nTo: list@example.org\nSubject: ${id}\nDate: Mon, 2 Feb 2009 10:00:00 +0000\nMessage-ID: <${id}@example.org>\n${extra}\n${body}\n`;
const mbox = (...mails: string[]) =>
  mails.map((one) => `From x@example.org Mon Feb  2 10:00:00 2009\n${one}\n`).join('');

function write(name: string, text: string): string {
  const path = `${folder.path}/${name}`;
  writeFileSync(path, text);
  return path;
}

const exported = (kind: string) =>
  command('export', [kind], database)
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const verified = () => expect(command('verify', [], database)).toMatchObject({ status: 0 });

describe('ingest', () => {
  it('stores a cross-post once with two postings, in any order of runs', () => {
    const one = write(
      'one.mbox',
      mbox(
        mail('a', 'List-Id: <first.example.org>\n'),
        mail('b', 'List-Id: <first.example.org>\nIn-Reply-To: <a@example.org>\n'),
      ),
    );
    const footer = `Body of a.\n\n_______________________________________________\nsecond mailing list\nsecond@example.org`;
    const two = write('two.mbox', mbox(mail('a', 'List-Id: <second.example.org>\n', footer)));
    expect(ingest(database, one)).toMatchObject({ read: 2, stored: 2 });
    expect(ingest(database, two)).toMatchObject({ read: 1, stored: 0, duplicate: 1, lists: { first: 2, second: 1 } });
    expect(exported('messages')[0]).toMatchObject({ msgid: 'a@example.org', lists: ['first', 'second'] });
    verified();
  });

  it('keeps an imposter beside the first message', () => {
    const path = write('x.mbox', mbox(mail('a'), mail('a', '', 'Something else altogether.'), mail('a')));
    expect(ingest(database, path)).toMatchObject({ read: 3, stored: 2, duplicate: 1 });
    expect(exported('messages')).toHaveLength(2);
    verified();
  });

  it('keeps input that is not mail, with the reason, and counts it', () => {
    const path = write('x.mbox', mbox(mail('a'), '\n \n', mail('b')));
    const ran = command('ingest', ['--json', '--rejects', `${folder.path}/rejects`, path], database);
    expect(JSON.parse(ran.stdout)).toMatchObject({ read: 3, stored: 2, rejected: 1 });
    verified();
  });

  it('joins threads through a late parent and through ghosts, in any order of arrival', () => {
    const late = mbox(
      mail('c', 'References: <a@example.org> <b@example.org>\n'),
      mail('d', 'References: <a@example.org>\n'),
    );
    ingest(database, write('late.mbox', late));
    expect(exported('threads')).toMatchObject([{ root: 'a@example.org' }]);
    ingest(database, write('early.mbox', mbox(mail('a'), mail('b', 'In-Reply-To: <a@example.org>\n'))));
    expect(exported('threads')).toMatchObject([
      { root: 'a@example.org', messages: ['a@example.org', 'd@example.org', 'b@example.org', 'c@example.org'] },
    ]);
    expect(exported('messages').map(({ parent }) => parent)).toEqual([
      null,
      'a@example.org',
      'b@example.org',
      'a@example.org',
    ]);
    verified();
  });

  it('accepts thousands of mails without a date', () => {
    const many = Array.from({ length: 1500 }, (_, n) => mail(`m${n}`).replace(/Date: .*\n/, ''));
    const path = write(
      'many.mbox',
      many
        .map((one) => `From nobody\n${one}\n`)
        .join('')
        .replace(/^From nobody\n/gm, 'From x@example.org Thu Jan  1 00:00:00 1970\n'),
    );
    expect(ingest(database, path)).toMatchObject({ read: 1500, stored: 1500 });
    verified();
  });

  it('reads the other sources if one cannot be read, and names it', () => {
    const good = write('good.mbox', mbox(mail('a')));
    const bad = write('bad.pdf', '%PDF-1.4 not mail');
    const ran = command('ingest', ['--json', `${folder.path}/none`, bad, good], database);
    expect(ran.status).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ read: 1, stored: 1 });
    expect(ran.stderr).toContain('bad.pdf');
    expect(ran.stderr).toContain('none');
  });

  it.each([[[]], [['--nosuch', 'x']], [['--jobs', 'x', 'y']]])('exits with 2 on wrong usage: %j', (args) => {
    expect(command('ingest', args, database).status).toBe(2);
  });

  it('reads standard input, Maildir and .eml alike', () => {
    mkdirSync(`${folder.path}/md/cur`, { recursive: true });
    mkdirSync(`${folder.path}/md/new`);
    writeFileSync(`${folder.path}/md/cur/1.host:2,S`, mail('a'));
    mkdirSync(`${folder.path}/eml`);
    writeFileSync(`${folder.path}/eml/b.eml`, mail('b').replaceAll('\n', '\r\n'));
    expect(ingest(database, `${folder.path}/md`, `${folder.path}/eml`)).toMatchObject({ read: 2, stored: 2 });
    const ran = command('ingest', ['--json', '-'], database, mbox(mail('c')));
    expect(JSON.parse(ran.stdout)).toMatchObject({ read: 1, stored: 1 });
    expect(ingest(database, `${folder.path}/md`, `${folder.path}/eml`)).toMatchObject({ read: 0 });
    verified();
  });

  it('removes a mail that an interrupted run stored and the archive withdrew before the next', () => {
    const inbox = `${folder.path}/inbox`;
    const epoch = `${inbox}/git/0.git`;
    mkdirSync(`${inbox}/git`, { recursive: true });
    commitTo(epoch, [added(mail('a')), added(mail('b')), added(mail('c'))]);
    command('ingest', ['--limit', '2', inbox], database);
    expect(exported('messages')).toHaveLength(2);
    commitTo(epoch, [withdrawn(mail('b'))], false);
    expect(ingest(database, inbox)).toMatchObject({ read: 3, stored: 1, duplicate: 1, deleted: 1 });
    expect(exported('messages').map(({ msgid }) => msgid)).toEqual(['a@example.org', 'c@example.org']);
    verified();
  });

  it('limits the number of lists from a source, without losing mails', () => {
    const named = (n: number) =>
      mail(`n${n}`, `List-Id: <list${n}.example.org>\nX-Mailing-List: list${n}@example.org\n`);
    const mails = Array.from({ length: MAX_LISTS + 50 }, (_, n) => named(n));
    ingest(database, write('known.mbox', mbox(named(5000))));
    const path = write('many.mbox', mbox(...mails, named(5000)));
    const ran = command('ingest', ['--json', path], database);
    const { stored, lists } = JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '');
    expect([stored, Object.keys(lists).length, lists.many, lists.list7]).toEqual([
      MAX_LISTS + 50,
      MAX_LISTS + 2,
      50,
      1,
    ]);
    expect(ran.stderr.match(/many\.mbox: names more than 1000 lists/g)).toHaveLength(1);
    // Another run makes no more lists, and existing ones stay in use.
    const more = [...mails, named(5000), named(6000), mail('again', 'List-Id: <list7.example.org>\n')];
    expect(ingest(database, write('many.mbox', mbox(...more))).lists).toEqual({ ...lists, many: 51, list7: 2 });
    verified();
  });

  it('refuses a second ingest while one runs', async () => {
    const { lockIngest } = await import('#ingest/pipeline/lock');
    const unlock = await lockIngest(database);
    const ran = command('ingest', [write('x.mbox', mbox(mail('a')))], database);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('another ingest');
    await unlock();
    expect(ingest(database, `${folder.path}/x.mbox`)).toMatchObject({ stored: 1 });
  });
});
