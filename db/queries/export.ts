import { partsForReading } from '#mail/body';
import { timeOf } from '#mail/ids';
import type { Snapshot } from '../open';
import { SLOTS, type Slots, textsOf } from './blocks';
import type { MessageRow } from './message';

/** Rows that are read at a time, so that memory does not grow with the archive. */
const PAGE = 2000;
/** Bytes of text that are read at a time, unless a single mail has more. */
const TEXT_BYTES = 4 * 1024 * 1024;

/** RFC 3339 in UTC; null stays null. `seconds` are Unix seconds. */
export function rfc3339(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

interface Exported
  extends Slots,
    Pick<MessageRow, 'id' | 'msgid' | 'sent_at' | 'received_at' | 'subject' | 'address' | 'in_reply_to' | 'refs'> {
  lists: string;
  name: string;
  parent: string | null;
  root: string;
}

/** `npm run export -- messages`: one object per message, sorted by msgid, imposters after the first message; on request with the text in parts. */
export async function* exportMessages(db: Snapshot, withText = false): AsyncGenerator<object> {
  let after = '';
  let afterId = -1;
  for (;;) {
    const rows = await db.all<Exported>(
      `SELECT m.id, m.msgid, m.sent_at, m.received_at, m.subject, i.name, i.address, m.in_reply_to, m.refs, t.root, ${SLOTS},
         (SELECT json_group_array(name) FROM (SELECT l.name FROM posting p JOIN list l ON l.id = p.list_id
                                              WHERE p.message_id = m.id ORDER BY l.name)) AS lists,
         (SELECT coalesce(up.ghost, pm.msgid) FROM place here
          JOIN place up ON up.thread = here.thread AND up.position = here.parent
          LEFT JOIN message pm ON pm.id = up.message_id
          WHERE here.message_id = m.id) AS parent
       FROM message m JOIN identity i ON i.id = m.author_id JOIN thread t ON t.id = m.thread
       WHERE m.msgid > ?1 OR (m.msgid = ?1 AND m.id > ?2) ORDER BY m.msgid, m.id LIMIT ${PAGE}`,
      [after, afterId],
    );
    if (withText) yield* withTexts(db, rows);
    else for (const row of rows) yield messageObject(row);
    const last = rows[rows.length - 1];
    if (!last) return;
    after = last.msgid;
    afterId = last.id;
  }
}

async function* withTexts(db: Snapshot, rows: Exported[]): AsyncGenerator<object> {
  for (let at = 0; at < rows.length; ) {
    let [end, bytes] = [at, 0];
    while (end < rows.length && (end === at || bytes + (rows[end]?.text_size ?? 0) <= TEXT_BYTES))
      bytes += rows[end++]?.text_size ?? 0;
    const some = rows.slice(at, end);
    const texts = await textsOf(db, some);
    for (const [n, row] of some.entries()) yield { ...messageObject(row), text: partsForReading(texts[n] ?? '') };
    at = end;
  }
}

function messageObject(row: Exported): object {
  return {
    msgid: row.msgid,
    lists: JSON.parse(row.lists),
    sent_at: rfc3339(row.sent_at),
    received_at: rfc3339(row.received_at),
    subject: row.subject,
    author: { name: row.name, address: row.address },
    in_reply_to: row.in_reply_to,
    references: row.refs ? row.refs.split(' ') : [],
    parent: row.parent,
    thread: row.root,
  };
}

interface ThreadRow {
  id: number;
  root: string;
  participants: number;
  first_id: number;
  last_id: number;
  messages: string;
}

/** `npm run export -- threads`: one object per thread, sorted by root, with messages in display order. */
export async function* exportThreads(db: Snapshot): AsyncGenerator<object> {
  let after = '';
  let afterId = -1;
  for (;;) {
    const rows = await db.all<ThreadRow>(
      `SELECT t.id, t.root, t.participants, t.first_id, t.last_id,
         (SELECT json_group_array(msgid) FROM (SELECT m.msgid FROM place p JOIN message m ON m.id = p.message_id
                                               WHERE p.thread = t.id ORDER BY p.position)) AS messages
       FROM thread t WHERE (t.root, t.id) > (?, ?) ORDER BY t.root, t.id LIMIT ${PAGE}`,
      [after, afterId],
    );
    for (const row of rows) {
      yield {
        root: row.root,
        messages: JSON.parse(row.messages),
        participants: row.participants,
        first_at: rfc3339(timeOf(row.first_id)),
        last_at: rfc3339(timeOf(row.last_id)),
      };
    }
    const last = rows[rows.length - 1];
    if (!last) return;
    after = last.root;
    afterId = last.id;
  }
}
