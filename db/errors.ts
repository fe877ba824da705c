import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The database cannot be used: missing, damaged, locked, full, of another version, or not ours. The message says what to do. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';

  constructor(
    message: string,
    /** SQLite's result code, such as `SQLITE_FULL`; null if the file is not a database of ours. */
    readonly code: string | null = null,
  ) {
    super(message);
  }
}

/** What happened and what to do, by SQLite's result code (https://www.sqlite.org/rescode.html). */
const ADVICE: Record<string, string> = {
  SQLITE_FULL:
    'the disk is full, or the file cannot grow any more. Committed data are kept. Free some space, then run the command again.',
  SQLITE_IOERR:
    'the disk failed to read or write. Committed data are kept. Check the disk and its free space, then run the command again; "npm run verify" checks the database.',
  SQLITE_READONLY:
    'read-only. Let this user write to the file and its folder (SQLite keeps its log beside the file), or set THREADLINE_DB to another file.',
  SQLITE_CANTOPEN:
    'cannot open it, or the files that SQLite keeps beside it (-wal, -shm). Let this user write to its folder; readers need that too.',
  SQLITE_PERM: 'permission denied. Let this user read and write the file, or set THREADLINE_DB to another file.',
  SQLITE_BUSY: 'locked by another program. End that program or wait for it, then try again.',
  SQLITE_CORRUPT:
    'the database is damaged. Replace it by a backup; or move it away, with the files that end in -wal and -shm, and ingest its sources again.',
  SQLITE_NOTADB: 'not an SQLite database. Move the file away, or set THREADLINE_DB to another file.',
};

/** Turns an SQLite error into a DatabaseError that says what to do; null if it is a bug, such as wrong SQL. */
export function explained(error: Error, path: string): DatabaseError | null {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const advice = ADVICE[code];
  return advice === undefined ? null : new DatabaseError(`${path}: ${advice} (${error.message})`, code);
}

/** The error for a database that could not be opened. */
export function openFailure(error: Error, path: string, mode: 'read' | 'write'): DatabaseError {
  const code = (error as NodeJS.ErrnoException).code ?? null;
  const say = (text: string) => new DatabaseError(`${path}: ${text}`, code);
  const found = lookAt(path);
  if (found?.isDirectory()) return say('is a folder. Set THREADLINE_DB to a file.');
  if (found)
    return code === 'SQLITE_CANTOPEN'
      ? say('cannot open it. Let this user read and write the file and its folder.')
      : (explained(error, path) ?? say(error.message));
  if (mode === 'read')
    return say('no such database. Run "npm run ingest -- SOURCE" first, or set THREADLINE_DB to another file.');
  return say(`cannot create it. Let this user write to ${dirname(path)}, or set THREADLINE_DB to another file.`);
}

function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** The error for a database whose folder could not be created. */
export function folderFailure(error: unknown, path: string): DatabaseError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new DatabaseError(
    `${path}: cannot create its folder (${code ?? message}). Set THREADLINE_DB to a file in a folder that this user can write to.`,
  );
}
