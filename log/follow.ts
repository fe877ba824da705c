import { type Connection, DatabaseError, type LogState, logState } from '#db/open';
import { decode, type Entry } from './entry';
import { type LogStream, type Part, SeedError, type StreamState } from './stream';

/** How far a database is in the log, and how far the log is. */
export interface Position {
  /** In the database. */
  sequence: number;
  /** In the log. */
  last: number;
  /** When the log took the first entry that the database lacks, in Unix milliseconds; null if it lacks none. */
  oldest: number | null;
  /** The node that wrote last, if known. */
  writer: string | null;
}

/** How long to wait while another process writes to the file. */
const BUSY_MS = 50;
/** How often, and how many times, to ask for a message that a lagging server does not have yet. */
const READ_MS = 50;
const MAX_READS = 100;
/** A log that ends before the database for this long has lost messages. A leader that was cut off reports an old end until it steps down (10 s). */
const BEYOND_MS = 20_000;

/** Applies a log to a database, entry by entry. */
export class Follower {
  writer: string | null = null;
  #beyondSince: number | null = null;

  constructor(
    private readonly db: Connection,
    private readonly stream: LogStream,
  ) {}

  /**
   * Brings the database to the current end of the log; calls `onStep` after each entry.
   * @throws SeedError if the log does not continue from the database
   */
  async catchUp(onStep: (position: Position) => void = () => {}): Promise<Position> {
    const state = await this.stream.state();
    let { id, sequence } = await logState(this.db);
    const { last } = this.#checked({ id, sequence }, state);
    let parts: Part[] = [];
    for (let next = sequence + 1; next <= last; next++) {
      const part = await this.#read(next);
      // A writer that died may leave an entry without its last parts; the next entry begins with part 1.
      if (part.part === 1) parts = [];
      parts.push(part);
      if (parts.length !== part.parts || part.part !== part.parts) continue;
      const entry = await decode(Buffer.concat(parts.map(({ bytes }) => bytes)));
      await this.#replay(entry, next);
      this.writer = entry.writer;
      sequence = next;
      onStep({ sequence, last, oldest: next < last ? part.at : null, writer: this.writer });
      parts = [];
    }
    return { sequence, last, oldest: null, writer: this.writer };
  }

  /**
   * Checks that the log continues from the database.
   * @throws SeedError if it does not
   */
  #checked(own: LogState, log: StreamState | null): StreamState {
    if (!log) throw new Error('no log exists for this version yet; the first ingest with THREADLINE_NATS begins it');
    if (own.id !== log.id)
      throw new SeedError('the database belongs to no log or to another one; it must be seeded again');
    if (own.sequence + 1 < log.first) throw new SeedError(GAP);
    if (own.sequence <= log.last) {
      this.#beyondSince = null;
      return log;
    }
    const beyond = `the database is ahead of the log (at ${own.sequence}; the log ends at ${log.last})`;
    this.#beyondSince ??= performance.now();
    if (performance.now() - this.#beyondSince < BEYOND_MS) throw new Error(beyond);
    throw new SeedError(`${beyond}: the log's servers lost entries; the database must be seeded again`);
  }

  /** A server that lags behind its leader may not have it yet. */
  async #read(sequence: number): Promise<Part> {
    for (let tries = 0; tries < MAX_READS; tries++) {
      const part = await this.stream.read(sequence);
      if (part) return part;
      await new Promise((later) => setTimeout(later, READ_MS));
    }
    const state = await this.stream.state();
    if (state && state.first > sequence) throw new SeedError(GAP);
    throw new Error(`no server that answers has message ${sequence} of the log`);
  }

  async #replay({ statements }: Entry, sequence: number): Promise<void> {
    for (;;) {
      try {
        await this.db.replay(statements, sequence);
        return;
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.code !== 'SQLITE_BUSY') throw error;
        await new Promise((later) => setTimeout(later, BUSY_MS));
      }
    }
  }
}

const GAP = 'the log no longer has the entries that this database lacks; it must be seeded again';
