import { IDS_PER_SECOND } from '#mail/ids';
import type { Connection, Reads, Transaction, Value } from '../open';
import { insertRows } from './insert';

export interface IdentityRow {
  id: number;
  name: string;
  address: string;
  messages: number;
  first: number;
  last: number;
}

export interface PersonRow {
  slug: string;
  name: string;
  kind: string;
  identities: { id: number; reason: string }[];
  perhaps: { slug: string; reason: string }[];
}

/** What persons were joined from besides mails: they are joined again when it changes. */
export async function peopleStamp(db: Reads): Promise<string | null> {
  return (await db.get<{ value: string }>(`SELECT value FROM meta WHERE key = 'people'`))?.value ?? null;
}

/** Identities that wrote or lost a mail since persons were joined. */
export async function dirtyAuthors(db: Reads): Promise<number[]> {
  return (await db.all<{ id: number }>('SELECT identity_id AS id FROM dirty_author')).map(({ id }) => id);
}

/** Counts the mails of those who wrote again. */
export async function countAuthors(db: Transaction): Promise<void> {
  await db.run(
    `UPDATE identity SET (messages, first_at, last_at) =
       (SELECT count(*), coalesce(min(m.id) / ${IDS_PER_SECOND}, 0), coalesce(max(m.id) / ${IDS_PER_SECOND}, 0) FROM message m WHERE m.author_id = identity.id)
     WHERE id IN (SELECT identity_id FROM dirty_author)`,
  );
}

/** Every identity that is known, with what it wrote. */
export function identities(db: Reads): Promise<IdentityRow[]> {
  return db.all<IdentityRow & Record<string, never>>(
    'SELECT id, name, address, messages, first_at AS first, last_at AS last FROM identity',
  );
}

/** Addresses of the lists themselves, as their List-Id and the usual host say. */
export async function listAddresses(db: Reads): Promise<Set<string>> {
  const rows = await db.all<{ list_id: string }>('SELECT list_id FROM list WHERE list_id IS NOT NULL');
  return new Set(rows.map(({ list_id }) => list_id.replace('.', '@')));
}

/**
 * Writes persons that came out otherwise than they are stored, in one transaction. A person's number is the smallest of the
 * identities', so that those who are as they were are not touched; an address that a page had leads to whom its mails belong to now.
 */
export async function savePeople(connection: Connection, people: PersonRow[], stamp: string): Promise<void> {
  const numbered = people.map((person) => ({ ...person, id: Math.min(...person.identities.map(({ id }) => id)) }));
  const ids = new Map(numbered.map(({ slug, id }) => [slug, id]));
  const rows = numbered.map(({ id, slug, name, kind }) => [id, slug, name, kind]);
  const members = numbered.flatMap(({ id, identities }) => identities.map((one) => [one.id, id, one.reason]));
  const alike = numbered.flatMap(({ id, perhaps }) => perhaps.map(({ slug, reason }) => [id, ids.get(slug), reason]));
  await connection.transaction(async (db) => {
    await db.exec(`CREATE TEMP TABLE IF NOT EXISTS person_next (id INTEGER PRIMARY KEY, slug TEXT, name TEXT, kind TEXT);
      CREATE TEMP TABLE IF NOT EXISTS member_next (identity_id INTEGER PRIMARY KEY, person_id INTEGER, reason TEXT);
      DELETE FROM person_next; DELETE FROM member_next;`);
    await insertRows(db, 'INSERT INTO person_next (id, slug, name, kind)', rows as Value[][]);
    await insertRows(db, 'INSERT INTO member_next (identity_id, person_id, reason)', members as Value[][]);
    // In the order of its parts: a slug that is given up, then taken by another.
    await db.exec(`
      INSERT OR REPLACE INTO person_moved (slug, identity_id)
        SELECT p.slug, p.id FROM person p LEFT JOIN person_next n ON n.id = p.id WHERE n.slug IS NOT p.slug;
      DELETE FROM person WHERE NOT EXISTS (SELECT 1 FROM person_next n
        WHERE n.id = person.id AND n.slug = person.slug AND n.name = person.name AND n.kind = person.kind);
      INSERT INTO person SELECT * FROM person_next WHERE id NOT IN (SELECT id FROM person);
      INSERT OR REPLACE INTO person_join (identity_id, reason) SELECT n.identity_id, n.reason FROM member_next n
        LEFT JOIN person_join j ON j.identity_id = n.identity_id WHERE j.reason IS NOT n.reason;
      UPDATE identity SET person_id = n.person_id FROM member_next n
        WHERE n.identity_id = identity.id AND identity.person_id IS NOT n.person_id;
      DELETE FROM person_moved WHERE slug IN (SELECT slug FROM person);
      DELETE FROM person_like; DELETE FROM dirty_author; DELETE FROM person_next; DELETE FROM member_next;`);
    await insertRows(db, 'INSERT INTO person_like (person_id, other_id, reason)', alike as Value[][]);
    await db.run(
      `INSERT INTO meta (key, value) VALUES ('people', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      [stamp],
    );
  });
}

/** Lines of a mailmap, added to those of earlier runs; a line for the same old name and address replaces it. */
export async function addMailmap(
  db: Transaction,
  lines: { oldAddress: string; oldName: string; address: string }[],
): Promise<void> {
  await insertRows(
    db,
    'INSERT OR REPLACE INTO mailmap (old_address, old_name, address)',
    lines.map(({ oldAddress, oldName, address }) => [oldAddress, oldName, address]),
  );
}

export function mailmap(db: Reads): Promise<{ old_address: string; old_name: string; address: string }[]> {
  return db.all('SELECT old_address, old_name, address FROM mailmap ORDER BY old_address, old_name');
}
