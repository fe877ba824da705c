import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The database cannot be used: missing, damaged, locked, full, of another version, or not ours. The message says what to do. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';

  constructor(
    message: string,
    /** SQLite's result code, such as `SQLITE_FULL`; null where the file itself is none of ours. */
    readonly code: string | null = null,
  ) {
    super(message);
  }
}

/** What happened and what to do, by SQLite's result code (https://www.sqlite.org/rescode.html). */
const ADVICE: Record<string, string> = {
  SQLITE_FULL:
    'the disk is full, or the file may grow no further. What was committed before is kept: make room, then run the command again.',
  SQLITE_IOERR:
    'the disk failed to read or write. What was committed before is kept: look at the disk and its free space, then run the command again; "npm run verify" tells whether the database is whole.',
  SQLITE_READONLY:
    'it cannot be written to. Give this user leave to write the file and the folder around it (SQLite keeps its log beside the file), or name another file in THREADLINE_DB.',
  SQLITE_CANTOPEN:
    'it, or the files that SQLite keeps beside it (-wal, -shm), cannot be opened. Give this user leave to write to the folder around it; readers need it too.',
  SQLITE_PERM: 'this user may not use it. Give leave to read and write it, or name another file in THREADLINE_DB.',
  SQLITE_BUSY: 'another program holds a lock on it. End that program, or wait until it has ended, then try again.',
  SQLITE_CORRUPT:
    'the database is damaged. Put a backup in its place; or move it away, with the files that end in -wal and -shm, and run ingest again on its sources.',
  SQLITE_NOTADB: 'this is no SQLite database. Move the file away, or name another in THREADLINE_DB.',
};

/** An error of SQLite's as the DatabaseError that tells what to do; null where it is a fault of ours, such as wrong SQL. */
export function explained(error: Error, path: string): DatabaseError | null {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const advice = ADVICE[code];
  return advice === undefined ? null : new DatabaseError(`${path}: ${advice} (${error.message})`, code);
}

/** Why a database could not even be opened. */
export function openFailure(error: Error, path: string, mode: 'read' | 'write'): DatabaseError {
  const code = (error as NodeJS.ErrnoException).code ?? null;
  const say = (text: string) => new DatabaseError(`${path}: ${text}`, code);
  const found = lookAt(path);
  if (found?.isDirectory()) return say('this is a folder. Name a file in THREADLINE_DB.');
  if (found)
    return code === 'SQLITE_CANTOPEN'
      ? say('it cannot be opened. Give this user leave to read and write the file and the folder around it.')
      : (explained(error, path) ?? say(error.message));
  if (mode === 'read')
    return say(
      'there is no database here. Run "npm run ingest -- SOURCE" first, or name another file in THREADLINE_DB.',
    );
  return say(
    `it cannot be made. Give this user leave to write to ${dirname(path)}, or name another file in THREADLINE_DB.`,
  );
}

function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Why the folder of a database could not be made, from what the system said. */
export function folderFailure(error: unknown, path: string): DatabaseError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new DatabaseError(
    `${path}: its folder cannot be made (${code ?? message}). Name a file in a folder that this user may write to in THREADLINE_DB.`,
  );
}
