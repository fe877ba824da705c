import { IDS_PER_SECOND } from '#mail/ids';
import type { Reads, Transaction } from '../open';
import { FACT_TABLES } from './facts';
import { markDirty, markToSplit } from './threads';
import { unlinkPatches } from './unlink';

/** A posting to be withdrawn, and its message. */
interface Posted {
  id: number;
  msgid: string;
  list_id: number;
  thread: number;
  oid: string | null;
  sent_at: number;
}

const POSTED = `SELECT m.id, m.msgid, p.list_id, m.thread, lower(hex(p.oid)) AS oid, m.sent_at
  FROM message m JOIN posting p ON p.message_id = m.id`;

/**
 * Withdraws a posting: the one from this source with this blob, else (unless `onlyBlob`) the source's only one with this Message-ID.
 * If no list has the message any more, it is removed with its words and facts. If other messages name it, a ghost remains.
 */
export async function withdrawPosting(
  db: Transaction,
  sourceId: number,
  oid: string | null,
  msgid: string,
  onlyBlob = false,
): Promise<boolean> {
  const rows = await db.all<Posted>(`${POSTED} WHERE m.msgid = ? AND p.source_id = ?`, [msgid, sourceId]);
  const row = rows.find((one) => one.oid === oid) ?? (rows.length === 1 && !onlyBlob ? rows[0] : undefined);
  if (row) await takeBack(db, row);
  return row !== undefined;
}

/** Withdraws this source's postings of a message with this blob, on every list. Resolves to their number. */
export async function withdrawBlob(db: Transaction, sourceId: number, oid: string, messageId: number): Promise<number> {
  const rows = await db.all<Posted>(`${POSTED} WHERE p.message_id = ? AND p.source_id = ? AND p.oid = ?`, [
    messageId,
    sourceId,
    Buffer.from(oid, 'hex'),
  ]);
  for (const row of rows) await takeBack(db, row);
  return rows.length;
}

/** Withdraws every posting of every message with a Message-ID. */
export async function takeBackAll(db: Transaction, msgid: string): Promise<void> {
  for (const row of await db.all<Posted>(`${POSTED} WHERE m.msgid = ?`, [msgid])) await takeBack(db, row);
}

/** The blobs that a source posted from an epoch, in pages. */
export async function* heldBlobs(
  db: Reads,
  sourceId: number,
  epoch: number | null,
): AsyncGenerator<{ oid: string; message: number }[]> {
  let [list, message] = [0, Number.MIN_SAFE_INTEGER];
  for (;;) {
    const rows = await db.all<{ list: number; message: number; oid: string }>(
      `SELECT list_id AS list, message_id AS message, lower(hex(oid)) AS oid FROM posting
       WHERE (list_id, message_id) > (?, ?) AND source_id = ? AND epoch IS ? AND oid IS NOT NULL
       ORDER BY list_id, message_id LIMIT ${HELD_PAGE}`,
      [list, message, sourceId, epoch],
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    [list, message] = [last.list, last.message];
  }
}

const HELD_PAGE = 5000;

async function takeBack(db: Transaction, row: Posted): Promise<void> {
  await db.run('DELETE FROM posting WHERE list_id = ? AND message_id = ?', [row.list_id, row.id]);
  await uncount(db, row.list_id, row.sent_at);
  const left = await db.get('SELECT 1 FROM posting WHERE message_id = ?', [row.id]);
  if (!left) await removeMessage(db, row);
  await markDirty(db, [row.thread]);
}

async function uncount(db: Transaction, listId: number, sentAt: number): Promise<void> {
  await db.run(
    `UPDATE activity SET messages = messages - 1 WHERE list_id = ? AND month = strftime('%Y-%m', ?, 'unixepoch')`,
    [listId, sentAt],
  );
  await db.run('DELETE FROM activity WHERE list_id = ? AND messages = 0', [listId]);
  await db.run(
    `UPDATE list SET messages = messages - 1,
       first_at = (SELECT min(message_id) / ${IDS_PER_SECOND} FROM posting WHERE list_id = list.id),
       last_at = (SELECT max(message_id) / ${IDS_PER_SECOND} FROM posting WHERE list_id = list.id)
     WHERE id = ?`,
    [listId],
  );
}

async function removeMessage(db: Transaction, { id, msgid, thread }: Posted): Promise<void> {
  await db.run('DELETE FROM quote WHERE message_id = ?1 OR source_id = ?1', [id]);
  await db.run('DELETE FROM search WHERE rowid = CAST(? AS INTEGER)', [id]);
  await unlinkPatches(db, id, thread);
  for (const table of Object.keys(FACT_TABLES)) await db.run(`DELETE FROM ${table} WHERE message_id = ?`, [id]);
  const author = await db.get<{ id: number }>('SELECT author_id AS id FROM message WHERE id = ?', [id]);
  await db.run('DELETE FROM message WHERE id = ?', [id]);
  await removeIdentity(db, author?.id ?? 0);
  const bearer = await db.get<{ id: number; imposter: number }>(
    'SELECT id, imposter FROM message WHERE msgid = ? ORDER BY imposter, id LIMIT 1',
    [msgid],
  );
  // When the first message is gone, the next one is not an imposter: a new ingest would read it first.
  if (bearer?.imposter) await db.run('UPDATE message SET imposter = 0 WHERE id = ?', [bearer.id]);
  if (!bearer) await db.run('INSERT OR IGNORE INTO ghost (msgid, thread) VALUES (?, ?)', [msgid, thread]);
  await markToSplit(db, thread);
}

/** Removes an author without other mails. Persons are joined again, because another identity may get this id. */
async function removeIdentity(db: Transaction, id: number): Promise<void> {
  const gone = await db.run(
    'DELETE FROM identity WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM message WHERE author_id = ?1)',
    [id],
  );
  if (!gone) return;
  await db.run('DELETE FROM person_join WHERE identity_id = ?', [id]);
  await db.run(`DELETE FROM meta WHERE key = 'people'`);
}
