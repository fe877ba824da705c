import type { Connection, Reads, Transaction } from '../open';

/** Attaches the older database as `old` while `work` runs. */
async function attached<T>(db: Connection, old: string, work: () => Promise<T>): Promise<T> {
  await db.command('ATTACH ? AS old', [old]);
  try {
    return await work();
  } finally {
    await db.command('DETACH old');
  }
}

/** Copies what cannot be derived from mails: the lists with names and numbers, the mailmap, and the data version. */
export function restoreNames(connection: Connection, old: string): Promise<void> {
  const copy = async (db: Transaction) => {
    await db.exec(
      'INSERT INTO list (id, name, list_id, description, synthetic) SELECT id, name, list_id, description, synthetic FROM old.list',
    );
    await db.exec(
      `INSERT INTO meta (key, value) SELECT key, value FROM old.meta WHERE key IN ('data_version', 'synthetic', 'withdrawn')`,
    );
    // The numbers of withdrawn mails must not be reused.
    if (await db.get(`SELECT 1 FROM pragma_table_info('list', 'old') WHERE name = 'last_number'`))
      await db.exec('UPDATE main.list SET last_number = o.last_number FROM old.list o WHERE o.id = main.list.id');
    if (await db.get(`SELECT 1 FROM old.sqlite_schema WHERE name = 'mailmap'`))
      await db.exec(
        'INSERT INTO mailmap (old_address, old_name, address) SELECT old_address, old_name, address FROM old.mailmap',
      );
  };
  return attached(connection, old, () => connection.transaction(copy));
}

/** The differences in postings and rejects between the databases; all zero if nothing was lost or added. */
export function restoredDifference(
  db: Connection,
  old: string,
): Promise<{ lost: number; added: number; rejects: number }> {
  const postings = (schema: string) =>
    `SELECT m.msgid, l.name, m.bytes, m.received_at, p.epoch, p.oid, p.received_at, s.location FROM ${schema}.posting p
     JOIN ${schema}.message m ON m.id = p.message_id JOIN ${schema}.list l ON l.id = p.list_id JOIN ${schema}.source s ON s.id = p.source_id`;
  return attached(db, old, async () => {
    const row = await db.get<{ lost: number; added: number; rejects: number }>(
      `SELECT (SELECT count(*) FROM (${postings('old')} EXCEPT ${postings('main')})) AS lost,
         (SELECT count(*) FROM (${postings('main')} EXCEPT ${postings('old')})) AS added,
         (SELECT count(*) FROM old.reject) - (SELECT count(*) FROM main.reject) AS rejects`,
    );
    return row ?? { lost: -1, added: -1, rejects: -1 };
  });
}

/** The ids of messages, by Message-ID and whether they are imposters. */
export function messagesNamed(
  db: Reads,
  names: { msgid: string; imposter: number }[],
): Promise<{ id: number | null }[]> {
  return db.all(
    `SELECT (SELECT min(m.id) FROM message m WHERE m.msgid = j.value ->> 0 AND m.imposter = j.value ->> 1) AS id
     FROM json_each(?) j ORDER BY j.key`,
    [JSON.stringify(names.map(({ msgid, imposter }) => [msgid, imposter]))],
  );
}

/** Makes sure that nobody else has the file open, and that all data are in the file itself, without a log beside it. */
export async function claimAlone(db: Connection): Promise<void> {
  await db.command('PRAGMA busy_timeout = 1000; PRAGMA wal_checkpoint(TRUNCATE)');
  const row = await db.get<{ journal_mode: string }>('PRAGMA journal_mode = DELETE');
  if (row?.journal_mode !== 'delete') throw new Error('cannot close the write-ahead log');
}
