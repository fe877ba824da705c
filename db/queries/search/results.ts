import type { Snapshot } from '../../open';
import { textsOf } from '../blocks';
import { excerptOf, type Piece, patternOf } from './excerpt';
import type { Plan } from './plan';

export interface SearchResult {
  id: number;
  msgid: string;
  subject: string;
  author: { name: string; address: string };
  sentAt: number;
  lists: string[];
  /** msgid of the thread's root. */
  thread: string;
  threadMessages: number;
  hasAttachments: boolean;
  snippet: Piece[];
  /** Where results are grouped by thread: how many of its messages match, and some of the others. */
  matches?: number;
  also?: { msgid: string; author: { name: string; address: string }; sentAt: number }[];
}

interface ResultRow {
  id: number;
  msgid: string;
  subject: string;
  name: string;
  address: string;
  sent_at: number;
  lists: string;
  root: string;
  messages: number;
  attachments: number;
  text_block: number;
  text_at: number;
  text_size: number;
}

/** Results in the order of `ids`; excerpts where there is a plan to mark. */
export async function readResults(db: Snapshot, ids: number[], plan: Plan | null): Promise<SearchResult[]> {
  const rows = await db.all<ResultRow>(
    `SELECT m.id, m.msgid, m.subject, i.name, i.address, m.sent_at, t.root, t.messages, m.attachments IS NOT NULL AS attachments, m.text_block, m.text_at, m.text_size,
       (SELECT group_concat(l.name) FROM posting p JOIN list l ON l.id = p.list_id WHERE p.message_id = m.id) AS lists
     FROM json_each(?) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id JOIN thread t ON t.id = m.thread
     ORDER BY j.key`,
    [JSON.stringify(ids)],
  );
  const texts = plan ? await textsOf(db, rows) : [];
  const pattern = plan ? patternOf(plan.words) : null;
  return rows.map((row, n) => ({
    id: row.id,
    msgid: row.msgid,
    subject: row.subject,
    author: { name: row.name, address: row.address },
    sentAt: row.sent_at,
    lists: row.lists?.split(',').sort() ?? [],
    thread: row.root,
    threadMessages: row.messages,
    hasAttachments: row.attachments === 1,
    snippet: plan ? excerptOf(texts[n] ?? '', pattern) : [],
  }));
}
