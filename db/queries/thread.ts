import { ENDORSEMENTS } from '#patch/trailer';
import type { Snapshot } from '../open';
import { SLOTS, type Slots, textsOf } from './blocks';
import { withdrawnMails } from './withdrawn';

/** One line of a thread in display order: a message, or a ghost (then only `ghost` is set besides the place). */
export interface ThreadRow extends Slots {
  position: number;
  depth: number;
  parent: number | null;
  ghost: string | null;
  /** Why the operator withdrew the mail of which this ghost is left; null for others. */
  withdrawn: string | null;
  id: number;
  msgid: string;
  imposter: number;
  subject: string;
  author_id: number;
  author: string;
  address: string;
  person_id: number | null;
  /** person.slug */
  person: string | null;
  sent_at: number;
  sent_zone: number | null;
  date_note: string | null;
  flags: number;
  /** Keys of the trailers that it gives to a patch it answers, by commas. */
  gives: string | null;
  lines: number;
  bytes: number;
  attachments: string | null;
  notes: string | null;
}

export interface Thread {
  id: number;
  root: string;
  subject: string;
  messages: number;
  participants: number;
  first_id: number;
  last_id: number;
  rows: ThreadRow[];
  /** Lists that carried it, by name. */
  lists: { name: string; synthetic: number }[];
}

const ENDORSING = ENDORSEMENTS.map((key) => `'${key}'`).join(', ');

/** Rows of one thread are read up to this many; what is beyond is said on the page. */
export const MAX_ROWS = 2000;

/** Thread of a message, by Message-ID; undefined where neither message nor ghost bears it. */
export async function threadOf(db: Snapshot, msgid: string): Promise<number | undefined> {
  const row = await db.get<{ thread: number }>(
    'SELECT thread FROM message WHERE msgid = ?1 UNION ALL SELECT thread FROM ghost WHERE msgid = ?1 LIMIT 1',
    [msgid],
  );
  return row?.thread;
}

/** A thread in display order, without texts: one indexed read. */
export async function readThread(db: Snapshot, thread: number): Promise<Thread | undefined> {
  const head = await db.get<Omit<Thread, 'rows' | 'lists'> & { lists: string } & Record<string, never>>(
    `SELECT id, root, subject, messages, participants, first_id, last_id,
       (SELECT json_group_array(json_object('name', name, 'synthetic', synthetic)) FROM
         (SELECT l.name, l.synthetic FROM thread_list tl JOIN list l ON l.id = tl.list_id WHERE tl.thread = t.id ORDER BY l.name)) AS lists
     FROM thread t WHERE id = ?`,
    [thread],
  );
  if (!head) return undefined;
  const rows = await db.all<Omit<ThreadRow, 'withdrawn'>>(
    `SELECT p.position, p.depth, p.parent, p.ghost, m.id, m.msgid, m.imposter, m.subject, m.author_id, i.name AS author, i.address,
       i.person_id, (SELECT slug FROM person WHERE id = i.person_id) AS person, m.sent_at, m.sent_zone, m.date_note, m.flags,
       (SELECT group_concat(DISTINCT t.key) FROM patch_reply y JOIN trailer t ON t.message_id = y.message_id
        WHERE y.message_id = m.id AND t.key IN (${ENDORSING})) AS gives, m.lines, m.bytes, m.attachments, m.notes,
       ${SLOTS.split(', ')
         .map((column) => `m.${column}`)
         .join(', ')}
     FROM place p LEFT JOIN message m ON m.id = p.message_id LEFT JOIN identity i ON i.id = m.author_id
     WHERE p.thread = ? ORDER BY p.position LIMIT ${MAX_ROWS}`,
    [thread],
  );
  const gone = rows.some(({ ghost }) => ghost !== null) ? await withdrawnMails(db) : null;
  return {
    ...head,
    rows: rows.map((row) => ({ ...row, withdrawn: gone?.get(row.ghost ?? '')?.reason ?? null })),
    lists: JSON.parse(head.lists),
  };
}

/** Texts of the messages among `rows`, by position. */
export async function threadTexts(db: Snapshot, rows: ThreadRow[]): Promise<Map<number, string>> {
  const messages = rows.filter((row) => row.ghost === null);
  const texts = await textsOf(db, messages);
  return new Map(messages.map((row, n) => [row.position, texts[n] as string]));
}
