import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** How far an ingest is with one source. */
export interface SourceProgress {
  /** As the user named it: a path, a URL. */
  location: string;
  /** `fetching`: its server is asked; `reading`: its mails; `linking`: all are read, threads, patches and quotations are joined. */
  phase: 'fetching' | 'reading' | 'linking';
  /** Mails read. */
  read: number;
  /** Mails in all; null where the source does not tell. */
  total: number | null;
}

/** An ingest that was killed leaves its file behind: one that was not written to for so long says nothing. */
const STALE_MS = 10 * 60_000;

/** Beside the database, not in it: it changes while no data do, and no other node has a use for it. */
const fileOf = (database: string) => `${database}.progress.json`;

/** Says how far the sources are that are being read; none: the file is removed. A folder that cannot be written to is left alone. */
export function writeProgress(database: string, sources: SourceProgress[]): void {
  const file = fileOf(database);
  try {
    if (sources.length) {
      writeFileSync(`${file}.part`, JSON.stringify(sources));
      renameSync(`${file}.part`, file);
    } else rmSync(file, { force: true });
  } catch {
    // The ingest itself says why nothing can be written here.
  }
}

/** What an ingest on this database is reading now; empty where none is. */
export function readProgress(database: string): SourceProgress[] {
  const file = fileOf(database);
  try {
    return Date.now() - statSync(file).mtimeMs > STALE_MS ? [] : JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}
