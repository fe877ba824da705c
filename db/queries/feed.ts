import type { Snapshot } from '../open';
import { SLOTS, type Slots, textsOf } from './blocks';

/** A message in a feed. */
export interface FeedRow {
  msgid: string;
  subject: string;
  name: string;
  address: string;
  sentAt: number;
  text: string;
  parent: string | null;
}

/** Entries of a feed; lore has 25. */
export const FEED_ENTRIES = 25;

/** The newest messages of a list, or of all lists if null. */
export function newestMessages(db: Snapshot, listId: number | null): Promise<FeedRow[]> {
  const from =
    listId === null
      ? `SELECT id FROM message ORDER BY id DESC LIMIT ${FEED_ENTRIES}`
      : `SELECT message_id AS id FROM posting WHERE list_id = ? ORDER BY message_id DESC LIMIT ${FEED_ENTRIES}`;
  return feedOf(db, from, listId === null ? [] : [listId]);
}

/** The newest messages of a thread. */
export function newestOfThread(db: Snapshot, thread: number): Promise<FeedRow[]> {
  return feedOf(db, `SELECT id FROM message WHERE thread = ? ORDER BY id DESC LIMIT ${FEED_ENTRIES}`, [thread]);
}

/** The newest mails of a series: its patches, and mails about them. */
export function newestOfSeries(db: Snapshot, series: number): Promise<FeedRow[]> {
  return feedOf(
    db,
    `WITH own AS (SELECT p.message_id AS id FROM revision r JOIN patch p ON p.revision_id = r.id WHERE r.series_id = ?)
     SELECT id FROM own UNION SELECT y.message_id FROM own JOIN patch_reply y ON y.patch_id = own.id
     ORDER BY id DESC LIMIT ${FEED_ENTRIES}`,
    [series],
  );
}

async function feedOf(db: Snapshot, sql: string, params: number[]): Promise<FeedRow[]> {
  const rows = await db.all<{ id: number }>(sql, params);
  return readFeed(
    db,
    rows.map(({ id }) => id),
  );
}

/** Messages by id, in the given order. */
export async function readFeed(db: Snapshot, ids: number[]): Promise<FeedRow[]> {
  const rows = await db.all<Slots & Omit<FeedRow, 'text' | 'parent'> & { refs: string } & Record<string, never>>(
    `SELECT m.msgid, m.subject, i.name, i.address, m.sent_at AS sentAt, m.refs, ${SLOTS}
     FROM json_each(?) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id ORDER BY j.key`,
    [JSON.stringify(ids)],
  );
  const texts = await textsOf(db, rows);
  return rows.map(({ refs, ...row }, n) => ({
    ...row,
    text: texts[n] ?? '',
    parent: refs ? (refs.split(' ').at(-1) ?? null) : null,
  }));
}
