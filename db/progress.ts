import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** The progress of an ingest with a source. */
export interface SourceProgress {
  /** The path or URL that the user gave. */
  location: string;
  /** `fetching`: asking its server; `reading`: reading its mails; `linking`: all are read, linking threads, patches and quotations. */
  phase: 'fetching' | 'reading' | 'linking';
  /** Mails read. */
  read: number;
  /** The total number of mails; null if the source does not say. */
  total: number | null;
}

/** A file that has not been written for this long is ignored: a killed ingest leaves its file behind. */
const STALE_MS = 10 * 60_000;

/** Beside the database, not in it: it changes without changing data, and other nodes do not need it. */
const fileOf = (database: string) => `${database}.progress.json`;

/** Writes the progress of the sources being read; without sources, removes the file. Ignores a folder that cannot be written. */
export function writeProgress(database: string, sources: SourceProgress[]): void {
  const file = fileOf(database);
  try {
    if (sources.length) {
      writeFileSync(`${file}.part`, JSON.stringify(sources));
      renameSync(`${file}.part`, file);
    } else rmSync(file, { force: true });
  } catch {
    // The ingest itself reports why nothing can be written here.
  }
}

/** The sources that an ingest on this database is reading now; empty if there is none. */
export function readProgress(database: string): SourceProgress[] {
  const file = fileOf(database);
  try {
    return Date.now() - statSync(file).mtimeMs > STALE_MS ? [] : JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}
