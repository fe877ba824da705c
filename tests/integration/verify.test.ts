import { closeSync, copyFileSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection, Reader } from '#db/open';
import { verify } from '#db/queries/verify';
import { command, scratch } from '../command';

const folder = scratch();
const whole = `${folder.path}/whole.sqlite`;
let broken = '';
let copies = 0;
afterAll(() => folder.remove());

beforeAll(() => {
  const { stdout } = command('sample', ['--messages', '400', '--seed', '1'], whole);
  const blank = 'From x@example.org Mon Feb  2 10:00:00 2009\n\n \n\n';
  expect(command('ingest', ['--json', '-'], whole, stdout + blank)).toMatchObject({ status: 0 });
});

/** A message in the middle. */
const SOME = '(SELECT id FROM message ORDER BY id LIMIT 1 OFFSET 200)';
/** An id that no row has. */
const NONE = 77;
/** A single row of a table, by its rowid. */
const one = (table: string, where = '1') => `rowid = (SELECT rowid FROM ${table} WHERE ${where} LIMIT 1)`;
const orphan = (table: string): [string, string] => [
  `rows of ${table} of a missing message`,
  `UPDATE ${table} SET message_id = ${NONE} WHERE message_id = (SELECT message_id FROM ${table} LIMIT 1)`,
];

/** The fault that verify must report, and the statements that cause it. */
const DAMAGE: [string, string][] = [
  ['messages without a posting', `DELETE FROM posting WHERE message_id = ${SOME}`],
  ['postings of a missing message', `DELETE FROM message WHERE id = ${SOME}`],
  ['postings on a missing list', `UPDATE posting SET list_id = ${NONE} WHERE message_id = ${SOME}`],
  ['postings from a missing source', `UPDATE posting SET source_id = ${NONE} WHERE message_id = ${SOME}`],
  ['rejects from a missing source', `UPDATE reject SET source_id = ${NONE}`],
  ['files read from a missing source', `INSERT INTO source_file VALUES (${NONE}, 'x')`],
  ['messages without their author', 'DELETE FROM identity WHERE id = (SELECT author_id FROM message LIMIT 1)'],
  ['second messages with a Message-ID that are not marked as imposters', 'UPDATE message SET imposter = 0'],
  ['lists with a wrong count of postings', 'UPDATE list SET messages = messages + 1 WHERE id = 1'],
  ['lists with an article number above their highest', 'UPDATE list SET last_number = last_number - 1'],
  [
    'months with a wrong count of postings',
    `UPDATE activity SET messages = messages - 1 WHERE month = (SELECT min(month) FROM activity)`,
  ],
  ['months with a wrong count of postings', `INSERT INTO activity VALUES (1, '1999-01', 3)`],
  ['messages of a missing thread', `DELETE FROM thread WHERE id = (SELECT thread FROM message WHERE id = ${SOME})`],
  [
    'threads without a message',
    `INSERT INTO thread SELECT ${NONE}, root, subject, first_id, last_id, messages, participants, author_id FROM thread LIMIT 1`,
  ],
  ['messages without exactly one place in their thread', `DELETE FROM place WHERE message_id = ${SOME}`],
  [
    'messages without exactly one place in their thread',
    `UPDATE place SET message_id = (SELECT message_id FROM place p WHERE p.thread = place.thread AND p.position = 0) WHERE position = 1`,
  ],
  ['places of a missing message', `UPDATE place SET message_id = ${NONE} WHERE message_id = ${SOME}`],
  ['places in a missing thread', `UPDATE place SET thread = ${NONE} WHERE message_id = ${SOME}`],
  ['places that are neither message nor ghost', `UPDATE place SET ghost = 'x@example.org' WHERE message_id = ${SOME}`],
  ['places of a missing ghost', 'DELETE FROM ghost'],
  ['places not directly below their parent', `UPDATE place SET depth = depth + 1 WHERE parent IS NOT NULL`],
  ['places not directly below their parent', `UPDATE place SET parent = position WHERE message_id = ${SOME}`],
  ...['messages', 'participants', 'first_id', 'last_id'].map((column): [string, string] => [
    'threads with wrong counts of messages or participants, or a wrong beginning or end',
    `UPDATE thread SET ${column} = ${column} + 1 WHERE ${one('thread')}`,
  ]),
  ['ghosts whose message exists', `INSERT INTO ghost SELECT msgid, thread FROM message WHERE id = ${SOME}`],
  ['ghosts of a thread without a message', `UPDATE ghost SET thread = ${NONE}`],
  [
    'threads on the wrong lists',
    `DELETE FROM thread_list WHERE thread = (SELECT thread FROM message WHERE id = ${SOME})`,
  ],
  ['threads on the wrong lists', `INSERT INTO thread_list SELECT ${NONE}, last_id, thread FROM thread_list LIMIT 1`],
  ['messages missing from the full-text index', `DELETE FROM search WHERE rowid = CAST(${SOME} AS INTEGER)`],
  ['words of a missing message', `INSERT INTO search (rowid, subject) VALUES (${NONE}, 'words of nobody')`],
  [
    'subjects that the full-text index does not find',
    `DELETE FROM search WHERE rowid = CAST(${SOME} AS INTEGER); INSERT INTO search (rowid, subject) VALUES (${SOME}, 'other words')`,
  ],
  ['fts5', 'UPDATE search_data SET block = zeroblob(length(block)) WHERE id = (SELECT max(id) FROM search_data)'],
  ['fts5', 'DELETE FROM search_data WHERE id = (SELECT max(id) FROM search_data)'],
  ['identifiers of a missing message', `UPDATE OR REPLACE term SET message_id = ${NONE}`],
  [
    'quotations of or by a missing message, or from another thread',
    `UPDATE quote SET source_id = ${NONE} WHERE message_id = (SELECT message_id FROM quote LIMIT 1)`,
  ],
  [
    'quotations of or by a missing message, or from another thread',
    `UPDATE OR IGNORE quote SET source_id = (SELECT id FROM message WHERE thread <> (SELECT thread FROM message WHERE id = quote.message_id) LIMIT 1)`,
  ],
  ['quotations outside the lines of their messages', 'UPDATE quote SET lines = lines + 100000'],
  ['quotations outside the lines of their messages', 'UPDATE quote SET source_line = source_line + 100000'],
  ['identities of a missing person', 'DELETE FROM person WHERE id = (SELECT min(id) FROM person)'],
  ['persons without an identity', `INSERT INTO person VALUES (${NONE}, 'nobody', 'Nobody', 'person')`],
  [
    'identities with a wrong count of mails',
    'UPDATE identity SET messages = 99 WHERE id = (SELECT min(id) FROM identity)',
  ],
  ['joins of a missing identity', `INSERT INTO person_join VALUES (${NONE}, 'name')`],
  ...['patch', 'trailer', 'claim', 'mm_release', 'mm_remark', 'mm_entry', 'patch_file'].map(orphan),
  ['rows of patch_dirty of a missing message', `INSERT INTO patch_dirty VALUES (${NONE})`],
  ['patches of a missing revision', `UPDATE patch SET revision_id = ${NONE}`],
  ['patches without a revision', 'UPDATE patch SET revision_id = NULL'],
  [
    'revisions without a patch',
    `INSERT INTO revision (id, series_id, number, resend) SELECT ${NONE}, series_id, number, resend FROM revision LIMIT 1`,
  ],
  ['revisions of a missing series', 'DELETE FROM series WHERE id = (SELECT min(id) FROM series)'],
  ['revisions after a missing revision', `UPDATE revision SET previous = ${NONE} WHERE previous IS NOT NULL`],
  ['revisions with a missing cover letter', `UPDATE revision SET cover_id = ${NONE} WHERE cover_id IS NOT NULL`],
  ['series without a revision', 'DELETE FROM revision WHERE series_id = (SELECT min(id) FROM series)'],
  ['series with a missing author', `UPDATE series SET author_id = ${NONE}`],
  [
    'replies to patches by a missing message',
    `UPDATE patch_reply SET message_id = ${NONE} WHERE ${one('patch_reply')}`,
  ],
  ['replies to a missing patch', `UPDATE patch_reply SET patch_id = ${NONE} WHERE ${one('patch_reply')}`],
  [
    'outcomes of a missing patch',
    `UPDATE outcome SET patch_id = ${NONE} WHERE patch_id = (SELECT patch_id FROM outcome LIMIT 1)`,
  ],
  [
    'outcomes proved by a missing message',
    `UPDATE outcome SET evidence_id = ${NONE} WHERE patch_id = (SELECT patch_id FROM outcome LIMIT 1)`,
  ],
  ['commits of a missing patch', `INSERT INTO patch_commit VALUES ('abc', 'x', ${NONE}, 'link')`],
  [
    'messages with references outside their thread, or to nothing',
    `UPDATE message SET refs = refs || ' elsewhere@example.org' WHERE id = ${SOME}`,
  ],
  [
    'messages with references outside their thread, or to nothing',
    `UPDATE message SET thread = (SELECT max(id) FROM thread) WHERE id = (SELECT id FROM message WHERE refs <> '' AND thread <> (SELECT max(id) FROM thread) LIMIT 1)`,
  ],
  ['blocks that cannot be read', 'UPDATE block SET data = zeroblob(length(data)) WHERE id = 1'],
  [
    'blocks whose bytes have changed',
    `UPDATE block SET data = substr(data, 1, length(data) - 1) || x'00' WHERE id = 2`,
  ],
  ['messages with incomplete raw bytes', 'DELETE FROM block WHERE id = (SELECT max(id) FROM block)'],
  ['messages with incomplete raw bytes', `UPDATE message SET bytes = bytes + 1 WHERE id = ${SOME}`],
];

async function findings(database: string): Promise<{ checks: string[]; faults: string[]; unfinished: string[] }> {
  const reader = await Reader.open(database, 1);
  const found = { checks: [] as string[], faults: [] as string[], unfinished: [] as string[] };
  await reader.read(async (db) => {
    for await (const step of verify(db)) {
      if ('check' in step) found.checks.push(step.check);
      else if ('unfinished' in step) found.unfinished.push(step.unfinished);
      else found.faults.push(step.fault);
    }
  });
  await reader.close();
  return found;
}

/** Damages a separate copy, because SQLite's log beside a file belongs to that file. */
async function damaged(sql: string): Promise<void> {
  broken = `${folder.path}/broken${copies++}.sqlite`;
  copyFileSync(whole, broken);
  const connection = await Connection.open(broken, 'write');
  await connection.command(sql).finally(() => connection.close());
}

describe('verify', () => {
  it('finds nothing in a sound database', async () => {
    expect(await findings(whole)).toMatchObject({ faults: [], unfinished: [] });
  });

  it.each(DAMAGE)('finds %s: %s', async (fault, sql) => {
    await damaged(sql);
    expect((await findings(broken)).faults.filter((found) => found.startsWith(fault))).not.toEqual([]);
  });

  it('has only checks that found something in these tests', async () => {
    const { checks } = await findings(whole);
    const seen = new Set(DAMAGE.map(([fault]) => fault));
    // Its faults are in SQLite's words: the damage called fts5, and the test below.
    seen.add('pages of the file, indexes against rows');
    expect(checks.filter((check) => !seen.has(check))).toEqual([]);
  });

  it('finds an index that does not match its rows, and torn pages', async () => {
    await damaged(`PRAGMA writable_schema = 1;
      UPDATE sqlite_schema SET sql = replace(sql, '(msgid)', '(subject)') WHERE name = 'message_msgid'`);
    expect(await findings(broken)).toMatchObject({
      faults: expect.arrayContaining([expect.stringContaining('message_msgid')]),
    });
    await damaged('SELECT 1');
    const { size } = statSync(broken);
    const file = openSync(broken, 'r+');
    for (let page = 3; page * 8192 < size; page += 9) writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, page * 8192);
    closeSync(file);
    const ran = command('verify', [], broken);
    expect(ran.status).toBe(1);
    expect(ran.stdout + ran.stderr).toMatch(/fault: |damaged/);
  });

  it('reports work left by a killed run as unfinished, not as a fault', async () => {
    await damaged(`DELETE FROM place; DELETE FROM thread; DELETE FROM thread_list; DELETE FROM quote;
      INSERT INTO dirty_thread SELECT DISTINCT thread FROM message; INSERT INTO patch_dirty SELECT message_id FROM patch`);
    expect(await findings(broken)).toMatchObject({
      faults: [],
      unfinished: ['threads to arrange', 'mails with patches to be linked'],
    });
    expect(command('verify', [], broken)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('the next ingest'),
    });
    const empty = `${folder.path}/empty.mbox`;
    writeFileSync(empty, 'From x@example.org Mon Feb  2 10:00:00 2009\n\n \n\n');
    expect(command('ingest', [empty], broken)).toMatchObject({ status: 0 });
    expect(await findings(broken)).toMatchObject({ faults: [], unfinished: [] });
    for (const kind of ['threads', 'series'])
      expect(command('export', [kind], broken).stdout).toBe(command('export', [kind], whole).stdout);
  });
});
