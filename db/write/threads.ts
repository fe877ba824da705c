import type { Connection, Reads, Transaction, Value } from '../open';
import { insertRows } from './insert';

/** Moves the messages of merged threads; `moves` is [from, to]. */
export async function mergeThreads(db: Transaction, moves: [number, number][]): Promise<void> {
  if (!moves.length) return;
  const json = JSON.stringify(moves);
  for (const table of ['message', 'ghost']) {
    await db.run(`UPDATE ${table} SET thread = value ->> 1 FROM json_each(?) WHERE ${table}.thread = value ->> 0`, [
      json,
    ]);
  }
  for (const [table, column] of [
    ['thread', 'id'],
    ['thread_list', 'thread'],
    ['place', 'thread'],
    ['dirty_thread', 'thread'],
  ]) {
    await db.run(`DELETE FROM ${table} WHERE ${column} IN (SELECT value ->> 0 FROM json_each(?))`, [json]);
  }
}

/** Adds ghosts, and removes those whose message arrived. */
export async function replaceGhosts(db: Transaction, appear: [string, number][], arrived: string[]): Promise<void> {
  await insertRows(db, 'INSERT OR REPLACE INTO ghost (msgid, thread)', appear);
  if (arrived.length) {
    await db.run('DELETE FROM ghost WHERE msgid IN (SELECT value FROM json_each(?))', [JSON.stringify(arrived)]);
  }
}

export async function markDirty(db: Transaction, threads: Iterable<number>): Promise<void> {
  await db.run('INSERT OR IGNORE INTO dirty_thread SELECT value FROM json_each(?)', [JSON.stringify([...threads])]);
}

/** Marks the threads of these messages. */
export async function markDirtyOf(db: Transaction, ids: number[]): Promise<void> {
  await db.run(
    `INSERT OR IGNORE INTO dirty_thread
     SELECT m.thread FROM json_each(?) j JOIN message m ON m.id = j.value`,
    [JSON.stringify(ids)],
  );
}

/** Threads to be arranged, with about `limit` messages in total, at least one thread. */
export async function takeDirty(db: Reads, limit: number): Promise<number[]> {
  const rows = await db.all<{ thread: number; messages: number }>(
    `SELECT d.thread, (SELECT count(*) FROM message m WHERE m.thread = d.thread) AS messages
     FROM dirty_thread d ORDER BY d.thread LIMIT ?`,
    [limit],
  );
  const taken: number[] = [];
  let sum = 0;
  for (const row of rows) {
    if (taken.length && sum + row.messages > limit) break;
    taken.push(row.thread);
    sum += row.messages;
  }
  return taken;
}

export interface MemberRow {
  thread: number;
  id: number;
  msgid: string;
  refs: string;
  imposter: number;
  subject: string;
  author_id: number;
  address: string;
}

export function threadMembers(db: Reads, threads: number[]): Promise<MemberRow[]> {
  return db.all<MemberRow>(
    `SELECT m.thread, m.id, m.msgid, m.refs, m.imposter, m.subject, m.author_id, i.address
     FROM message m JOIN identity i ON i.id = m.author_id
     WHERE m.thread IN (SELECT value FROM json_each(?)) ORDER BY m.thread, m.id`,
    [JSON.stringify(threads)],
  );
}

export function threadGhosts(db: Reads, threads: number[]): Promise<{ thread: number; msgid: string }[]> {
  return db.all(
    'SELECT thread, msgid FROM ghost WHERE thread IN (SELECT value FROM json_each(?)) ORDER BY thread, msgid',
    [JSON.stringify(threads)],
  );
}

/** Rows of `place` that are made at a time. */
const PLACES_AT_ONCE = 512;

/** Replaces all derived rows of these threads: `threads` are rows of `thread`, `places` are rows of `place`. */
export async function replaceThreads(
  db: Transaction,
  ids: number[],
  threads: Value[][],
  places: Iterable<Value[]>,
): Promise<void> {
  const json = JSON.stringify(ids);
  for (const [table, column] of [
    ['place', 'thread'],
    ['thread_list', 'thread'],
    ['thread', 'id'],
    ['dirty_thread', 'thread'],
  ]) {
    await db.run(`DELETE FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?))`, [json]);
  }
  // Not for threads without messages.
  await db.run('DELETE FROM quote_dirty WHERE thread IN (SELECT value FROM json_each(?))', [json]);
  await insertRows(
    db,
    'INSERT INTO quote_dirty (thread)',
    threads.map(([id]) => [id ?? null]),
  );
  await insertRows(
    db,
    'INSERT INTO thread (id, root, subject, first_id, last_id, messages, participants, author_id)',
    threads,
  );
  let some: Value[][] = [];
  const insert = () => insertRows(db, 'INSERT INTO place (thread, position, depth, parent, message_id, ghost)', some);
  for (const row of places) {
    if (some.push(row) < PLACES_AT_ONCE) continue;
    await insert();
    some = [];
  }
  await insert();
  await db.run(
    `INSERT INTO thread_list (list_id, last_id, thread)
     SELECT p.list_id, max(m.id), m.thread FROM message m JOIN posting p ON p.message_id = m.id
     WHERE m.thread IN (SELECT value FROM json_each(?)) GROUP BY p.list_id, m.thread`,
    [json],
  );
}

/** The threads of mails that answer nothing, at most two mails per thread. */
export async function rootsOf(db: Reads, threads: number[]): Promise<number[]> {
  const rows = await db.all<{ thread: number; n: number }>(
    `SELECT j.value AS thread, (SELECT count(*) FROM (SELECT 1 FROM message m
       WHERE m.thread = j.value AND m.refs = '' AND m.imposter = 0 LIMIT 2)) AS n FROM json_each(?) j`,
    [JSON.stringify(threads)],
  );
  return rows.flatMap(({ thread, n }) => new Array<number>(n).fill(thread));
}

/**
 * The prefix of `meta` keys for threads to be split: those that lost a message which may have joined them, and those joined by a mail that
 * named later ones. None is left after a finished ingest.
 */
const TO_SPLIT = 'rejoin:';

export async function markToSplit(db: Transaction, thread: number): Promise<void> {
  await db.run('INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)', [`${TO_SPLIT}${thread}`, String(thread)]);
}

export async function threadsToSplit(db: Reads): Promise<number[]> {
  const rows = await db.all<{ value: string }>(
    `SELECT value FROM meta WHERE key >= '${TO_SPLIT}' AND key < '${TO_SPLIT}:' ORDER BY key`,
  );
  return rows.map(({ value }) => Number(value));
}

/** Moves messages and ghosts of a thread to other threads. `ghosts` are all remaining ones. */
export async function moveMembers(
  connection: Connection,
  thread: number,
  moves: [message: number, thread: number][],
  ghosts: [msgid: string, thread: number][],
): Promise<void> {
  await connection.transaction(async (db) => {
    await db.run('UPDATE message SET thread = value ->> 1 FROM json_each(?) WHERE message.id = value ->> 0', [
      JSON.stringify(moves),
    ]);
    await db.run('DELETE FROM ghost WHERE thread = ?', [thread]);
    await insertRows(db, 'INSERT OR REPLACE INTO ghost (msgid, thread)', ghosts);
    await markDirty(db, [thread, ...moves.map(([, to]) => to)]);
    await db.run('DELETE FROM meta WHERE key = ?', [`${TO_SPLIT}${thread}`]);
  });
}
