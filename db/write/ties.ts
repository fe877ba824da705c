import { FLAG } from '#mail/flags';
import { IDS_PER_DAY } from '#mail/ids';
import type { Connection, Reads } from '../open';
import { insertRows } from './insert';

/** Trailers with another address in the mails of these identities: sign-offs, and trailers given in answers. */
export function signedBy(
  db: Reads,
  identities: number[],
): Promise<{ author: number; name: string; address: string; days: number }[]> {
  return db.all(
    `SELECT m.author_id AS author, t.name, lower(t.address) AS address, count(DISTINCT m.id / ${IDS_PER_DAY}) AS days
     FROM json_each(?1) j CROSS JOIN message m ON m.author_id = j.value CROSS JOIN trailer t ON t.message_id = m.id
     WHERE (t.key = 'Signed-off-by' OR (m.flags & ${FLAG.patch}) = 0)
       AND lower(t.address) IN (SELECT i.address FROM json_each(?1) k JOIN identity i ON i.id = k.value)
     GROUP BY 1, 2, 3`,
    [JSON.stringify(identities)],
  );
}

/**
 * The threads in which identities wrote; for those in `many`, only threads in which one of `few` wrote too, so that not all threads of
 * the busiest are read.
 */
export async function wroteIn(db: Reads, few: number[], many: number[]): Promise<[number, number][]> {
  const rows = await db.all<{ author: number; thread: number }>(
    `WITH mine AS (SELECT DISTINCT m.author_id AS author, m.thread FROM json_each(?1) j CROSS JOIN message m ON m.author_id = j.value)
     SELECT author, thread FROM mine
     UNION SELECT m.author_id, m.thread FROM (SELECT DISTINCT thread FROM mine) t CROSS JOIN message m ON m.thread = t.thread
       WHERE m.author_id IN (SELECT value FROM json_each(?2))`,
    [JSON.stringify(few), JSON.stringify(many)],
  );
  return rows.map(({ author, thread }) => [author, thread]);
}

interface StoredTies {
  signed: { a: string; b: string; days: number }[];
  shared: { a: string; b: string; threads: number }[];
}

/** Replaces the ties between these addresses. */
export async function saveTies(
  connection: Connection,
  addresses: string[],
  { signed, shared }: StoredTies,
): Promise<void> {
  await connection.transaction(async (db) => {
    await db.run(
      'DELETE FROM person_tie WHERE a IN (SELECT value FROM json_each(?1)) AND b IN (SELECT value FROM json_each(?1))',
      [JSON.stringify(addresses)],
    );
    await insertRows(db, 'INSERT INTO person_tie (kind, a, b, count)', [
      ...signed.map(({ a, b, days }) => ['signed', a, b, days]),
      ...shared.map(({ a, b, threads }) => ['shared', a, b, threads]),
    ]);
  });
}

/** All ties; only those between these addresses, if given. */
export async function ties(db: Reads, addresses?: string[]): Promise<StoredTies> {
  const among = addresses
    ? `WHERE kind IN ('signed', 'shared') AND a IN (SELECT value FROM json_each(?1)) AND b IN (SELECT value FROM json_each(?1))`
    : '';
  const rows = await db.all<{ kind: string; a: string; b: string; count: number }>(
    `SELECT kind, a, b, count FROM person_tie ${among} ORDER BY kind, a, b`,
    addresses ? [JSON.stringify(addresses)] : [],
  );
  const of = (kind: string) => rows.filter((row) => row.kind === kind);
  return {
    signed: of('signed').map(({ a, b, count }) => ({ a, b, days: count })),
    shared: of('shared').map(({ a, b, count }) => ({ a, b, threads: count })),
  };
}
