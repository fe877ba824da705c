import sqlite3 from 'sqlite3';
import { DatabaseError, explained, openFailure } from './errors';

export type Value = string | number | Buffer | null;
export type Row = Record<string, Value>;

/** A statement of a write transaction, as it was run; several, separated by `;`, where `params` is null. */
export interface Statement {
  sql: string;
  params: Value[] | null;
}

/** Takes the statements of each write transaction before it is committed (room `log/`); what it rejects is rolled back. */
export interface TransactionLog {
  /** Resolves to the number under which the log keeps them. */
  append(statements: readonly Statement[]): Promise<number>;
}

/** What may be asked of the database: a connection, a transaction and a reader's snapshot all answer it. */
export type Reads = Pick<Connection, 'all' | 'get'>;

const LOG_SEQUENCE = `SELECT value FROM meta WHERE key = 'log_sequence'`;

/** Always one row: without one nothing would be held. */
const HOLD = `SELECT (SELECT value FROM meta WHERE key = 'data_version') || coalesce(' ' || (SELECT value FROM meta WHERE key = 'log_id'), '') AS version`;

/** How many prepared statements one connection keeps. */
const STATEMENTS_KEPT = 200;

/**
 * One SQLite connection with promises and a cache of prepared statements.
 * Its queries run one after another on libuv's thread pool, off the main thread.
 */
export class Connection {
  readonly #statements = new Map<string, Promise<sqlite3.Statement>>();
  #turn: Promise<unknown> = Promise.resolve();
  /** Null: this database is on one machine, or only read. */
  log: TransactionLog | null = null;
  /** The log that the file belongs to; without one its data may not be changed beside it. */
  logId: string | null = null;
  /** A transaction is in the log that could not be committed here: what follows would rest on rows that are not there. */
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

  /** Runs what belongs to no transaction: settings of the connection, ATTACH, VACUUM. Data are changed by `transaction` alone. */
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
   * The one door for changes: runs `work` in a write transaction, committed when it resolves, rolled back when it rejects. Transactions
   * of one connection wait for one another, so that two steps of an ingest may overlap and none commits half of the other's rows.
   * Each counts as a change of the data: pages that were made of what was there before are made again. With a log, it is in the log
   * before it is committed.
   */
  transaction<T>(work: (db: Transaction) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      if (this.logId !== null && !this.log)
        throw new DatabaseError(
          `${this.path}: this database follows a log of several nodes. Set THREADLINE_NATS to their servers, so that the others get what is written.`,
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
   * Does what a transaction on another node did. Resolves to false, with nothing done, where this database has it already: its log
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

  /** Makes the file the beginning of a log, or of none; what it holds now is in no log. */
  startLog(id: string | null): Promise<void> {
    return this.#inTurn(async () => {
      const db = this.#begun(false);
      await db.run(`DELETE FROM meta WHERE key IN ('log_id', 'log_sequence')`);
      if (id !== null) await db.run(`INSERT INTO meta (key, value) VALUES ('log_id', ?), ('log_sequence', '0')`, [id]);
      this.logId = id;
    });
  }

  /** Puts what another file holds in place of all that is here, in one step: readers go on with what they see, then see the new. */
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
          `${this.path}: a change is in the log and could not be made here. Run again: it is made then.`,
        );
      await this.#exec('BEGIN IMMEDIATE');
      try {
        const result = await work();
        await this.#exec('COMMIT');
        this.#behind = false;
        return result;
      } catch (error) {
        // A full disk may have rolled back already; what went wrong first is reported.
        await this.#exec('ROLLBACK').catch(() => {});
        throw error;
      }
    });
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /**
   * Begins a read transaction, the newest where one is held, and gives the data version of its snapshot, in one trip to SQLite's thread: a statement that has given a
   * row and is not reset holds the snapshot that it read (https://sqlite.org/lang_transaction.html, implicit transactions).
   */
  async hold(): Promise<string> {
    const statement = await this.#prepare(HOLD);
    return new Promise((resolve, reject) => {
      // Ends one that is held; calls of one statement are done in their order.
      statement.reset();
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

/** SQLite's online backup (https://sqlite.org/backup.html), which the package has and its types do not name. */
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
 * A write transaction under way. What it runs is kept for the log, so a statement must do the same on every node: no clock, no random
 * number, no rows in an order that the query does not fix where the order counts (tests/rooms.test.ts).
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

  /** Counts one more change of the data, and notes when: readers learn it by ETag. */
  async countChange(): Promise<void> {
    await this.run(COUNT_CHANGE);
    await this.run(SET_META, ['changed_at', String(Math.floor(Date.now() / 1000))]);
  }

  /** How far the log is in this database; not logged, as it is the number of the log's own entry. */
  async setLogSequence(sequence: number): Promise<void> {
    await this.change(SET_META, ['log_sequence', String(sequence)]);
  }
}

const COUNT_CHANGE = `INSERT INTO meta (key, value) VALUES ('data_version', '1')
  ON CONFLICT DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`;
const SET_META = 'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value';
