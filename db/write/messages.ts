import { SEARCH_COLUMNS } from '#query/term';
import type { Connection, Reads, Transaction, Value } from '../open';
import { blockSum } from '../sum';
import { inOrder, PACKED_COLUMNS, PLACED_COLUMNS, POSTING_COLUMNS } from './columns';
import { insertRows } from './insert';

/** A stored message, with the data needed to distinguish a duplicate from an imposter. */
export interface Stored {
  id: number;
  msgid: string;
  authorAddress: string;
  subject: string;
  /** The JSON of `message.attachments`, or null. */
  attachments: string | null;
}

/** Stored messages with one of these Message-IDs, including imposters, the first stored first. */
export function findByMsgid(db: Reads, msgids: string[]): Promise<Stored[]> {
  return db.all<Stored & Record<string, Value>>(
    `SELECT m.id, m.msgid, m.subject, m.attachments, i.address AS authorAddress
     FROM json_each(?) j JOIN message m ON m.msgid = j.value JOIN identity i ON i.id = m.author_id
     ORDER BY m.imposter, m.id`,
    [JSON.stringify(msgids)],
  );
}

/** The thread of each msgid of a message or ghost. All messages with the same msgid are in the same thread. */
export async function findThreads(
  db: Reads,
  msgids: string[],
): Promise<Map<string, { thread: number; isGhost: boolean }>> {
  // One text of numbers: a row takes node-sqlite3 longer than SQLite, and each batch names thousands of ids.
  const row = await db.get<{ found: string }>(
    `SELECT json_group_array(json_array(at, thread, ghost)) AS found FROM (
       SELECT j.key AS at, g.thread, 1 AS ghost FROM json_each(?1) j JOIN ghost g ON g.msgid = j.value
       UNION ALL SELECT at, thread, 0 FROM (SELECT j.key AS at,
         (SELECT m.thread FROM message m WHERE m.msgid = j.value LIMIT 1) AS thread FROM json_each(?1) j) WHERE thread IS NOT NULL)`,
    [JSON.stringify(msgids)],
  );
  const found = JSON.parse(row?.found ?? '[]') as [at: number, thread: number, ghost: number][];
  return new Map(found.map(([at, thread, ghost]) => [msgids[at] as string, { thread, isGhost: ghost === 1 }]));
}

/** Ids of `message` and `thread` in use within [from, from + span) of each start. A thread keeps the id of a message that may be gone. */
// CROSS JOIN makes the requested ids the outer loop; otherwise the planner would scan the table for each of them.
export async function findTaken(db: Reads, starts: number[], span: number): Promise<number[]> {
  const rows = await db.all<{ id: number }>(
    `SELECT m.id FROM json_each(?1) j CROSS JOIN message m ON m.id >= j.value AND m.id < j.value + ?2
     UNION SELECT t.id FROM json_each(?1) j CROSS JOIN thread t ON t.id >= j.value AND t.id < j.value + ?2`,
    [JSON.stringify(starts), span],
  );
  return rows.map((row) => row.id);
}

/** Rows in the order of PLACED_COLUMNS and PACKED_COLUMNS. */
export async function insertMessages(db: Transaction, rows: Value[][]): Promise<void> {
  await insertRows(db, `INSERT INTO message (${[...PLACED_COLUMNS, ...PACKED_COLUMNS].join(', ')})`, rows);
}

/** The memory that FTS5 uses before it writes a segment: more than a batch's words, so that each commit writes one segment. */
const PENDING_WORDS = 16 * 1024 * 1024;

const SEARCH_SETTINGS = { hashsize: PENDING_WORDS, automerge: 0, crisismerge: 16 };

/** Sets the full-text index up for ingest; the settings are stored in the database. */
export async function prepareSearch(connection: Connection): Promise<void> {
  const kept = await connection.all<{ k: string; v: number }>('SELECT k, v FROM search_config');
  const isSet = ([name, value]: [string, number]) => kept.some(({ k, v }) => k === name && v === value);
  const missing = Object.entries(SEARCH_SETTINGS).filter((setting) => !isSet(setting));
  if (missing.length === 0) return;
  await connection.transaction(async (db) => {
    for (const setting of missing) await db.run('INSERT INTO search (search, rank) VALUES (?, ?)', setting);
  });
}

/** The words of a message: its columns are in `bytes` (UTF-8) from `start` on, each up to its end. */
export interface SearchWords {
  id: number;
  bytes: Uint8Array;
  start: number;
  ends: Uint32Array;
}

/** Messages per statement. */
const SEARCH_ROWS = 64;

/** ?1 is the words, ?2 an array for each row: its id, then offset and length of each column. */
const SEARCH = `INSERT INTO search (rowid, ${SEARCH_COLUMNS.join(', ')}) SELECT value ->> 0, ${SEARCH_COLUMNS.map(
  (_, n) => `CAST(substr(?1, value ->> ${2 * n + 1}, value ->> ${2 * n + 2}) AS TEXT)`,
).join(', ')} FROM jsonb_each(?2)`;

/**
 * Ids must ascend: FTS5 flushes its pending index whenever a rowid is not above the last one.
 * The words of a statement are bound as one blob and their places as one JSON text, and both are split by SQLite: binding separate
 * strings took a quarter of ingest's time on the main thread (2.2 of 9 s for linux-edac, 2026-11-23), binding the places one by one
 * another twentieth.
 */
export async function insertSearch(db: Transaction, words: SearchWords[]): Promise<void> {
  for (let at = 0; at < words.length; at += SEARCH_ROWS) {
    const some = words.slice(at, at + SEARCH_ROWS);
    const parts = some.map(({ bytes, start, ends }) => bytes.subarray(start, ends[SEARCH_COLUMNS.length - 1]));
    let offset = 1;
    const rows = some.map(({ id, start, ends }) => {
      const row = [id];
      let from = start;
      for (const end of ends) {
        row.push(offset, end - from);
        offset += end - from;
        from = end;
      }
      return row;
    });
    await db.run(SEARCH, [Buffer.concat(parts), JSON.stringify(rows)]);
  }
}

/** Appends blocks and returns the number of the first; they are numbered in order. */
export async function insertBlocks(db: Transaction, blocks: { kind: number; data: Uint8Array }[]): Promise<number> {
  const row = await db.get<{ next: number }>('SELECT coalesce(max(id), 0) + 1 AS next FROM block');
  const first = row?.next ?? 1;
  await insertRows(
    db,
    'INSERT INTO block (id, kind, data, sum)',
    blocks.map(({ kind, data }, n) => {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      return [first + n, kind, bytes, blockSum(bytes)];
    }),
  );
  return first;
}

/** The ids of pairs of name and address; new ones are inserted in the given order. Key: `address\nname`. */
export async function identityIds(
  db: Transaction,
  pairs: { name: string; address: string }[],
): Promise<Map<string, number>> {
  const json = JSON.stringify(pairs);
  await db.run(
    `INSERT OR IGNORE INTO identity (name, address)
     SELECT value ->> 'name', value ->> 'address' FROM json_each(?) ORDER BY key`,
    [json],
  );
  const rows = await db.all<{ id: number; name: string; address: string }>(
    `SELECT i.id, i.name, i.address FROM json_each(?) j
     JOIN identity i ON i.address = j.value ->> 'address' AND i.name = j.value ->> 'name'`,
    [json],
  );
  return new Map(rows.map(({ id, name, address }) => [`${address}\n${name}`, id]));
}

/** Adds postings to the counts by list and month. */
export async function addActivity(db: Transaction, postings: { list: number; sentAt: number }[]): Promise<void> {
  const json = JSON.stringify(postings);
  await db.run(
    `INSERT INTO activity (list_id, month, messages)
     SELECT value ->> 'list', strftime('%Y-%m', value ->> 'sentAt', 'unixepoch'), count(*)
     FROM json_each(?) WHERE true GROUP BY 1, 2
     ON CONFLICT DO UPDATE SET messages = messages + excluded.messages`,
    [json],
  );
  await db.run(
    `UPDATE list SET messages = messages + n, first_at = min(coalesce(first_at, a), a), last_at = max(coalesce(last_at, z), z)
     FROM (SELECT value ->> 'list' AS l, count(*) AS n, min(value ->> 'sentAt') AS a, max(value ->> 'sentAt') AS z
           FROM json_each(?) GROUP BY 1) WHERE list.id = l`,
    [json],
  );
}

/** A row of `posting` (db/schema.sql). If the number is null, the list's next number is used. */
export interface PostingRow {
  list_id: number;
  message_id: number;
  source_id: number;
  epoch: number | null;
  oid: Buffer | null;
  received_at: number | null;
  number: number | null;
}

/**
 * Posts messages on lists, in the order of the rows.
 * An existing posting is not changed, except if another source has the same blob: then it belongs to that source from now on, so that an
 * archive that was read first from a copy and later from its server follows the server's withdrawals. Resolves to whether each row is new.
 */
export async function insertPostings(db: Transaction, rows: PostingRow[]): Promise<boolean[]> {
  const key = (row: Pick<PostingRow, 'list_id' | 'message_id'>) => `${row.list_id} ${row.message_id}`;
  const found = await db.all<{ list_id: number; message_id: number; source_id: number; oid: string | null }>(
    `SELECT p.list_id, p.message_id, p.source_id, lower(hex(p.oid)) AS oid FROM json_each(?) j
     JOIN posting p ON p.list_id = j.value ->> 0 AND p.message_id = j.value ->> 1`,
    [JSON.stringify(rows.map(({ list_id, message_id }) => [list_id, message_id]))],
  );
  const there = new Set(found.map(key));
  const isNew = rows.map((row) => !there.has(key(row)) && there.add(key(row)) !== undefined);
  const added = await numbered(
    db,
    rows.filter((_, n) => isNew[n]),
  );
  added.sort((a, b) => a.message_id - b.message_id);
  await insertRows(
    db,
    `INSERT INTO posting (${POSTING_COLUMNS.join(', ')})`,
    added.map((row) => inOrder<keyof PostingRow, Value>(POSTING_COLUMNS, row)),
  );
  if (found.length) await takeOver(db, found, rows);
  return isNew;
}

/** Numbers new postings. A list remembers its highest number, so that the number of a withdrawn mail is not reused. */
async function numbered(db: Transaction, rows: PostingRow[]): Promise<PostingRow[]> {
  const lists = await db.all<{ id: number; last: number }>(
    'SELECT id, last_number AS last FROM list WHERE id IN (SELECT value FROM json_each(?))',
    [JSON.stringify([...new Set(rows.map(({ list_id }) => list_id))])],
  );
  const last = new Map(lists.map((list) => [list.id, list.last]));
  const made = rows.map((row) => {
    const highest = last.get(row.list_id) ?? 0;
    const number = row.number ?? highest + 1;
    last.set(row.list_id, Math.max(highest, number));
    return { ...row, number };
  });
  await db.run('UPDATE list SET last_number = j.value ->> 1 FROM json_each(?) j WHERE list.id = j.value ->> 0', [
    JSON.stringify([...last]),
  ]);
  return made;
}

async function takeOver(
  db: Transaction,
  found: { list_id: number; message_id: number; source_id: number; oid: string | null }[],
  rows: PostingRow[],
): Promise<void> {
  const owners = new Map(found.map((row) => [`${row.list_id} ${row.message_id} ${row.oid}`, row.source_id]));
  const taken = rows
    .filter(
      (row) => (owners.get(`${row.list_id} ${row.message_id} ${hexOf(row.oid)}`) ?? row.source_id) !== row.source_id,
    )
    .map(({ list_id, message_id, source_id, epoch }) => ({ list_id, message_id, source_id, epoch }));
  if (!taken.length) return;
  await db.run(
    `UPDATE posting SET source_id = value ->> 'source_id', epoch = value ->> 'epoch' FROM json_each(?)
     WHERE list_id = value ->> 'list_id' AND message_id = value ->> 'message_id'`,
    [JSON.stringify(taken)],
  );
}

/** The hex of a blob name; never equal to that of a posting without a blob, which is ''. */
const hexOf = (oid: Buffer | null) => oid?.toString('hex') ?? 'none';
