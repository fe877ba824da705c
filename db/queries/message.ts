import { mayHoldHtml, seemsHtml } from '#mail/header';
import type { Snapshot } from '../open';
import { headsOf, rawOf, rawPartsOf, SLOTS, type Slots, textsOf } from './blocks';
import { PATCH_COLUMNS, type PatchPlace, patchesBeside, placeAmong } from './patchplace';
import { QUOTE_COLUMNS, type QuoteLine, quotesOf, takenAndQuoted } from './quoted';
import { withdrawnMails } from './withdrawn';

export interface MessageRow extends Slots {
  id: number;
  msgid: string;
  imposter: number;
  subject: string;
  author_id: number;
  author: string;
  address: string;
  /** person.slug */
  person: string | null;
  sent_at: number;
  sent_zone: number | null;
  date_note: string | null;
  received_at: number | null;
  in_reply_to: string | null;
  refs: string;
  thread: number;
  flags: number;
  lines: number;
  bytes: number;
  attachments: string | null;
  notes: string | null;
}

/** A neighbour of a message in its thread. */
export interface Neighbour {
  position: number;
  depth: number;
  parent: number | null;
  ghost: string | null;
  /** The same as ThreadRow.withdrawn. */
  withdrawn: string | null;
  msgid: string | null;
  subject: string | null;
  author: string | null;
  address: string | null;
  sent_at: number | null;
}

export interface MessagePage {
  message: MessageRow;
  text: string;
  head: Buffer;
  seemsHtml: boolean;
  /** Other messages with the same Message-ID. */
  others: { id: number; imposter: number }[];
  lists: { name: string; synthetic: number }[];
  position: number;
  threadMessages: number;
  threadSubject: string;
  /** The msgid of the thread's root, or of the ghost above it. */
  threadRoot: string;
  parent: Neighbour | null;
  previous: Neighbour | null;
  next: Neighbour | null;
  replies: Neighbour[];
  /** Passages that replies quote from it, and below, passages that it quotes, with their sources. */
  taken: QuoteLine[];
  quoted: QuoteLine[];
  /** The patch's place in its series. */
  place: PatchPlace | null;
}

const MESSAGE = `m.id, m.msgid, m.imposter, m.subject, m.author_id, i.name AS author, i.address,
  (SELECT slug FROM person WHERE id = i.person_id) AS person, m.sent_at, m.sent_zone, m.date_note,
  m.received_at, m.in_reply_to, m.refs, m.thread, m.flags, m.lines, m.bytes, m.attachments, m.notes,
  ${SLOTS}`;

/** The messages with a Message-ID: the first one, then imposters. `asked` comes before them, because thousands may share an id. */
export function findMessages(db: Snapshot, msgid: string, asked: number | null = null): Promise<MessageRow[]> {
  return db.all<MessageRow>(
    `SELECT ${MESSAGE} FROM message m JOIN identity i ON i.id = m.author_id WHERE m.msgid = ?1
     ORDER BY m.id = ?2 DESC, m.imposter, m.id LIMIT 50`,
    [msgid, asked],
  );
}

/** The rows of a query as a single JSON value. */
const objectsOf = (sql: string, columns: readonly string[]) =>
  `(SELECT json_group_array(json_object(${columns.map((name) => `'${name}', ${name}`).join(', ')})) FROM (${sql}))`;

/** The lists on which a message was posted, by name. */
export function listsOf(db: Snapshot, id: number): Promise<{ name: string; synthetic: number }[]> {
  return db.all(
    'SELECT l.name, l.synthetic FROM posting p JOIN list l ON l.id = p.list_id WHERE p.message_id = ? ORDER BY l.name',
    [id],
  );
}

interface Placed extends MessageRow {
  position: number | null;
  parent: number | null;
  /** JSON, like the next two. */
  near: string;
  quotes: string;
  patches: string;
  threadMessages: number | null;
  threadSubject: string | null;
  threadRoot: string | null;
  /** JSON */
  lists: string;
}

/** The neighbours of a mail; `here` is its place. */
const NEAR = `SELECT p.position, p.depth, p.parent, p.ghost, m.msgid, m.subject, i.name AS author, i.address, m.sent_at
  FROM place p LEFT JOIN message m ON m.id = p.message_id LEFT JOIN identity i ON i.id = m.author_id
  WHERE p.thread = here.thread AND (p.position IN (here.position - 1, here.position + 1, here.parent)
    OR (p.parent = here.position AND p.position > here.position)) ORDER BY p.position LIMIT 500`;
const NEIGHBOUR = ['position', 'depth', 'parent', 'ghost', 'msgid', 'subject', 'author', 'address', 'sent_at'];

/** Like `findMessages`, with everything for a message's page, in one query, because each query is a trip to SQLite's thread. */
function placedMessages(db: Snapshot, msgid: string, asked: number | null): Promise<Placed[]> {
  return db.all<Placed>(
    `SELECT ${MESSAGE}, here.position, here.parent, t.messages AS threadMessages, t.subject AS threadSubject, t.root AS threadRoot,
       (SELECT json_group_array(json_object('name', name, 'synthetic', synthetic)) FROM
         (SELECT l.name, l.synthetic FROM posting o JOIN list l ON l.id = o.list_id WHERE o.message_id = m.id ORDER BY l.name)) AS lists,
       ${objectsOf(NEAR, NEIGHBOUR)} AS near, ${objectsOf(quotesOf('here.message_id'), QUOTE_COLUMNS)} AS quotes,
       ${objectsOf(patchesBeside('here.message_id'), PATCH_COLUMNS)} AS patches
     FROM message m JOIN identity i ON i.id = m.author_id LEFT JOIN place here ON here.message_id = m.id LEFT JOIN thread t ON t.id = here.thread
     WHERE m.msgid = ?1 ORDER BY m.id = ?2 DESC, m.imposter, m.id LIMIT 50`,
    [msgid, asked],
  );
}

/** A message with its text and its place in the thread. */
export async function readMessage(
  db: Snapshot,
  msgid: string,
  imposter: number | null = null,
): Promise<MessagePage | undefined> {
  const found = await placedMessages(db, msgid, imposter);
  const placed = imposter === null ? found[0] : found.find(({ id }) => id === imposter);
  if (!placed) return undefined;
  const {
    position: at,
    parent,
    threadMessages,
    threadSubject,
    threadRoot,
    lists,
    near,
    quotes,
    patches,
    ...message
  } = placed;
  const [text = ''] = await textsOf(db, [message]);
  const [head = Buffer.alloc(0)] = await headsOf(db, [message]);
  const position = at ?? 0;
  const beside = await withReasons(db, JSON.parse(near));
  return {
    message,
    text,
    head,
    seemsHtml: await hasHtml(db, message, head),
    others: found.filter((other) => other !== placed).map(({ id, imposter }) => ({ id, imposter })),
    lists: JSON.parse(lists),
    position,
    threadMessages: threadMessages ?? 1,
    threadSubject: threadSubject ?? message.subject,
    threadRoot: threadRoot ?? message.msgid,
    parent: beside.find((row) => row.position === parent) ?? null,
    previous: beside.find((row) => row.position === position - 1) ?? null,
    next: beside.find((row) => row.position === position + 1) ?? null,
    replies: beside.filter((row) => row.parent === position),
    ...takenAndQuoted(JSON.parse(quotes)),
    place: placeAmong(JSON.parse(patches), message.id),
  };
}

/** A larger mail is not read to see whether it has HTML; the URL of that view works anyway. */
const HTML_LOOKED_FOR = 4 * 1024 * 1024;

async function hasHtml(db: Snapshot, message: MessageRow, head: Buffer): Promise<boolean> {
  if (message.bytes > HTML_LOOKED_FOR || !mayHoldHtml(head)) return false;
  const [raw = head] = await rawOf(db, [message]);
  return seemsHtml(raw);
}

/** Neighbours, with the reasons of those that were taken down. */
async function withReasons(db: Snapshot, rows: Omit<Neighbour, 'withdrawn'>[]): Promise<Neighbour[]> {
  const gone = rows.some(({ ghost }) => ghost !== null) ? await withdrawnMails(db) : null;
  return rows.map((row) => ({ ...row, withdrawn: gone?.get(row.ghost ?? '')?.reason ?? null }));
}

/** The message with an id, without its bytes; undefined if there is none. */
export async function findMessage(
  db: Snapshot,
  msgid: string,
  imposter: number | null = null,
): Promise<MessageRow | undefined> {
  const found = await findMessages(db, msgid, imposter);
  return imposter === null ? found[0] : found.find(({ id }) => id === imposter);
}

/** The Message-IDs among these that the archive has. */
export async function presentOf(db: Snapshot, msgids: readonly string[]): Promise<Set<string>> {
  const rows = await db.all<{ msgid: string }>(
    'SELECT DISTINCT m.msgid FROM json_each(?) j JOIN message m ON m.msgid = j.value',
    [JSON.stringify(msgids)],
  );
  return new Set(rows.map(({ msgid }) => msgid));
}

/** The sizes of messages by id, in the given order, without withdrawn ones. */
export function sizesOf(db: Snapshot, ids: number[]): Promise<{ id: number; bytes: number }[]> {
  return db.all('SELECT m.id, m.bytes FROM json_each(?) j JOIN message m ON m.id = j.value ORDER BY j.key', [
    JSON.stringify(ids),
  ]);
}

/** The ids of a thread's messages, in display order. */
export async function idsOfThread(db: Snapshot, thread: number): Promise<number[]> {
  const rows = await db.all<{ id: number }>(
    'SELECT message_id AS id FROM place WHERE thread = ? AND message_id IS NOT NULL ORDER BY position',
    [thread],
  );
  return rows.map(({ id }) => id);
}

/** Messages by id, in the given order, with their raw bytes in parts (`rawPartsOf`). */
export async function rawMessages(db: Snapshot, ids: number[]) {
  const rows = await db.all<Slots & { sent_at: number }>(
    `SELECT m.sent_at, ${SLOTS} FROM json_each(?) j JOIN message m ON m.id = j.value ORDER BY j.key`,
    [JSON.stringify(ids)],
  );
  const raws = await rawPartsOf(db, rows);
  return rows.map((row, n) => ({ ...row, raw: raws[n] ?? [] }));
}

/** All messages in the threads of these messages, thread by thread in display order. */
export async function withThreads(db: Snapshot, ids: number[]): Promise<number[]> {
  const row = await db.get<{ ids: string }>(
    `SELECT json_group_array(id) AS ids FROM (
       SELECT p.message_id AS id FROM (SELECT DISTINCT m.thread FROM json_each(?) j JOIN message m ON m.id = j.value) t
       JOIN place p ON p.thread = t.thread WHERE p.message_id IS NOT NULL ORDER BY p.thread DESC, p.position)`,
    [JSON.stringify(ids)],
  );
  return JSON.parse(row?.ids ?? '[]');
}
