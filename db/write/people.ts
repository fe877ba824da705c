import { IDS_PER_SECOND } from '#mail/ids';
import type { Connection, Reads, Transaction, Value } from '../open';
import { addToIndex, IDENTITY, type IdentityRow, type IndexRows, replaceIndex } from './identities';
import { insertRows } from './insert';

export interface PersonRow {
  slug: string;
  name: string;
  kind: string;
  identities: { id: number; reason: string }[];
  perhaps: { slug: string; reason: string }[];
}

/** A stamp of the other inputs of joining persons besides mails; they are joined again when it changes. */
export async function peopleStamp(db: Reads): Promise<string | null> {
  return (await db.get<{ value: string }>(`SELECT value FROM meta WHERE key = 'people'`))?.value ?? null;
}

/** The identities that wrote or lost a mail since persons were joined. */
export async function dirtyAuthors(db: Reads): Promise<number[]> {
  return (await db.all<{ id: number }>('SELECT identity_id AS id FROM dirty_author')).map(({ id }) => id);
}

/** Counts the mails of those identities again. */
export async function countAuthors(db: Transaction): Promise<void> {
  await db.run(
    `UPDATE identity SET (messages, first_at, last_at) =
       (SELECT count(*), coalesce(min(m.id) / ${IDS_PER_SECOND}, 0), coalesce(max(m.id) / ${IDS_PER_SECOND}, 0) FROM message m WHERE m.author_id = identity.id)
     WHERE id IN (SELECT identity_id FROM dirty_author)`,
  );
}

/** All identities, with their counts and times. */
export function identities(db: Reads): Promise<IdentityRow[]> {
  return db.all<IdentityRow & Record<string, never>>(`SELECT ${IDENTITY} FROM identity i`);
}

/** The addresses of the lists themselves, from their List-Id and the usual host. */
export async function listAddresses(db: Reads): Promise<Set<string>> {
  const rows = await db.all<{ list_id: string }>('SELECT list_id FROM list WHERE list_id IS NOT NULL');
  return new Set(rows.map(({ list_id }) => list_id.replace('.', '@')));
}

/**
 * Writes persons that differ from the stored ones, in one transaction. A person's id is the smallest id of its identities, so that
 * unchanged persons are not touched. An earlier URL of a page leads to the person with its mails now.
 * Changes are computed here, not in SQL: each statement is sent to other nodes, and there are hundreds of thousands of persons.
 */
export async function savePeople(
  connection: Connection,
  people: PersonRow[],
  stamp: string,
  { index, among }: { index: IndexRows; among?: number[] },
): Promise<void> {
  const numbered = people.map((person) => ({ ...person, id: Math.min(...person.identities.map(({ id }) => id)) }));
  await connection.transaction(async (db) => {
    const scope = among ? await scopeOf(db, numbered, among) : null;
    await replacePersons(db, numbered, scope);
    await replaceMembers(db, numbered, scope);
    await replaceLikes(db, numbered, scope);
    await (among ? addToIndex : replaceIndex)(db, index);
    await db.run('DELETE FROM dirty_author');
    await db.run(
      `INSERT INTO meta (key, value) VALUES ('people', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      [stamp],
    );
  });
}

/** The stored rows that are compared: those of these identities, and of the persons to whom they belonged and belong now. */
interface Scope {
  identities: string;
  persons: string;
}

async function scopeOf(db: Transaction, people: Numbered[], among: number[]): Promise<Scope> {
  const identities = JSON.stringify(among);
  const before = await db.all<{ id: number }>(
    'SELECT DISTINCT i.person_id AS id FROM json_each(?) j CROSS JOIN identity i ON i.id = j.value WHERE i.person_id IS NOT NULL',
    [identities],
  );
  return { identities, persons: JSON.stringify([...new Set([...before, ...people].map(({ id }) => id))]) };
}

/** A condition for the rows of a scope. */
const within = (column: string, scope: string | undefined) =>
  scope === undefined ? '' : `WHERE ${column} IN (SELECT value FROM json_each(?))`;
const given = (scope: string | undefined): Value[] => (scope === undefined ? [] : [scope]);

type Numbered = PersonRow & { id: number };

/** Runs a statement for many ids, in statements of limited size. */
async function eachOf(db: Transaction, sql: string, ids: Value[]): Promise<void> {
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE)
    await db.run(`${sql} IN (SELECT value FROM json_each(?))`, [JSON.stringify(ids.slice(at, at + IDS_AT_ONCE))]);
}

const IDS_AT_ONCE = 4096;

/** The order of steps matters: a slug is released before another person takes it. */
async function replacePersons(db: Transaction, people: Numbered[], scope: Scope | null): Promise<void> {
  const next = new Map(people.map((person) => [person.id, person]));
  const same = new Set<number>();
  const moved: Value[][] = [];
  const gone: number[] = [];
  for (const row of await db.all<{ id: number; slug: string; name: string; kind: string }>(
    `SELECT id, slug, name, kind FROM person ${within('id', scope?.persons)}`,
    given(scope?.persons),
  )) {
    const now = next.get(row.id);
    if (now?.slug !== row.slug) moved.push([row.slug, row.id]);
    if (now && now.slug === row.slug && now.name === row.name && now.kind === row.kind) same.add(row.id);
    else gone.push(row.id);
  }
  const come = people.filter(({ id }) => !same.has(id));
  await insertRows(db, 'INSERT OR REPLACE INTO person_moved (slug, identity_id)', moved);
  await eachOf(db, 'DELETE FROM person WHERE id', gone);
  await insertRows(
    db,
    'INSERT INTO person (id, slug, name, kind)',
    come.map(({ id, slug, name, kind }) => [id, slug, name, kind]),
  );
  await eachOf(
    db,
    'DELETE FROM person_moved WHERE slug',
    come.map(({ slug }) => slug),
  );
}

async function replaceMembers(db: Transaction, people: Numbered[], scope: Scope | null): Promise<void> {
  const stored = await db.all<{ id: number; person: number | null; reason: string | null }>(
    `SELECT i.id, i.person_id AS person, j.reason FROM identity i LEFT JOIN person_join j ON j.identity_id = i.id
     ${within('i.id', scope?.identities)}`,
    given(scope?.identities),
  );
  const before = new Map(stored.map((row) => [row.id, row]));
  const joined: Value[][] = [];
  const owned: Value[][] = [];
  for (const { id: person, identities } of people)
    for (const { id, reason } of identities) {
      const row = before.get(id);
      if (row?.reason !== reason) joined.push([id, reason]);
      if (row?.person !== person) owned.push([id, person]);
    }
  await insertRows(db, 'INSERT OR REPLACE INTO person_join (identity_id, reason)', joined);
  for (let at = 0; at < owned.length; at += IDS_AT_ONCE)
    await db.run(
      'UPDATE identity SET person_id = j.value ->> 1 FROM json_each(?) j WHERE identity.id = j.value ->> 0',
      [JSON.stringify(owned.slice(at, at + IDS_AT_ONCE))],
    );
}

async function replaceLikes(db: Transaction, people: Numbered[], scope: Scope | null): Promise<void> {
  const ids = new Map(people.map(({ slug, id }) => [slug, id]));
  const next = new Map<string, Value[]>();
  for (const { id, perhaps } of people)
    for (const { slug, reason } of perhaps) {
      const other = ids.get(slug) as number;
      next.set(`${id} ${other} ${reason}`, [id, other, reason]);
    }
  const gone: Value[][] = [];
  for (const row of await db.all<{ person_id: number; other_id: number; reason: string }>(
    `SELECT person_id, other_id, reason FROM person_like ${within('person_id', scope?.persons)}`,
    given(scope?.persons),
  ))
    if (!next.delete(`${row.person_id} ${row.other_id} ${row.reason}`)) gone.push([row.person_id, row.other_id]);
  for (let at = 0; at < gone.length; at += IDS_AT_ONCE)
    await db.run(
      `DELETE FROM person_like WHERE (person_id, other_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`,
      [JSON.stringify(gone.slice(at, at + IDS_AT_ONCE))],
    );
  await insertRows(db, 'INSERT INTO person_like (person_id, other_id, reason)', [...next.values()]);
}

/** Adds lines of a mailmap to those of earlier runs; a line replaces one with the same old name and address. */
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
