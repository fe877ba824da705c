import type { Connection } from '../open';
import { FACT_TABLES } from './facts';
import { markDirty } from './threads';

/**
 * Takes a posting back: the one of this source with this blob, else the source's only one with this Message-ID.
 * A message that no list posts any more goes with it, words and facts included; where others name it, a ghost remains.
 */
export async function withdrawPosting(
  db: Connection,
  sourceId: number,
  oid: string | null,
  msgid: string,
): Promise<boolean> {
  const rows = await db.all<{ id: number; list_id: number; thread: number; oid: string | null; sent_at: number }>(
    `SELECT m.id, p.list_id, m.thread, lower(hex(p.oid)) AS oid, m.sent_at FROM message m JOIN posting p ON p.message_id = m.id
     WHERE m.msgid = ? AND p.source_id = ?`,
    [msgid, sourceId],
  );
  const row = rows.find((one) => one.oid === oid) ?? (rows.length === 1 ? rows[0] : undefined);
  if (!row) return false;
  await db.run('DELETE FROM posting WHERE list_id = ? AND message_id = ?', [row.list_id, row.id]);
  await uncount(db, row.list_id, row.sent_at);
  const left = await db.get('SELECT 1 FROM posting WHERE message_id = ?', [row.id]);
  if (!left) await removeMessage(db, row.id, msgid, row.thread);
  await markDirty(db, [row.thread]);
  return true;
}

async function uncount(db: Connection, listId: number, sentAt: number): Promise<void> {
  await db.run(
    `UPDATE activity SET messages = messages - 1 WHERE list_id = ? AND month = strftime('%Y-%m', ?, 'unixepoch')`,
    [listId, sentAt],
  );
  await db.run('DELETE FROM activity WHERE list_id = ? AND messages = 0', [listId]);
  await db.run(
    `UPDATE list SET messages = messages - 1,
       first_at = (SELECT min(message_id) / 8 FROM posting WHERE list_id = list.id),
       last_at = (SELECT max(message_id) / 8 FROM posting WHERE list_id = list.id)
     WHERE id = ?`,
    [listId],
  );
}

async function removeMessage(db: Connection, id: number, msgid: string, thread: number): Promise<void> {
  await db.run('DELETE FROM quote WHERE message_id = ?1 OR source_id = ?1', [id]);
  await db.run('DELETE FROM search WHERE rowid = CAST(? AS INTEGER)', [id]);
  for (const table of Object.keys(FACT_TABLES)) await db.run(`DELETE FROM ${table} WHERE message_id = ?`, [id]);
  await db.run('DELETE FROM message WHERE id = ?', [id]);
  const bearer = await db.get('SELECT 1 FROM message WHERE msgid = ?', [msgid]);
  if (!bearer) await db.run('INSERT OR IGNORE INTO ghost (msgid, thread) VALUES (?, ?)', [msgid, thread]);
}
