import { Connection, type Reads, type Value } from './connection';
import { DatabaseError } from './errors';
import { WalMark } from './walmark';

export {
  Connection,
  type Reads,
  type Statement,
  Transaction,
  type TransactionLog,
  type Value,
} from './connection';
export { DatabaseError } from './errors';

/** `PRAGMA user_version` of the schema that this code reads and writes. `npm run upgrade` upgrades older ones. */
export const SCHEMA_VERSION = 7;

/** A request whose queries took too long and were stopped. */
export class TooLongError extends Error {
  override name = 'TooLongError';
}

/** What `Reader.read` passes to a query: each call sees the same snapshot of the database. */
export interface Snapshot extends Reads {
  /** The same object for all snapshots of an open database; caches use it as their key. */
  readonly file: object;
  /** Counts committed changes of the database; pages' ETags are made from it. */
  readonly version: string;
}

/** A connection, and the snapshot that the last request left. */
interface Place {
  readonly connection: Connection;
  held: { version: string; mark: string; since: number } | null;
}

/** While nobody writes, a snapshot serves requests for this long: beginning and ending one takes two of a small page's few trips. */
const HELD_MS = 100;

/**
 * Several read-only connections, so that a slow search does not delay other requests. Never writes:
 * the connections are opened read-only, and `PRAGMA query_only` is set too.
 */
export class Reader {
  readonly #free: Place[];
  readonly #waiting: ((place: Place) => void)[] = [];
  #sweep: NodeJS.Timeout | undefined;

  private constructor(
    readonly path: string,
    private readonly places: Place[],
    private readonly wal: WalMark,
    private readonly limitMs: number | null,
  ) {
    this.#free = [...places];
  }

  /** Commands may take as long as they need (null); the server passes READ_LIMIT_MS. */
  static async open(path: string, connections = 3, limitMs: number | null = null): Promise<Reader> {
    const opened: Connection[] = [];
    try {
      for (let n = 0; n < connections; n++) {
        const connection = await Connection.open(path, 'read');
        opened.push(connection);
        // The positions of words, because the index does not answer queries about their order; and its words. They belong to the connection, not to the file.
        await connection.command(
          `PRAGMA busy_timeout = 5000; PRAGMA temp_store = memory; CREATE VIRTUAL TABLE temp.search_place USING fts5vocab ('main', 'search', 'instance');
           CREATE VIRTUAL TABLE temp.search_word USING fts5vocab ('main', 'search', 'row')`,
        );
        await connection.command('PRAGMA query_only = 1; PRAGMA mmap_size = 2147483648; PRAGMA cache_size = -32768;');
        if (n === 0) await checkVersion(connection);
      }
    } catch (error) {
      for (const connection of opened) await connection.close();
      throw error;
    }
    const places = opened.map((connection) => ({ connection, held: null }));
    return new Reader(path, places, new WalMark(path), limitMs);
  }

  /** Opens a database for one read, and closes it. */
  static async once<T>(path: string, query: (db: Snapshot) => Promise<T>): Promise<T> {
    const reader = await Reader.open(path, 1);
    try {
      return await reader.read(query);
    } finally {
      await reader.close();
    }
  }

  /**
   * Runs `query` in a read transaction. After `limitMs` (not counting the wait for a connection), its queries are stopped, and all later
   * ones fail with TooLongError.
   * The transaction may be that of the request before if nothing was written since.
   */
  async read<T>(query: (db: Snapshot) => Promise<T>, limitMs = this.limitMs): Promise<T> {
    const place = this.#free.pop() ?? (await new Promise<Place>((resolve) => this.#waiting.push(resolve)));
    const { connection } = place;
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
    let isWell = false;
    try {
      const version = await this.#begin(place).catch((error) => {
        throw isOver ? tooLong(limitMs) : error;
      });
      const result = await query({
        file: this,
        version,
        all,
        get: async (sql, params) => (await all(sql, params))[0] as never,
      });
      isWell = !isOver;
      return result;
    } finally {
      clearTimeout(over);
      if (isWell && place.held) this.#giveBack(place);
      else void this.#end(place).then(() => this.#giveBack(place));
    }
  }

  /** Begins a snapshot, or continues one; returns its version. */
  async #begin(place: Place): Promise<string> {
    const { held, connection } = place;
    // Read before the snapshot begins, so that a write in between counts as later.
    const mark = this.wal.read();
    if (held && held.mark === mark && performance.now() - held.since < HELD_MS) return held.version;
    place.held = null;
    const version = await connection.hold();
    if (mark !== null) place.held = { version, mark, since: performance.now() };
    return version;
  }

  #end(place: Place): Promise<void> {
    place.held = null;
    return place.connection.release();
  }

  #giveBack(place: Place): void {
    const next = this.#waiting.shift();
    if (next) next(place);
    else this.#free.push(place);
    if (place.held) this.#sweep ??= setTimeout(() => this.#endOld(), HELD_MS).unref();
  }

  /** Ends unused snapshots: the database's log cannot restart while a snapshot uses it. */
  #endOld(): void {
    this.#sweep = undefined;
    const old = performance.now() - HELD_MS;
    for (const place of this.#free) if (place.held && place.held.since <= old) void this.#end(place);
    if (this.#free.some(({ held }) => held)) this.#sweep = setTimeout(() => this.#endOld(), HELD_MS).unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#sweep);
    this.wal.close();
    await Promise.all(this.places.map(({ connection }) => connection.close()));
  }
}

/** How long the queries of a page may take. The slowest for a large archive take a second, or thirty on a machine with fifteen times too much work. */
export const READ_LIMIT_MS = 30_000;

const tooLong = (limitMs: number | null) =>
  new TooLongError(
    `This took longer than ${(limitMs ?? 0) / 1000} seconds and was stopped. Make the request smaller or more specific.`,
  );

/** Tables that all versions of the schema have. */
const OURS = `('message', 'posting', 'block', 'meta')`;

/** The schema version of a file; null if it is empty. */
export async function versionOf(connection: Connection): Promise<number | null> {
  const made = await connection.get<{ tables: number; ours: number; version: number }>(
    `SELECT count(*) AS tables, count(*) FILTER (WHERE name IN ${OURS}) AS ours,
       (SELECT user_version FROM pragma_user_version) AS version FROM sqlite_schema`,
  );
  if (!made?.tables) return null;
  if (made.ours !== 4)
    throw new DatabaseError(
      `${connection.path}: an SQLite database, but not Threadline's; it was not changed. Set THREADLINE_DB to another file.`,
    );
  return made.version;
}

/** Rejects a file that is empty, or from another program or version. */
export async function checkVersion(connection: Connection): Promise<void> {
  const version = await versionOf(connection);
  if (version !== SCHEMA_VERSION) throw new DatabaseError(`${connection.path}: ${versionAdvice(version)}`);
}

function versionAdvice(version: number | null): string {
  if (version === null)
    return 'the database is empty. Run "npm run ingest -- SOURCE" first, or set THREADLINE_DB to another file.';
  const differ = `the database has version ${version}; this program uses version ${SCHEMA_VERSION}.`;
  return version < SCHEMA_VERSION
    ? `${differ} Stop the server and run "npm run upgrade".`
    : `${differ} A newer Threadline wrote it. Update this program, or set THREADLINE_DB to another file.`;
}

/** The log to which a database belongs, and its position there. */
export interface LogState {
  id: string | null;
  sequence: number;
}

export async function logState(db: Reads): Promise<LogState> {
  const rows = await db.all<{ key: string; value: string }>(
    `SELECT key, value FROM meta WHERE key IN ('log_id', 'log_sequence')`,
  );
  const of = (key: string) => rows.find((row) => row.key === key)?.value;
  return { id: of('log_id') ?? null, sequence: Number(of('log_sequence') ?? 0) };
}
