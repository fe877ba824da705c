import type { Snapshot } from '../open';

export interface Health {
  dataVersion: number;
  /** When the archive last changed, in Unix seconds; null if the ingest did not record it. */
  changedAt: number | null;
}

/** Checks that the database can be read, and returns the version of its data. */
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

/** Counts the contents of the database. Counts whole tables, so for operators only, once for each data version. */
export async function holdings(db: Snapshot): Promise<Record<string, number>> {
  const row = await db.get<Record<string, number>>(
    `SELECT (SELECT count(*) FROM message) AS messages, (SELECT count(*) FROM thread) AS threads, (SELECT count(*) FROM list) AS lists,
       (SELECT count(*) FROM series) AS series, (SELECT count(*) FROM person) AS people`,
  );
  return row ?? {};
}
