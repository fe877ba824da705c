import type { Snapshot } from '../open';
import { rawPartsOf, SLOTS, type Slots } from './blocks';

export interface MirrorList {
  id: number;
  name: string;
  description: string | null;
}

/** Every list, by name. */
export const mirrorLists = (db: Snapshot): Promise<MirrorList[]> =>
  db.all<MirrorList & Record<string, never>>('SELECT id, name, description FROM list ORDER BY name');

export interface MirrorSource {
  kind: string;
  location: string;
  state: string | null;
}

/** The sources of a list's mails. */
export const sourcesOfList = (db: Snapshot, list: number): Promise<MirrorSource[]> =>
  db.all<MirrorSource & Record<string, never>>(
    `SELECT s.kind, s.location, s.state FROM source s
     WHERE s.id IN (SELECT DISTINCT source_id FROM posting WHERE list_id = ?) ORDER BY s.id`,
    [list],
  );

/** The ids of a list's mails in order of arrival. Read as one text, because converting row by row takes longer than the query. */
export async function idsByArrival(db: Snapshot, list: number): Promise<number[]> {
  const row = await db.get<{ ids: string }>(
    `SELECT json_group_array(id) AS ids FROM (
       SELECT m.id FROM posting p JOIN message m ON m.id = p.message_id WHERE p.list_id = ?
       ORDER BY coalesce(p.received_at, m.received_at, m.sent_at), m.id)`,
    [list],
  );
  return JSON.parse(row?.ids ?? '[]');
}

export interface MirrorMail {
  id: number;
  subject: string;
  name: string;
  address: string;
  sent_at: number;
  sent_zone: number | null;
  arrived_at: number;
  raw: Buffer[];
}

/** Mails with their bytes, in the order of `ids`. */
export async function mailsToWrite(db: Snapshot, list: number, ids: number[]): Promise<MirrorMail[]> {
  const rows = await db.all<Omit<MirrorMail, 'raw'> & Slots>(
    `SELECT m.id, m.subject, i.name, i.address, m.sent_at, m.sent_zone,
       coalesce(p.received_at, m.received_at, m.sent_at) AS arrived_at, ${SLOTS}
     FROM json_each(?) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id
     JOIN posting p ON p.list_id = ? AND p.message_id = m.id ORDER BY j.key`,
    [JSON.stringify(ids), list],
  );
  const raws = await rawPartsOf(db, rows);
  return rows.map((row, n) => ({ ...row, raw: raws[n] ?? [] }));
}
