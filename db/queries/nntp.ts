import type { Snapshot } from '../open';
import { headsOf, SLOTS, type Slots } from './blocks';
import { QueryCache } from './cache';

/** A list as a newsgroup. */
export interface Group {
  list: number;
  listName: string;
  /** The labels of its List-Id in reverse order, as in lore's group names; the list's name if it has no List-Id. */
  name: string;
  about: string;
  /** The lowest number in use, and below, the highest ever used; an empty group has first = last + 1 (RFC 3977, 6.1.1.2). */
  first: number;
  last: number;
  count: number;
  /** The time of its first mail in Unix seconds. */
  since: number;
}

/** A mail with its number in a group. */
export interface Article extends Slots {
  id: number;
  number: number;
  msgid: string;
  bytes: number;
  lines: number;
  /** JSON: [list, number] of every list that has it. */
  posted: string;
}

const groupsKept = new QueryCache<Group[]>(1);

/** Every list as a group, by name. */
export const groups = (db: Snapshot): Promise<Group[]> => groupsKept.get(db, '', () => readGroups(db));

async function readGroups(db: Snapshot): Promise<Group[]> {
  const rows = await db.all<{
    list: number;
    name: string;
    list_id: string | null;
    description: string | null;
    first: number | null;
    last: number;
    count: number;
    since: number | null;
  }>(
    `SELECT id AS list, name, list_id, description, (SELECT min(number) FROM posting WHERE list_id = list.id) AS first,
       last_number AS last, messages AS count, first_at AS since FROM list ORDER BY id`,
  );
  const taken = new Set<string>();
  const made = rows.map(({ list_id, description, ...row }) => {
    const reversed = groupName((list_id ?? '').split('.').reverse().join('.'));
    const name = reversed && !taken.has(reversed) ? reversed : groupName(row.name);
    taken.add(name);
    return {
      ...row,
      name,
      listName: row.name,
      about: description ?? row.name,
      first: row.first ?? row.last + 1,
      since: row.since ?? 0,
    };
  });
  return made.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Makes a valid newsgroup name (RFC 3977, 4.1), without wildmat characters and spaces. */
const groupName = (name: string) => name.replace(/[^\w.+-]/g, '_').replace(/^\.+|\.+$/g, '');

const ARTICLE = `m.id, p.number, m.msgid, m.bytes, m.lines, ${SLOTS},
  (SELECT json_group_array(json_array(o.list_id, o.number)) FROM posting o WHERE o.message_id = m.id) AS posted`;

/** Articles of a group by number, the first `most` of a range. */
export function articles(db: Snapshot, list: number, from: number, to: number, most: number): Promise<Article[]> {
  return db.all<Article & Record<string, never>>(
    `SELECT ${ARTICLE} FROM posting p JOIN message m ON m.id = p.message_id
     WHERE p.list_id = ? AND p.number BETWEEN ? AND ? ORDER BY p.number LIMIT ?`,
    [list, from, to, most],
  );
}

/** The same, with header bytes. */
export async function articlesWithHeads(
  db: Snapshot,
  ...range: [number, number, number, number]
): Promise<(Article & { head: Buffer })[]> {
  return withHeads(db, await articles(db, ...range));
}

export async function withHeads(db: Snapshot, rows: Article[]): Promise<(Article & { head: Buffer })[]> {
  const heads = await headsOf(db, rows);
  return rows.map((row, n) => ({ ...row, head: heads[n] ?? Buffer.alloc(0) }));
}

/** The first message with a Message-ID. Its number is that in the group, or 0 if it is not there. */
export function articleByMsgid(db: Snapshot, msgid: string, list: number | null): Promise<Article | undefined> {
  return db.get<Article & Record<string, never>>(
    `SELECT ${ARTICLE.replace('p.number', 'coalesce(p.number, 0) AS number')} FROM message m
     LEFT JOIN posting p ON p.message_id = m.id AND p.list_id = ?2
     WHERE m.msgid = ?1 ORDER BY m.imposter, m.id LIMIT 1`,
    [msgid, list],
  );
}

/** The numbers in use, in order. */
export async function numbers(db: Snapshot, list: number, from: number, to: number, most: number): Promise<number[]> {
  const rows = await db.all<{ number: number }>(
    'SELECT number FROM posting WHERE list_id = ? AND number BETWEEN ? AND ? ORDER BY number LIMIT ?',
    [list, from, to, most],
  );
  return rows.map(({ number }) => number);
}

/** The article before or after a number; undefined at either end. */
export function neighbour(
  db: Snapshot,
  list: number,
  number: number,
  way: 'next' | 'previous',
): Promise<{ number: number; msgid: string } | undefined> {
  const where = way === 'next' ? 'p.number > ? ORDER BY p.number' : 'p.number < ? ORDER BY p.number DESC';
  return db.get<{ number: number; msgid: string }>(
    `SELECT p.number, m.msgid FROM posting p JOIN message m ON m.id = p.message_id WHERE p.list_id = ? AND ${where} LIMIT 1`,
    [list, number],
  );
}

/** Postings that a step of `arrivedSince` examines. */
const LOOKED_AT = 20_000;

/**
 * The Message-IDs of a group's mails that arrived since a time, and where to continue. Arrival has no index, so all postings are examined
 * in steps of some milliseconds, so that readers need not wait.
 */
export async function arrivedSince(
  db: Snapshot,
  list: number,
  since: number,
  after: number,
): Promise<{ msgids: string[]; next: number | null }> {
  const end = await db.get<{ number: number }>(
    'SELECT number FROM posting WHERE list_id = ? AND number > ? ORDER BY number LIMIT 1 OFFSET ?',
    [list, after, LOOKED_AT],
  );
  const rows = await db.all<{ msgid: string }>(
    `SELECT m.msgid FROM posting p JOIN message m ON m.id = p.message_id
     WHERE p.list_id = ? AND p.number > ? AND p.number <= ? AND coalesce(p.received_at, m.received_at, m.sent_at) >= ?
     ORDER BY p.number`,
    [list, after, end?.number ?? Number.MAX_SAFE_INTEGER, since],
  );
  return { msgids: rows.map(({ msgid }) => msgid), next: end?.number ?? null };
}
