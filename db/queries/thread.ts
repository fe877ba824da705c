import { CLAIM } from '#patch/kinds';
import { ENDORSEMENTS } from '#patch/trailer';
import type { Snapshot } from '../open';
import { textsOf } from './blocks';
import type { MessageRow } from './message';
import { withdrawnMails } from './withdrawn';

/** A line of a thread in display order: a message, or a ghost (which only has `ghost` and its place). */
export interface ThreadRow extends Omit<MessageRow, 'received_at' | 'in_reply_to' | 'refs' | 'thread'> {
  position: number;
  depth: number;
  parent: number | null;
  ghost: string | null;
  /** The operator's reason if this ghost was a withdrawn mail; else null. */
  withdrawn: string | null;
  person_id: number | null;
  /** The keys of trailers that it gives to a patch that it answers, separated by commas. */
  gives: string | null;
}

export interface Thread {
  id: number;
  root: string;
  subject: string;
  messages: number;
  participants: number;
  first_id: number;
  last_id: number;
  /** The series that begins with its first mail, or null. */
  series: number | null;
  /** 1 if one of its mails says that something was applied or queued. */
  taken: number;
  rows: ThreadRow[];
  /** The lists that carried it, by name. */
  lists: { name: string; synthetic: number }[];
}

const ENDORSING = ENDORSEMENTS.map((key) => `'${key}'`).join(', ');

/** The most rows that are read of a thread; the page says how many are left out. */
export const MAX_ROWS = 2000;

const THREAD_OF =
  'SELECT thread FROM message WHERE msgid = ?1 UNION ALL SELECT thread FROM ghost WHERE msgid = ?1 LIMIT 1';

/** The thread of a Message-ID; undefined if neither a message nor a ghost has it. */
export async function threadOf(db: Snapshot, msgid: string): Promise<number | undefined> {
  return (await db.get<{ thread: number }>(THREAD_OF, [msgid]))?.thread;
}

/** The SQL of each column of a thread's rows: `p` is the place, `m` the message, `i` its author. */
const ROW = {
  position: 'p.position',
  depth: 'p.depth',
  parent: 'p.parent',
  ghost: 'p.ghost',
  id: 'm.id',
  msgid: 'm.msgid',
  imposter: 'm.imposter',
  subject: 'm.subject',
  author_id: 'm.author_id',
  author: 'i.name',
  address: 'i.address',
  person_id: 'i.person_id',
  person: '(SELECT slug FROM person WHERE id = i.person_id)',
  sent_at: 'm.sent_at',
  sent_zone: 'm.sent_zone',
  date_note: 'm.date_note',
  flags: 'm.flags',
  gives: `(SELECT group_concat(DISTINCT t.key) FROM patch_reply y JOIN trailer t ON t.message_id = y.message_id
    WHERE y.message_id = m.id AND t.key IN (${ENDORSING}))`,
  lines: 'm.lines',
  bytes: 'm.bytes',
  attachments: 'm.attachments',
  notes: 'm.notes',
  head_block: 'm.head_block',
  head_at: 'm.head_at',
  head_size: 'm.head_size',
  text_block: 'm.text_block',
  text_at: 'm.text_at',
  text_size: 'm.text_size',
  body_block: 'm.body_block',
  body_at: 'm.body_at',
  body_size: 'm.body_size',
} satisfies Record<Exclude<keyof ThreadRow, 'withdrawn'>, string>;
const NAMES = Object.keys(ROW);
/** A copy of it gets a row's values: an object that grows by a property at a time takes several times as long. */
const EMPTY_ROW = Object.fromEntries([...NAMES, 'withdrawn'].map((name) => [name, null]));

const threadWhere = (
  id: string,
  more = '',
) => `SELECT t.id, t.root, t.subject, t.messages, t.participants, t.first_id, t.last_id,
    (SELECT json_group_array(json_object('name', name, 'synthetic', synthetic)) FROM
      (SELECT l.name, l.synthetic FROM thread_list tl JOIN list l ON l.id = tl.list_id WHERE tl.thread = t.id ORDER BY l.name)) AS lists,
    (SELECT r.series_id FROM patch p JOIN revision r ON r.id = p.revision_id WHERE p.message_id = t.first_id) AS series,
    EXISTS (SELECT 1 FROM message x JOIN claim c ON c.message_id = x.id WHERE x.thread = t.id
      AND c.kind IN (${CLAIM.applied}, ${CLAIM.queued})) AS taken${more},
    (SELECT json_group_array(json(j)) FROM (SELECT json_array(${Object.values(ROW).join(', ')}) AS j
      FROM place p LEFT JOIN message m ON m.id = p.message_id LEFT JOIN identity i ON i.id = m.author_id
      WHERE p.thread = t.id ORDER BY p.position LIMIT ${MAX_ROWS})) AS rows
  FROM thread t WHERE t.id = ${id}`;

const BY_ID = threadWhere('?1');
const BY_MSGID = threadWhere(`(${THREAD_OF})`);

/** A thread in display order, without texts. Read by index as a single row, because passing a row for each mail takes longer than reading it. */
export const readThread = (db: Snapshot, thread: number): Promise<Thread | undefined> => oneThread(db, BY_ID, thread);

/** The same, for the thread of a message or ghost. */
export const readThreadOf = (db: Snapshot, msgid: string): Promise<Thread | undefined> =>
  oneThread(db, BY_MSGID, msgid);

/** Reads like `readThreadOf`, with more columns (`, ... AS name`) of the thread `t`, as each query is a trip to SQLite's thread. */
export function threadWith<More>(
  columns: string,
): (db: Snapshot, msgid: string) => Promise<(Thread & More) | undefined> {
  const sql = threadWhere(`(${THREAD_OF})`, columns);
  return (db, msgid) => oneThread(db, sql, msgid);
}

async function oneThread<T extends Thread>(db: Snapshot, sql: string, key: string | number): Promise<T | undefined> {
  const head = await db.get<Omit<T, 'rows' | 'lists'> & { lists: string; rows: string }>(sql, [key]);
  if (!head) return undefined;
  const rows = (JSON.parse(head.rows) as unknown[][]).map((row) => {
    const made: Record<string, unknown> = { ...EMPTY_ROW };
    for (let n = 0; n < NAMES.length; n++) made[NAMES[n] as string] = row[n];
    return made as unknown as ThreadRow;
  });
  const ghosts = rows.filter(({ ghost }) => ghost !== null);
  const gone = ghosts.length ? await withdrawnMails(db) : null;
  for (const row of ghosts) row.withdrawn = gone?.get(row.ghost ?? '')?.reason ?? null;
  return { ...head, rows, lists: JSON.parse(head.lists) } as unknown as T;
}

/** The texts of the messages among `rows`, by position. */
export async function threadTexts(db: Snapshot, rows: ThreadRow[]): Promise<Map<number, string>> {
  const messages = rows.filter((row) => row.ghost === null);
  const texts = await textsOf(db, messages);
  return new Map(messages.map((row, n) => [row.position, texts[n] as string]));
}
