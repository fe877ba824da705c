import { randomUUID } from 'node:crypto';
import type { KV } from '@nats-io/kv';
import { type Connection, DatabaseError, logState, type Statement, type TransactionLog } from '#db/open';
import { encode } from './entry';
import { Follower } from './follow';
import { Fenced, LEASE_SECONDS, type LogStream, SeedError } from './stream';

/** The key of the lease. */
const KEY = 'writer';
const RENEW_MS = (LEASE_SECONDS * 1000) / 3;
/** How often a waiting node checks whether the lease is free; how long a writer waits after the log did not answer. */
const LOOK_MS = 500;
const RETRY_MS = 500;
/** How often the same reason for waiting is reported. */
const SAY_MS = 30_000;

/**
 * The right to write, and the connection to the log. One node holds the lease. The log itself refuses any other writer, because each
 * message names the sequence that it follows.
 */
export class LogWriter implements TransactionLog {
  #leases: KV | null = null;
  #revision: number | null = null;
  #renewing: NodeJS.Timeout | null = null;
  #renewal: Promise<void> | null = null;
  /** The last message of the log that this writer knows; null before it begins, and after another node wrote. */
  #last: number | null = null;
  #said = { text: '', until: 0 };

  constructor(
    private readonly stream: LogStream,
    readonly name: string,
    private readonly note: (text: string) => void,
    private readonly signal: AbortSignal = new AbortController().signal,
  ) {}

  /** Waits until this node may write. */
  async acquire(): Promise<void> {
    while (!this.signal.aborted) {
      if (this.#revision !== null) return;
      try {
        this.#leases ??= await this.stream.leases();
        const leases = this.#leases;
        const holder = await this.stream.ask(() => leases.get(KEY));
        if (holder && holder.operation === 'PUT') this.#say(`${holder.string()} is writing; this node waits`);
        else {
          this.#revision = await this.stream.ask(() => leases.create(KEY, this.name));
          this.#renewing ??= setInterval(() => this.#renewInTurn(), RENEW_MS);
          this.#last = null;
          return;
        }
      } catch (error) {
        this.#say(`cannot ask the log's servers who writes (${(error as Error).message}); this node waits`);
      }
      await wait(LOOK_MS);
    }
    throw new DatabaseError('stopped while another node was writing');
  }

  /** Never renews twice at once: the second would take the first one's revision for another node's. */
  #renewInTurn(): void {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = null;
    });
  }

  /** A node that lost the lease notices it here, or at the next write to the log. */
  async #renew(): Promise<void> {
    if (this.#revision === null || !this.#leases) return;
    try {
      this.#revision = await this.#leases.update(KEY, this.name, this.#revision);
    } catch {
      const holder = await this.#leases.get(KEY).catch(() => undefined);
      // While the servers are unreachable, nobody can renew or take the lease; the first node to reach them gets it.
      if (holder === undefined) return;
      if (holder?.operation === 'PUT' && holder.string() === this.name) this.#revision = holder.revision;
      else this.#revision = (await this.#leases.create(KEY, this.name).catch(() => null)) ?? null;
    }
  }

  /**
   * Brings the database to the end of the log, begins a log if there is none, and makes this node its writer.
   * @throws SeedError if the database does not belong to the log
   */
  async lead(db: Connection): Promise<void> {
    await this.#begin(db);
    const follower = new Follower(db, this.stream);
    const { last } = await this.#patiently(() => follower.catchUp());
    if (this.#last !== last) {
      this.#last = last;
      // An empty entry names the new writer, and makes the log refuse an earlier writer that does not know it yet.
      const sequence = await this.append([]);
      await db.replay([], sequence);
    }
    db.log = this;
  }

  async #begin(db: Connection): Promise<void> {
    const own = await logState(db);
    const log = await this.#patiently(() => this.stream.state());
    if (log) return;
    if (own.id !== null && own.sequence > 0)
      throw new SeedError(
        `${db.path}: its log no longer exists on the servers. Begin a new one with "npm run ingest -- --seed FILE" and seed the other nodes with FILE.`,
      );
    if (own.id === null) await db.startLog(randomUUID());
    await this.#patiently(() => this.stream.create(db.logId as string));
  }

  /** Begins a new log from the database as it is: what was written without the log is in no message. */
  async restart(db: Connection): Promise<void> {
    this.#last = null;
    const id = randomUUID();
    await db.startLog(id);
    await this.#patiently(() => this.stream.create(id));
  }

  async append(statements: readonly Statement[]): Promise<number> {
    const bytes = await encode({ writer: this.name, statements: [...statements] });
    const size = this.stream.partBytes;
    const parts = Math.max(1, Math.ceil(bytes.length / size));
    const entry = randomUUID();
    for (let part = 1; part <= parts; part++) {
      const last = this.#last;
      if (last === null) throw this.#fenced();
      const message = {
        id: `${entry}-${part}`,
        last,
        part,
        parts,
        bytes: bytes.subarray((part - 1) * size, part * size),
      };
      this.#last = await this.#patiently(() => this.stream.publish(message));
    }
    return this.#last as number;
  }

  /** Tries until the log answers. A writer that cannot reach it waits, or ends when asked to. */
  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (error instanceof Fenced) {
          this.#last = null;
          throw this.#fenced();
        }
        if (error instanceof DatabaseError) throw error;
        if (this.signal.aborted) throw new DatabaseError(ENDED);
        this.#say(`the log does not answer (${reasonOf(error as Error)}); this node waits`);
        await wait(RETRY_MS);
      }
    }
  }

  #fenced(): DatabaseError {
    this.#revision = null;
    return new DatabaseError(
      'another node is the writer now; changes that were not yet in the log were rolled back, and that node will make them',
    );
  }

  #say(text: string): void {
    if (text === this.#said.text && performance.now() < this.#said.until) return;
    this.#said = { text, until: performance.now() + SAY_MS };
    this.note(text);
  }

  /** Releases the lease, so that another node need not wait until it expires. */
  async close(): Promise<void> {
    if (this.#renewing) clearInterval(this.#renewing);
    await this.#renewal;
    if (this.#revision !== null && this.#leases)
      await this.#leases.delete(KEY, { previousSeq: this.#revision }).catch(() => {});
    this.#revision = null;
    await this.stream.close();
  }
}

const ENDED =
  'stopped while the log did not answer; what was read last is either not stored, or in the log and applied at the next run';

const wait = (ms: number) => new Promise((later) => setTimeout(later, ms));

/** A server whose disk is full says so neither to us nor in its own log (2.9): it does not answer. */
const reasonOf = ({ message }: Error) =>
  /timeout|not enabled/.test(message) ? `${message}: its servers are away, or their disks are full` : message;
