import type { Reads, Transaction, Value } from '../open';
import { insertRows } from './insert';

export interface IdentityRow {
  id: number;
  name: string;
  address: string;
  messages: number;
  first: number;
  last: number;
}

/** The columns of an IdentityRow, of `identity i`. */
export const IDENTITY = 'i.id, i.name, i.address, i.messages, i.first_at AS first, i.last_at AS last';

export function identitiesOf(db: Reads, ids: number[]): Promise<IdentityRow[]> {
  return db.all<IdentityRow & Record<string, never>>(
    `SELECT ${IDENTITY} FROM json_each(?) j CROSS JOIN identity i ON i.id = j.value`,
    [JSON.stringify(ids)],
  );
}

export async function identitiesAt(db: Reads, addresses: string[]): Promise<number[]> {
  return numbers(
    await db.all('SELECT i.id FROM json_each(?) j CROSS JOIN identity i ON i.address = j.value', [
      JSON.stringify(addresses),
    ]),
  );
}

/** Identities that no person has yet. */
export async function newIdentities(db: Reads): Promise<number[]> {
  return numbers(await db.all('SELECT id FROM identity WHERE person_id IS NULL'));
}

/** Identities that have one of the keys. */
export async function identitiesWith(db: Reads, keys: string[]): Promise<number[]> {
  return numbers(
    await db.all('SELECT DISTINCT k.identity_id AS id FROM json_each(?) j CROSS JOIN person_key k ON k.key = j.value', [
      JSON.stringify(keys),
    ]),
  );
}

export async function identitiesOfPersons(db: Reads, persons: number[]): Promise<number[]> {
  return numbers(
    await db.all('SELECT i.id FROM json_each(?) j CROSS JOIN identity i ON i.person_id = j.value', [
      JSON.stringify(persons),
    ]),
  );
}

export function personsOf(db: Reads, identities: number[]): Promise<{ id: number; slug: string }[]> {
  return db.all(
    `SELECT DISTINCT p.id, p.slug FROM json_each(?) j CROSS JOIN identity i ON i.id = j.value CROSS JOIN person p ON p.id = i.person_id`,
    [JSON.stringify(identities)],
  );
}

/** Persons whose slug is one of these or continues one of them with a dash. */
export function personsBySlug(db: Reads, slugs: string[]): Promise<{ id: number; slug: string }[]> {
  // A full stop is the character after the dash.
  return db.all(
    `SELECT p.id, p.slug FROM json_each(?1) j CROSS JOIN person p ON p.slug = j.value
     UNION SELECT p.id, p.slug FROM json_each(?1) j CROSS JOIN person p ON p.slug > j.value || '-' AND p.slug < j.value || '.'`,
    [JSON.stringify(slugs)],
  );
}

/** Which of these names are counted. `of`: each with one of its words. */
export async function countedNames(db: Reads, of: [word: string, name: string][]): Promise<string[]> {
  const rows = await db.all<{ name: string }>(
    `SELECT w.name FROM json_each(?) j CROSS JOIN person_word w ON w.word = j.value ->> 0 AND w.name = j.value ->> 1`,
    [JSON.stringify(of)],
  );
  return rows.map(({ name }) => name);
}

/** How many counted names have a word. */
export async function bearers(db: Reads, words: string[]): Promise<Map<string, number>> {
  const rows = await db.all<{ word: string; n: number }>(
    'SELECT j.value AS word, (SELECT count(*) FROM person_word w WHERE w.word = j.value) AS n FROM json_each(?) j',
    [JSON.stringify(words)],
  );
  return new Map(rows.map(({ word, n }) => [word, n]));
}

export async function namesWith(db: Reads, words: string[]): Promise<string[]> {
  const rows = await db.all<{ name: string }>(
    'SELECT DISTINCT w.name FROM json_each(?) j CROSS JOIN person_word w ON w.word = j.value',
    [JSON.stringify(words)],
  );
  return rows.map(({ name }) => name);
}

export async function nameCount(db: Reads): Promise<number> {
  return Number((await db.get<{ value: string }>(`SELECT value FROM meta WHERE key = 'people_names'`))?.value ?? 0);
}

/** Rows by which the next ingest finds the identities and names that its mails affect. */
export interface IndexRows {
  /** (key, identity) */
  keys: [string, number][];
  /** (word, name): to add, and to remove. */
  words: { added: [string, string][]; removed: [string, string][] };
  names: number;
}

export async function addToIndex(db: Transaction, { keys, words, names }: IndexRows): Promise<void> {
  await insertRows(db, 'INSERT OR IGNORE INTO person_key (key, identity_id)', keys);
  await insertRows(db, 'INSERT OR IGNORE INTO person_word (word, name)', words.added);
  await remove(db, 'DELETE FROM person_word WHERE (word, name)', words.removed);
  await db.run(
    `INSERT INTO meta (key, value) VALUES ('people_names', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [String(names)],
  );
}

/** The same for the rows of all identities: stored rows that are not among them are removed. */
export async function replaceIndex(db: Transaction, { keys, words, names }: IndexRows): Promise<void> {
  const next = new Set(keys.map((row) => row.join('\n')));
  const gone = (await db.all<{ key: string; id: number }>('SELECT key, identity_id AS id FROM person_key')).flatMap(
    ({ key, id }) => (next.delete(`${key}\n${id}`) ? [] : [[key, id] as [string, number]]),
  );
  await remove(db, 'DELETE FROM person_key WHERE (key, identity_id)', gone);
  const nextWords = new Set(words.added.map((row) => row.join('\n')));
  const removed = (await db.all<{ word: string; name: string }>('SELECT word, name FROM person_word')).flatMap(
    ({ word, name }) => (nextWords.delete(`${word}\n${name}`) ? [] : [[word, name] as [string, string]]),
  );
  await addToIndex(db, {
    keys: keys.filter((row) => next.has(row.join('\n'))),
    words: { added: words.added.filter((row) => nextWords.has(row.join('\n'))), removed },
    names,
  });
}

const AT_ONCE = 4096;

async function remove(db: Transaction, sql: string, pairs: Value[][]): Promise<void> {
  for (let at = 0; at < pairs.length; at += AT_ONCE)
    await db.run(`${sql} IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`, [
      JSON.stringify(pairs.slice(at, at + AT_ONCE)),
    ]);
}

const numbers = (rows: Record<string, unknown>[]) => rows.map(({ id }) => Number(id));
