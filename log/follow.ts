import { type Connection, DatabaseError, logState } from '#db/open';
import { decode, type Entry } from './entry';
import { type LogStream, type Part, SeedError } from './stream';

/** Where a database is in the log, and where the log is. */
export interface Position {
  /** In the database. */
  sequence: number;
  /** In the log. */
  last: number;
  /** When the log took what the database lacks first, Unix milliseconds; null where it lacks nothing. */
  oldest: number | null;
  /** The node that wrote last, as far as is known. */
  writer: string | null;
}

/** How long to wait while another process writes to the file. */
const BUSY_MS = 50;

/** Reads a log into a database, entry by entry. */
export class Follower {
  writer: string | null = null;

  constructor(
    private readonly db: Connection,
    private readonly stream: LogStream,
  ) {}

  /**
   * Brings the database to the end of the log as it is now; `onStep` after each entry.
   * @throws SeedError where the log does not go on from the database
   */
  async catchUp(onStep: (position: Position) => void = () => {}): Promise<Position> {
    const state = await this.stream.state();
    let { id, sequence } = await logState(this.db);
    checkSame({ id, sequence }, state);
    const last = state?.last ?? 0;
    let parts: Part[] = [];
    for (let next = sequence + 1; next <= last; next++) {
      const part = await this.#read(next);
      // A writer that died left an entry without its end: the next one begins with a first part.
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

  /** A server that lags behind its leader may not have it yet. */
  async #read(sequence: number): Promise<Part> {
    for (let tries = 0; ; tries++) {
      const part = await this.stream.read(sequence);
      if (part) return part;
      if (tries === 100) {
        const state = await this.stream.state();
        throw new SeedError(
          state && state.first > sequence ? GAP : `the log's message ${sequence} cannot be read: ask its servers`,
        );
      }
      await new Promise((later) => setTimeout(later, 50));
    }
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

const GAP = 'the log no longer has what this database lacks: it has to be seeded again';

/** @throws SeedError */
function checkSame(
  own: { id: string | null; sequence: number },
  log: { id: string; first: number; last: number } | null,
): void {
  if (!log) throw new SeedError('there is no log of this version: the first ingest with THREADLINE_NATS begins it');
  if (own.id !== log.id)
    throw new SeedError('the database belongs to no log or to another one: it has to be seeded again');
  if (own.sequence > log.last)
    throw new SeedError(
      `the database is beyond the log (${own.sequence}, the log ends at ${log.last}): the log's servers lost what they had, and it has to be seeded again`,
    );
  if (own.sequence + 1 < log.first) throw new SeedError(GAP);
}
