import type { Connection } from '../open';
import { insertRows } from './insert';

export interface IdentityRow {
  id: number;
  name: string;
  address: string;
  messages: number;
  first: number;
}

export interface PersonRow {
  slug: string;
  name: string;
  kind: string;
  identities: { id: number; reason: string }[];
}

/** What persons were joined from: they are joined again when it changes, and written when they come out otherwise. */
export interface PeopleStamp {
  /** Of the mailmap, people.json, messages and identities. */
  given: string;
  /** Of the persons. */
  made: string;
}

export async function peopleStamp(db: Connection): Promise<PeopleStamp | null> {
  const row = await db.get<{ value: string }>(`SELECT value FROM meta WHERE key = 'people'`);
  return row ? (JSON.parse(row.value) as PeopleStamp) : null;
}

export async function savePeopleStamp(db: Connection, stamp: PeopleStamp): Promise<void> {
  await db.run(
    `INSERT INTO meta (key, value) VALUES ('people', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [JSON.stringify(stamp)],
  );
}

/** Counts that change whenever persons might. */
export async function peopleCounts(db: Connection): Promise<string> {
  const row = await db.get<{ counts: string }>(
    `SELECT (SELECT count(*) FROM message) || ' ' || (SELECT count(*) FROM identity) || ' ' ||
       (SELECT count(*) FROM identity WHERE person_id IS NULL) AS counts`,
  );
  return row?.counts ?? '';
}

/** Every identity that wrote a mail, with how many and the first. */
export function identities(db: Connection): Promise<IdentityRow[]> {
  return db.all<IdentityRow & Record<string, never>>(
    `SELECT i.id, i.name, i.address, count(m.id) AS messages, coalesce(min(m.id), 0) AS first
     FROM identity i LEFT JOIN message m ON m.author_id = i.id GROUP BY i.id`,
  );
}

/** Addresses of the lists themselves, as their List-Id and the usual host say. */
export async function listAddresses(db: Connection): Promise<Set<string>> {
  const rows = await db.all<{ list_id: string }>('SELECT list_id FROM list WHERE list_id IS NOT NULL');
  return new Set(rows.map(({ list_id }) => list_id.replace('.', '@')));
}

/** Replaces all persons, in one transaction. */
export async function replacePeople(db: Connection, people: PersonRow[]): Promise<void> {
  const ordered = people.toSorted((a, b) => (a.slug < b.slug ? -1 : 1));
  await db.transaction(async () => {
    await db.exec('DELETE FROM person_join; DELETE FROM person;');
    await insertRows(
      db,
      'INSERT INTO person (id, slug, name, kind)',
      ordered.map(({ slug, name, kind }, n) => [n + 1, slug, name, kind]),
    );
    const joins = ordered.flatMap(({ identities }, n) =>
      identities.map(({ id, reason }) => ({ id, reason, person: n + 1 })),
    );
    await insertRows(
      db,
      'INSERT INTO person_join (identity_id, reason)',
      joins.map(({ id, reason }) => [id, reason]),
    );
    await db.run(
      `UPDATE identity SET person_id = j.value ->> 1 FROM json_each(?) j WHERE identity.id = j.value ->> 0
         AND person_id IS NOT j.value ->> 1`,
      [JSON.stringify(joins.map(({ id, person }) => [id, person]))],
    );
  });
}

/** Lines of a mailmap, added to those of earlier runs; a line for the same old name and address replaces it. */
export async function addMailmap(
  db: Connection,
  lines: { oldAddress: string; oldName: string; address: string }[],
): Promise<void> {
  await insertRows(
    db,
    'INSERT OR REPLACE INTO mailmap (old_address, old_name, address)',
    lines.map(({ oldAddress, oldName, address }) => [oldAddress, oldName, address]),
  );
}

export function mailmap(db: Connection): Promise<{ old_address: string; old_name: string; address: string }[]> {
  return db.all('SELECT old_address, old_name, address FROM mailmap ORDER BY old_address, old_name');
}
