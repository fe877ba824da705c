import sqlite3 from 'sqlite3';
import { DatabaseError, explained, openFailure } from './errors';

export { DatabaseError } from './errors';

/** `PRAGMA user_version` of the schema this code reads and writes. An older one: `npm run upgrade`. */
export const SCHEMA_VERSION = 5;

export type Value = string | number | Buffer | null;
export type Row = Record<string, Value>;

/** A question whose queries took longer than a reader may be held: they were stopped. */
export class TooLongError extends Error {
  override name = 'TooLongError';
}

/** Counts one more committed change of the database, and notes when; readers are told by ETag. */
export const NEXT_VERSION = `INSERT INTO meta (key, value) VALUES ('data_version', '1')
    ON CONFLICT DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT);
  INSERT OR REPLACE INTO meta (key, value) VALUES ('changed_at', CAST(unixepoch() AS TEXT))`;

/** Always one row: without one nothing would be held. */
const HOLD = `SELECT (SELECT value FROM meta WHERE key = 'data_version') AS version`;

/** How many prepared statements one connection keeps. */
const STATEMENTS_KEPT = 200;

/**
 * One SQLite connection with promises and a cache of prepared statements.
 * Its queries run one after another on libuv's thread pool, off the main thread.
 */
export class Connection {
  readonly #statements = new Map<string, Promise<sqlite3.Statement>>();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly handle: sqlite3.Database,
    readonly path: string,
  ) {}

  static open(path: string, mode: 'read' | 'write'): Promise<Connection> {
    const flags = mode === 'read' ? sqlite3.OPEN_READONLY : sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE;
    return new Promise((resolve, reject) => {
      const handle = new sqlite3.Database(path, flags, (error) =>
        error ? reject(openFailure(error, path, mode)) : resolve(new Connection(handle, path)),
      );
    });
  }

  /** All rows of a query. Numbers bind as int32 or double: write `CAST(? AS INTEGER)` where a rowid range of `search` is meant. */
  async all<T = Row>(sql: string, params: Value[] = []): Promise<T[]> {
    const statement = await this.#prepare(sql);
    return new Promise((resolve, reject) => {
      statement.all(params, (error: Error | null, rows: T[]) =>
        error ? reject(this.#located(error, sql)) : resolve(rows),
      );
    });
  }

  async get<T = Row>(sql: string, params: Value[] = []): Promise<T | undefined> {
    return (await this.all<T>(sql, params))[0];
  }

  /** Runs a statement that returns no rows; resolves to the number of changed rows. */
  async run(sql: string, params: Value[] = []): Promise<number> {
    const statement = await this.#prepare(sql);
    return new Promise((resolve, reject) => {
      const located = (error: Error) => this.#located(error, sql);
      statement.run(params, function (this: sqlite3.RunResult, error: Error | null) {
        if (error) reject(located(error));
        else resolve(this.changes);
      });
    });
  }

  /** Runs several statements separated by `;`, without parameters. */
  exec(sql: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.handle.exec(sql, (error) => (error ? reject(this.#located(error, sql)) : resolve()));
    });
  }

  /**
   * Runs `work` in one write transaction: committed when it resolves, rolled back when it rejects. Transactions of one
   * connection wait for one another, so that two steps of an ingest may overlap and none commits half of the other's rows.
   * Each counts as a change of the data: pages that were made of what was there before are made anew.
   */
  transaction<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(async () => {
      await this.exec('BEGIN IMMEDIATE');
      try {
        const result = await work();
        await this.exec(`${NEXT_VERSION}; COMMIT`);
        return result;
      } catch (error) {
        // A full disk may have rolled back already; what went wrong first is what is told.
        await this.exec('ROLLBACK').catch(() => {});
        throw error;
      }
    });
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /**
   * Begins a read transaction and gives the data version of its snapshot, in one trip to SQLite's thread: a statement that has given a
   * row and is not reset holds the snapshot that it read (https://sqlite.org/lang_transaction.html, implicit transactions).
   */
  async hold(): Promise<string> {
    const statement = await this.#prepare(HOLD);
    return new Promise((resolve, reject) => {
      statement.get((error: Error | null, row?: { version: string | null }) =>
        error ? reject(this.#located(error, HOLD)) : resolve(row?.version ?? '0'),
      );
    });
  }

  /** Ends what `hold` began. */
  async release(): Promise<void> {
    const statement = await this.#prepare(HOLD).catch(() => null);
    if (statement) await new Promise<void>((resolve) => statement.reset(() => resolve()));
  }

  async close(): Promise<void> {
    const statements = [...this.#statements.values()];
    this.#statements.clear();
    for (const statement of statements) await finalize(statement);
    await new Promise<void>((resolve, reject) => this.handle.close((error) => (error ? reject(error) : resolve())));
  }

  #located(error: Error, sql: string): Error {
    const known = explained(error, this.path);
    if (known) return known;
    error.message = `${error.message} in: ${sql.replace(/\s+/g, ' ').slice(0, 200)}`;
    return error;
  }

  /** A statement that cannot be prepared rejects: without its own callback, sqlite3 would leave the calls on it waiting for ever. */
  #prepare(sql: string): Promise<sqlite3.Statement> {
    const kept = this.#statements.get(sql);
    this.#statements.delete(sql);
    const statement =
      kept ??
      new Promise<sqlite3.Statement>((resolve, reject) => {
        const made: sqlite3.Statement = this.handle.prepare(sql, (error: Error | null) =>
          error ? reject(this.#located(error, sql)) : resolve(made),
        );
      });
    this.#statements.set(sql, statement);
    statement.catch(() => this.#statements.delete(sql));
    if (this.#statements.size > STATEMENTS_KEPT) {
      const [oldest, unused] = this.#statements.entries().next().value as [string, Promise<sqlite3.Statement>];
      this.#statements.delete(oldest);
      void finalize(unused);
    }
    return statement;
  }
}

async function finalize(statement: Promise<sqlite3.Statement>): Promise<void> {
  const made = await statement.catch(() => null);
  if (made) await new Promise<void>((resolve) => made.finalize(() => resolve()));
}

/** What `Reader.read` hands to a query: the same snapshot of the database for each call. */
export interface Snapshot extends Pick<Connection, 'all' | 'get'> {
  /** The same object for every snapshot of one open database: what is cached of it hangs on this. */
  readonly file: object;
  /** Counts every committed change of the database: the ETag of each page is made of it. */
  readonly version: string;
}

/**
 * Several read-only connections, so that a slow search holds up nobody else. Never writes:
 * the connections are opened read-only and `PRAGMA query_only` is set besides.
 */
export class Reader {
  readonly #free: Connection[];
  readonly #waiting: ((connection: Connection) => void)[] = [];

  private constructor(
    readonly path: string,
    private readonly connections: Connection[],
    private readonly limitMs: number | null,
  ) {
    this.#free = [...connections];
  }

  /** Commands may take as long as they need (null); the server passes READ_LIMIT_MS. */
  static async open(path: string, connections = 3, limitMs: number | null = null): Promise<Reader> {
    const opened: Connection[] = [];
    try {
      for (let n = 0; n < connections; n++) {
        const connection = await Connection.open(path, 'read');
        opened.push(connection);
        await connection.exec(
          'PRAGMA query_only = 1; PRAGMA busy_timeout = 5000; PRAGMA mmap_size = 2147483648; PRAGMA cache_size = -32768; PRAGMA temp_store = memory;',
        );
        if (n === 0) await checkVersion(connection);
      }
    } catch (error) {
      for (const connection of opened) await connection.close();
      throw error;
    }
    return new Reader(path, opened, limitMs);
  }

  /**
   * Runs `query` in one read transaction. Its queries are stopped after `limitMs` (waiting for a connection not counted), and so
   * is each that it asks afterwards: it ends with TooLongError.
   * Nobody waits for the transaction's end: a read has nothing to lose by it.
   */
  async read<T>(query: (db: Snapshot) => Promise<T>, limitMs = this.limitMs): Promise<T> {
    const connection = this.#free.pop() ?? (await new Promise<Connection>((resolve) => this.#waiting.push(resolve)));
    let isOver = false;
    const stop = () => {
      isOver = true;
      connection.handle.interrupt();
    };
    const over = limitMs === null ? undefined : setTimeout(stop, limitMs);
    const all = async <R>(sql: string, params?: Value[]): Promise<R[]> => {
      if (isOver) throw tooLong(limitMs);
      try {
        return await connection.all<R>(sql, params);
      } catch (error) {
        throw isOver ? tooLong(limitMs) : error;
      }
    };
    try {
      const version = await connection.hold().catch((error) => {
        throw isOver ? tooLong(limitMs) : error;
      });
      return await query({
        file: this,
        version,
        all,
        get: async (sql, params) => (await all(sql, params))[0] as never,
      });
    } finally {
      clearTimeout(over);
      void connection.release().then(() => this.#giveBack(connection));
    }
  }

  #giveBack(connection: Connection): void {
    const next = this.#waiting.shift();
    if (next) next(connection);
    else this.#free.push(connection);
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()));
  }
}

/** How long the queries of one page may take: the slowest of a large archive take a second, thirty on a machine with fifteen times the work it can do. */
export const READ_LIMIT_MS = 30_000;

const tooLong = (limitMs: number | null) =>
  new TooLongError(
    `This takes longer than ${(limitMs ?? 0) / 1000} seconds and was stopped: ask for less, or for something more particular.`,
  );

/** Tables that every version of ours has. */
const OURS = `('message', 'posting', 'block', 'meta')`;

/** What stands in a file: `version` is SCHEMA_VERSION's of whoever wrote it; null where the file is empty. */
export async function versionOf(connection: Connection): Promise<number | null> {
  const made = await connection.get<{ tables: number; ours: number; version: number }>(
    `SELECT count(*) AS tables, count(*) FILTER (WHERE name IN ${OURS}) AS ours,
       (SELECT user_version FROM pragma_user_version) AS version FROM sqlite_schema`,
  );
  if (!made?.tables) return null;
  if (made.ours !== 4)
    throw new DatabaseError(
      `${connection.path}: an SQLite database, but not one of Threadline's; it was left as it is. Name another file in THREADLINE_DB.`,
    );
  return made.version;
}

/** Refuses a file that is empty, of another program or of another version. */
export async function checkVersion(connection: Connection): Promise<void> {
  const version = await versionOf(connection);
  if (version !== SCHEMA_VERSION) throw new DatabaseError(`${connection.path}: ${versionAdvice(version)}`);
}

function versionAdvice(version: number | null): string {
  if (version === null)
    return 'the database is empty. Run "npm run ingest -- SOURCE" first, or name another file in THREADLINE_DB.';
  const differ = `the database is of version ${version}, this program reads and writes version ${SCHEMA_VERSION}.`;
  return version < SCHEMA_VERSION
    ? `${differ} Stop the server and run "npm run upgrade": it brings the database up to date from what it holds.`
    : `${differ} A newer Threadline wrote it: update this one, or name another file in THREADLINE_DB.`;
}
