import type { Snapshot } from '../open';

export interface Health {
  dataVersion: number;
  /** When the archive last changed, Unix seconds; null for a database whose ingest did not write it. */
  changedAt: number | null;
}

/** That the database can be read, and which state of it. */
export async function health(db: Snapshot): Promise<Health> {
  const rows = await db.all<{ key: string; value: string }>(
    `SELECT key, value FROM meta WHERE key IN ('data_version', 'changed_at')`,
  );
  const of = (key: string) => rows.find((row) => row.key === key)?.value;
  return {
    dataVersion: Number(of('data_version') ?? 0),
    changedAt: of('changed_at') ? Number(of('changed_at')) : null,
  };
}

/** What the database holds. Rows of whole tables are counted: for operators, once for each data version. */
export async function holdings(db: Snapshot): Promise<Record<string, number>> {
  const row = await db.get<Record<string, number>>(
    `SELECT (SELECT count(*) FROM message) AS messages, (SELECT count(*) FROM thread) AS threads, (SELECT count(*) FROM list) AS lists,
       (SELECT count(*) FROM series) AS series, (SELECT count(*) FROM person) AS people`,
  );
  return row ?? {};
}
