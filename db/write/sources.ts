import type { Connection, Reads, Transaction } from '../open';
import { insertRows } from './insert';

export interface SourceRow {
  id: number;
  state: unknown;
  /** Whether an earlier run stored mails from it. */
  isBegun: boolean;
}

/** The row of a source, created when it is read for the first time. */
export async function sourceRow(connection: Connection, kind: string, location: string): Promise<SourceRow> {
  const find = () =>
    connection.get<{ id: number; state: string | null }>(
      'SELECT id, state FROM source WHERE kind = ? AND location = ?',
      [kind, location],
    );
  let row = await find();
  // Not checked for a new source, because that would search all postings.
  const isBegun = row !== undefined && (row.state !== null || (await hasPosted(connection, row.id)));
  if (!row) {
    await connection.transaction((db) => db.run('INSERT INTO source (kind, location) VALUES (?, ?)', [kind, location]));
    row = await find();
  }
  if (!row) throw new Error(`source ${kind} ${location} was not recorded`);
  return { id: row.id, state: row.state === null ? undefined : JSON.parse(row.state), isBegun };
}

/** The last checkpoint of a source; undefined if it was never read. */
export async function stateOf(db: Reads, kind: string, location: string): Promise<unknown> {
  const row = await db.get<{ state: string | null }>('SELECT state FROM source WHERE kind = ? AND location = ?', [
    kind,
    location,
  ]);
  return row?.state ? JSON.parse(row.state) : undefined;
}

/** Whether anything from a source is stored, perhaps by a run that was killed before its first checkpoint. */
async function hasPosted(db: Reads, sourceId: number): Promise<boolean> {
  return (await db.get('SELECT 1 FROM posting WHERE source_id = ? LIMIT 1', [sourceId])) !== undefined;
}

export async function saveCheckpoint(db: Transaction, sourceId: number, state: unknown, seen: string[]): Promise<void> {
  await db.run('UPDATE source SET state = ? WHERE id = ?', [JSON.stringify(state ?? null), sourceId]);
  await insertRows(
    db,
    'INSERT OR IGNORE INTO source_file (source_id, key)',
    seen.map((key) => [sourceId, key]),
  );
}

export async function seenFiles(db: Reads, sourceId: number, keys: string[]): Promise<Set<string>> {
  const rows = await db.all<{ key: string }>(
    'SELECT f.key FROM json_each(?) j JOIN source_file f ON f.source_id = ? AND f.key = j.value',
    [JSON.stringify(keys), sourceId],
  );
  return new Set(rows.map((row) => row.key));
}

/** Stores input that is not mail. A reject that a killed run already stored is not stored again. */
export async function insertReject(
  db: Transaction,
  { sourceId, place, reason, bytes }: { sourceId: number; place: string; reason: string; bytes: Buffer },
): Promise<void> {
  await db.run(
    `INSERT INTO reject (source_id, place, reason, bytes) SELECT ?1, ?2, ?3, ?4
     WHERE NOT EXISTS (SELECT 1 FROM reject WHERE source_id = ?1 AND place = ?2 AND bytes = ?4)`,
    [sourceId, place, reason, bytes],
  );
}

export interface ListRow {
  id: number;
  name: string;
  list_id: string | null;
  synthetic: number;
}

export function allLists(db: Reads): Promise<ListRow[]> {
  return db.all<ListRow>('SELECT id, name, list_id, synthetic FROM list ORDER BY id');
}

/** The lists with mails from a source. */
export async function listsOfSource(db: Reads, source: number): Promise<number[]> {
  const rows = await db.all<{ id: number }>('SELECT DISTINCT list_id AS id FROM posting WHERE source_id = ?', [source]);
  return rows.map(({ id }) => id);
}

/** Stores the description of a list if it has changed, even if no mail was read. */
export async function describeList(db: Connection, name: string, description: string): Promise<void> {
  const sql = 'FROM list WHERE name = ?1 AND description IS NOT ?2';
  if ((await db.get(`SELECT 1 ${sql}`, [name, description])) === undefined) return;
  await db.transaction((writes) => writes.run('UPDATE list SET description = ?2 WHERE name = ?1', [name, description]));
}

export async function addList(
  db: Transaction,
  list: { name: string; listId: string | null; synthetic: boolean },
): Promise<number> {
  await db.run('INSERT INTO list (name, list_id, synthetic) VALUES (?, ?, ?)', [
    list.name,
    list.listId,
    list.synthetic ? 1 : 0,
  ]);
  const row = await db.get<{ id: number }>('SELECT id FROM list WHERE name = ?', [list.name]);
  return row?.id ?? 0;
}
