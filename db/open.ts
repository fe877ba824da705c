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

/** `PRAGMA user_version` of the schema this code reads and writes. An older one: `npm run upgrade`. */
export const SCHEMA_VERSION = 6;

/** A question whose queries took longer than a reader may be held: they were stopped. */
export class TooLongError extends Error {
  override name = 'TooLongError';
}

/** What `Reader.read` hands to a query: the same snapshot of the database for each call. */
export interface Snapshot extends Reads {
  /** The same object for every snapshot of one open database: what is cached of it hangs on this. */
  readonly file: object;
  /** Counts every committed change of the database: the ETag of each page is made of it. */
  readonly version: string;
}

/** A connection, and the snapshot that it was left with by the last question. */
interface Place {
  readonly connection: Connection;
  held: { version: string; mark: string; since: number } | null;
}

/** A snapshot serves the questions of so long, while nobody writes: beginning and ending one takes two of the few trips of a small page. */
const HELD_MS = 100;

/**
 * Several read-only connections, so that a slow search holds up nobody else. Never writes:
 * the connections are opened read-only and `PRAGMA query_only` is set besides.
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
        // Where each word stands: the index itself answers no order of words. It is of the connection, and nothing in the file.
        await connection.command(
          `PRAGMA busy_timeout = 5000; PRAGMA temp_store = memory; CREATE VIRTUAL TABLE temp.search_place USING fts5vocab ('main', 'search', 'instance')`,
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

  /**
   * Runs `query` in one read transaction. Its queries are stopped after `limitMs` (waiting for a connection not counted), and so
   * is each that it asks afterwards: it ends with TooLongError.
   * The transaction may be that of the question before: then nothing was written since.
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

  /** The version of the snapshot that a question is answered from. */
  async #begin(place: Place): Promise<string> {
    const { held, connection } = place;
    // Before the snapshot is taken: what is written between the two is seen as written after it.
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

  /** A snapshot that nobody asks of is let go: the log of the database cannot begin again while one rests on it. */
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

/** Which log a database belongs to, and how much of it is in it. */
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
