import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORT_VERSION, EXPORTS } from '../../db/queries/exportschema';
import { command, ingest, scratch } from '../command';

const folder = scratch();
const database = join(folder.path, 'a.sqlite');
const plain = join(folder.path, 'plain.db');

const lines = (...args: string[]) =>
  command('export', args, database)
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const MAIL = `From u@example.org Thu Jan  1 00:00:00 2004
From: Ada Example <ada@example.org>
List-Id: <few.example.org>
Subject: Re: [PATCH] stop
Date: Thu, 01 Jan 2004 00:00:10 +0000
Message-ID: <apart@example.org>
In-Reply-To: <never-seen@example.org>

On Wed, Bob wrote:
> it should stop
>> should it?

It should, as here:

Reviewed-by: Ada Example <ada@example.org>

diff --git a/stop.c b/stop.c
--- a/stop.c
+++ b/stop.c
@@ -1 +1 @@
-go();
+stop();
-- 
Ada

`;

beforeAll(() => {
  const sample = join(folder.path, 'sample.mbox');
  writeFileSync(sample, command('sample', ['--messages', '300', '--seed', '5'], database).stdout);
  writeFileSync(join(folder.path, 'few.mbox'), MAIL);
  ingest(database, sample, join(folder.path, 'few.mbox'));
});
afterAll(() => folder.remove());

describe('exports', () => {
  it.each(Object.keys(EXPORTS) as (keyof typeof EXPORTS)[])('%s conform to their schema', (kind) => {
    const schema = EXPORTS[kind];
    const rows = lines(kind, ...(kind === 'messages' ? ['--text'] : []));
    if (kind !== 'mm') expect(rows.length).toBeGreaterThan(5);
    // Parsing removes fields that are not in the schema.
    for (const row of rows) expect(schema.parse(row)).toEqual(row);
  });

  it('messages have their text in parts if requested', () => {
    const parted = lines('messages', '--text').find(({ msgid }) => msgid === 'apart@example.org');
    expect(parted.text).toEqual({
      own: expect.stringContaining('It should, as here:'),
      quoted: '> it should stop\n>> should it?',
      diff: expect.stringMatching(/^diff --git a\/stop\.c[\s\S]*\n-go\(\);\n\+stop\(\);$/),
      apart: expect.stringMatching(/^On Wed, Bob wrote:[\s\S]*Reviewed-by: Ada[\s\S]*Ada$/),
    });
    expect(lines('messages')[0]).not.toHaveProperty('text');
  });

  it('schema has a version and every kind', () => {
    const schema = JSON.parse(command('export', ['schema'], database).stdout);
    expect(schema.version).toBe(EXPORT_VERSION);
    expect(Object.keys(schema.kinds)).toEqual(Object.keys(EXPORTS));
    expect(schema.kinds.messages.properties.msgid.type).toBe('string');
  });

  it('rejects wrong usage and says what is wrong', () => {
    for (const args of [['threads', '--text'], ['sqlite'], ['messages', 'x'], ['nothing']])
      expect(command('export', args, database).status, args.join(' ')).toBe(2);
  });
});

const python = ['/usr/bin/python3', 'python3'].find((path) => spawnSync(path, ['-c', 'import sqlite3']).status === 0);

describe('a plain database', () => {
  beforeAll(() => {
    const ran = command('export', ['sqlite', plain], database);
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
  });

  it('is not overwritten', () => {
    const ran = command('export', ['sqlite', plain], database);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('file exists; choose another name');
  });

  it.skipIf(!python)('has the same data as the exports when read by Python', () => {
    const script = `
import json, sqlite3, sys
db = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)
one = lambda sql: db.execute(sql).fetchone()[0]
tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'message_text%' AND name NOT LIKE 'sqlite%'")]
print(json.dumps({
  'version': one('PRAGMA user_version'), 'check': one('PRAGMA integrity_check'), 'foreign': db.execute('PRAGMA foreign_key_check').fetchall(),
  'rows': {name: one('SELECT count(*) FROM "%s"' % name) for name in tables},
  'message': db.execute("SELECT author_name, parent, quoted, diff FROM message WHERE msgid = 'apart@example.org'").fetchone(),
  'found': [msgid for (msgid,) in db.execute("SELECT m.msgid FROM message_text x JOIN message m ON m.id = x.rowid WHERE message_text MATCH 'own : \\"as here\\" diff : stop'")],
  'people': one('SELECT count(*) FROM message m JOIN identity i ON i.name = m.author_name AND i.address = m.author_address JOIN person p ON p.id = i.person'),
}))`;
    const read = JSON.parse(execFileSync(python as string, ['-c', script, plain], { encoding: 'utf8' }));
    expect(read).toMatchObject({
      version: EXPORT_VERSION,
      check: 'ok',
      foreign: [],
      message: [
        'Ada Example',
        'never-seen@example.org',
        '> it should stop\n>> should it?',
        expect.stringContaining('+stop();'),
      ],
      found: ['apart@example.org'],
    });
    expect(read.people).toBeGreaterThan(250);
    const counted = Object.fromEntries(Object.keys(EXPORTS).map((kind) => [kind, lines(kind).length]));
    const { rows } = read;
    expect({
      messages: rows.message,
      threads: rows.thread,
      series: rows.series,
      trailers: rows.trailer,
      people: rows.person,
      topics: rows.topic,
      mm: rows.mm_release,
    }).toEqual(counted);
  });
});
