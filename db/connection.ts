import sqlite3 from 'sqlite3';
import { DatabaseError, explained, openFailure } from './errors';

export type Value = string | number | Buffer | null;
export type Row = Record<string, Value>;

/** A statement of a write transaction, as run. If `params` is null, it may be several statements separated by `;`. */
export interface Statement {
  sql: string;
  params: Value[] | null;
}

/** Gets the statements of each write transaction before the commit (see `log/`). If it rejects, the transaction is rolled back. */
export interface TransactionLog {
  /** Resolves to their sequence number in the log. */
  append(statements: readonly Statement[]): Promise<number>;
}

/** Queries, which a connection, a transaction and a reader's snapshot all support. */
export type Reads = Pick<Connection, 'all' | 'get'>;

const LOG_SEQUENCE = `SELECT value FROM meta WHERE key = 'log_sequence'`;

/** Always returns one row: without a row, no snapshot would be held. */
const HOLD = `SELECT (SELECT value FROM meta WHERE key = 'data_version') || coalesce(' ' || (SELECT value FROM meta WHERE key = 'log_id'), '') AS version`;

/** The number of prepared statements that a connection keeps. */
const STATEMENTS_KEPT = 200;

/**
 * One SQLite connection with promises and a cache of prepared statements.
 * Its queries run one after another on libuv's thread pool, off the main thread.
 */
export class Connection {
  readonly #statements = new Map<string, Promise<sqlite3.Statement>>();
  #turn: Promise<unknown> = Promise.resolve();
  /** Null if this database is on one machine, or only read. */
  log: TransactionLog | null = null;
  /** The log to which the file belongs. If set, data must not be changed without the log. */
  logId: string | null = null;
  /** A transaction is in the log but could not be committed here, so later ones would miss its rows. */
  #behind = false;

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

  /** All rows of a query. Numbers bind as int32 or double; use `CAST(? AS INTEGER)` for a rowid range of `search`. */
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

  /** Runs statements outside transactions: settings of the connection, ATTACH, VACUUM. Only `transaction` may change data. */
  async command(sql: string, params: Value[] = []): Promise<void> {
    if (params.length) await this.#run(sql, params);
    else await this.#exec(sql);
  }

  async #run(sql: string, params: Value[]): Promise<number> {
    const statement = await this.#prepare(sql);
    return new Promise((resolve, reject) => {
      const located = (error: Error) => this.#located(error, sql);
      statement.run(params, function (this: sqlite3.RunResult, error: Error | null) {
        if (error) reject(located(error));
        else resolve(this.changes);
      });
    });
  }

  #exec(sql: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.handle.exec(sql, (error) => (error ? reject(this.#located(error, sql)) : resolve()));
    });
  }

  /**
   * The only way to change data: runs `work` in a write transaction, which is committed when it resolves and rolled back when it rejects.
   * Transactions of a connection wait for each other, so two steps of an ingest may overlap without committing half of the other's rows.
   * Each counts as a change of the data, after which pages are rendered again. With a log, the transaction is in the log before
   * it is committed.
   */
  transaction<T>(work: (db: Transaction) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      if (this.logId !== null && !this.log)
        throw new DatabaseError(
          `${this.path}: this database follows a log of several nodes. Set THREADLINE_NATS to the log's servers, so that the other nodes get the changes.`,
        );
      const db = this.#begun(this.log !== null);
      const result = await work(db);
      await db.countChange();
      if (!this.log) return result;
      await db.setLogSequence(await this.log.append(db.statements));
      this.#behind = true;
      return result;
    });
  }

  /**
   * Applies a transaction of another node. Resolves to false without doing anything if this database already has it, because its log
   * sequence is not below `sequence`.
   */
  replay(statements: readonly Statement[], sequence: number): Promise<boolean> {
    return this.#inTurn(async () => {
      const row = await this.get<{ value: string }>(LOG_SEQUENCE);
      if (Number(row?.value ?? 0) >= sequence) return false;
      const db = this.#begun(false);
      for (const { sql, params } of statements) {
        if (params) await db.run(sql, params);
        else await db.exec(sql);
      }
      await db.setLogSequence(sequence);
      return true;
    });
  }

  /** Makes the file the beginning of a log, or of none. Its current contents are in no log. */
  startLog(id: string | null): Promise<void> {
    return this.#inTurn(async () => {
      const db = this.#begun(false);
      await db.run(`DELETE FROM meta WHERE key IN ('log_id', 'log_sequence')`);
      if (id !== null) await db.run(`INSERT INTO meta (key, value) VALUES ('log_id', ?), ('log_sequence', '0')`, [id]);
      this.logId = id;
    });
  }

  /** Replaces all contents by those of another file, in one step: readers finish with their snapshot, then see the new contents. */
  async become(path: string): Promise<void> {
    const located = (error: Error) => this.#located(error, path);
    const copy = await new Promise<Copy>((resolve, reject) => {
      const made: Copy = (this.handle as unknown as { backup: CopyFrom }).backup(
        path,
        'main',
        'main',
        false,
        (error) => (error ? reject(located(error)) : resolve(made)),
      );
    });
    try {
      await new Promise<void>((resolve, reject) => {
        copy.step(-1, (error) => (error ? reject(located(error)) : resolve()));
      });
    } finally {
      await new Promise<void>((resolve) => copy.finish(() => resolve()));
    }
  }

  #begun(isLogged: boolean): Transaction {
    return new Transaction(
      this,
      (sql, params) => this.#run(sql, params),
      (sql) => this.#exec(sql),
      isLogged,
    );
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(async () => {
      if (this.#behind)
        throw new DatabaseError(
          `${this.path}: a change is in the log but could not be applied here. Run again to apply it.`,
        );
      await this.#exec('BEGIN IMMEDIATE');
      try {
        const result = await work();
        await this.#exec('COMMIT');
        this.#behind = false;
        return result;
      } catch (error) {
        // SQLite may have rolled back already, as on a full disk; the first error is reported.
        await this.#exec('ROLLBACK').catch(() => {});
        throw error;
      }
    });
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /**
   * Begins a read transaction on the newest data, ending one that is held, and returns the data version of its snapshot, in one trip to
   * SQLite's thread. A statement that returned a row and is not reset holds its snapshot (https://sqlite.org/lang_transaction.html,
   * implicit transactions).
   */
  async hold(): Promise<string> {
    const statement = await this.#prepare(HOLD);
    return new Promise((resolve, reject) => {
      // Ends a held transaction; calls of a statement run in order.
      statement.reset();
      statement.get((error: Error | null, row?: { version: string | null }) =>
        error ? reject(this.#located(error, HOLD)) : resolve(row?.version ?? '0'),
      );
    });
  }

  /** Ends the transaction that `hold` began. */
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

  /** Prepares a statement. Without this callback, sqlite3 would leave calls on an invalid statement waiting forever. */
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

/** SQLite's online backup (https://sqlite.org/backup.html), which the package has but its types lack. */
interface Copy {
  step(pages: number, done: (error: Error | null) => void): void;
  finish(done: () => void): void;
}
type CopyFrom = (
  path: string,
  to: string,
  from: string,
  pathIsTarget: boolean,
  done: (error: Error | null) => void,
) => Copy;

async function finalize(statement: Promise<sqlite3.Statement>): Promise<void> {
  const made = await statement.catch(() => null);
  if (made) await new Promise<void>((resolve) => made.finalize(() => resolve()));
}

/**
 * An open write transaction. Its statements are kept for the log, so each must do the same on every node: no clock, no random
 * numbers, and a defined order of rows if the order matters (tests/rooms.test.ts).
 */
export class Transaction {
  readonly statements: Statement[] = [];

  constructor(
    private readonly connection: Connection,
    private readonly change: (sql: string, params: Value[]) => Promise<number>,
    private readonly changeAll: (sql: string) => Promise<void>,
    private readonly isLogged: boolean,
  ) {}

  all<T = Row>(sql: string, params: Value[] = []): Promise<T[]> {
    return this.connection.all<T>(sql, params);
  }

  get<T = Row>(sql: string, params: Value[] = []): Promise<T | undefined> {
    return this.connection.get<T>(sql, params);
  }

  /** Runs a statement that returns no rows; resolves to the number of changed rows. */
  run(sql: string, params: Value[] = []): Promise<number> {
    if (this.isLogged) this.statements.push({ sql, params });
    return this.change(sql, params);
  }

  /** Runs several statements separated by `;`, without parameters. */
  exec(sql: string): Promise<void> {
    if (this.isLogged) this.statements.push({ sql, params: null });
    return this.changeAll(sql);
  }

  /** Counts a change of the data and records its time; readers see it by ETag. */
  async countChange(): Promise<void> {
    await this.run(COUNT_CHANGE);
    await this.run(SET_META, ['changed_at', String(Math.floor(Date.now() / 1000))]);
  }

  /** Stores the sequence of the log up to which this database is. Not logged, because it is the number of the log's entry. */
  async setLogSequence(sequence: number): Promise<void> {
    await this.change(SET_META, ['log_sequence', String(sequence)]);
  }
}

const COUNT_CHANGE = `INSERT INTO meta (key, value) VALUES ('data_version', '1')
  ON CONFLICT DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`;
const SET_META = 'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value';
