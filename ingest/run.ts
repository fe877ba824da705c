import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { openWriter } from '#db/create';
import { Connection, SCHEMA_VERSION, type Transaction, versionOf } from '#db/open';
import { prepareSearch } from '#db/write/messages';
import { mergeSegments } from '#db/write/segments';
import { findAskedLines } from '#db/write/series';
import { describeList, insertReject, saveCheckpoint, seenFiles, sourceRow, stateOf } from '#db/write/sources';
import { allowAgain, takeDown, withheldIds } from '#db/write/takedown';
import { totals } from '#db/write/totals';
import { heldBlobs } from '#db/write/withdraw';
import { arrangeDirty } from './pipeline/arrange';
import { type Batch, BatchBuilder } from './pipeline/batch';
import { type Checkpoint, commitBatch, type PackedUnit } from './pipeline/commit';
import { ingestCommits } from './pipeline/commits';
import { IdAllocator } from './pipeline/ids';
import { type BatchSource, cleanName, ListNames } from './pipeline/lists';
import { lockCopy, lockIngest } from './pipeline/lock';
import { linkPatches } from './pipeline/patches';
import { linkPeople, readMailmap, readOverrules } from './pipeline/people';
import { ParserPool } from './pipeline/pool';
import { resolveDirtyQuotes } from './pipeline/quotes';
import { type Resolved, resolve } from './pipeline/resolve';
import { splitThreads } from './pipeline/splitthreads';
import { withdraw } from './pipeline/withdraw';
import { type Source, SourceError, type SourceEvent } from './read/types';

export { allowAgain, lockCopy, takeDown };

/** Limits of a transaction in mails and bytes: FTS5 writes a segment for each transaction, and readers do not wait for it. */
const BATCH_MAILS = 1024;
const BATCH_BYTES = 12 * 1024 * 1024;

/** From this many new mails on, parsing workers are ended after reading: that frees some 80 MB. New ones compile for quotations only. */
const MANY_MAILS = 10_000;

/**
 * V8 compiles less, because an ingest takes seconds (linux-edac compiled 1,150 functions for 4 of 18 s of CPU): functions are optimised
 * after this many bytes of bytecode instead of 67,584, and inline a third of the usual number of others. Only the compiler reads these
 * two. `--no-regexp-tier-up` is on the command line, as in a running process expressions that exist already then crash it (decision 0079).
 */
const SETTLED = ['--interrupt-budget=500000', '--max-inlined-bytecode-size-cumulative=300'];

export interface IngestOptions {
  /** The database file, created if it does not exist. */
  database: string;
  /** The list's name for all sources; null: each source's own. */
  list: string | null;
  /** The number of parsing workers. */
  jobs: number;
  /** Seconds that parsing and packing a mail may take. */
  mailSeconds: number;
  /** Stop after this many mails in total; null: no limit. */
  limit: number | null;
  /** A git repository whose commits are matched to the patches they come from; null: none. */
  commits: string | null;
  /** A git mailmap that joins addresses of one person; null: none. */
  mailmap: string | null;
  /** Path of people.json, which overrules how identities are joined; the file may be missing. */
  people: string;
  /** Called with each reject, besides its row in the database. */
  onReject?(reject: { location: string; place: string; reason: string; bytes: Buffer }): void;
  onProgress?(progress: {
    location: string;
    read: number;
    total: number | null;
    unit: 'mails' | 'bytes';
    bytes: number;
  }): void;
  onNote?(location: string, note: string): void;
  /** Gets the statements before they are committed, for other nodes; null if this database is on one machine. */
  log: IngestLog | null;
  /** Called before anything is read, in one transaction. */
  first?(db: Transaction): Promise<void>;
  /** When aborted, nothing more is read, and what was read is finished. */
  signal?: AbortSignal;
}

/** A log of several nodes, one of which writes. */
export interface IngestLog {
  /** Waits until this node may write. */
  acquire(): Promise<void>;
  /** Updates the database from the log, and sends its transactions there from then on. */
  lead(db: Connection): Promise<void>;
}

/** Counts of all messages read. `read = stored + duplicate + deleted + rejected`. */
export interface Counts {
  read: number;
  stored: number;
  duplicate: number;
  deleted: number;
  rejected: number;
  bytes: number;
}

export interface Summary extends Counts {
  lists: Record<string, number>;
  threads: number;
  series: number;
  people: number;
  seconds: number;
  /** Sources that could not be read, with reasons. */
  failed: SourceError[];
}

/** The last checkpoint of a source in a database, for asking its server before locking the database; undefined if there is none. */
export async function checkpointOf(database: string, { kind, location }: Source): Promise<unknown> {
  if (!existsSync(database)) return undefined;
  const db = await Connection.open(database, 'read');
  try {
    return (await versionOf(db)) === SCHEMA_VERSION ? await stateOf(db, kind, location) : undefined;
  } finally {
    await db.close();
  }
}

/** Reads the sources one after another into the database, and updates everything derived from them. */
export async function ingest(sources: Source[], options: IngestOptions): Promise<Summary> {
  const started = performance.now();
  await options.log?.acquire();
  const unlock = await lockIngest(options.database);
  const db = await openWriter(options.database);
  for (const flag of SETTLED) setFlagsFromString(flag);
  const quoters = Math.max(options.jobs, Math.min(4, availableParallelism()));
  const pool = new ParserPool(options.jobs, quoters, options.mailSeconds);
  const failed: SourceError[] = [];
  const counts: Counts = { read: 0, stored: 0, duplicate: 0, deleted: 0, rejected: 0, bytes: 0 };
  try {
    await options.log?.lead(db);
    await prepareSearch(db);
    if (options.first) await db.transaction(options.first);
    const lists = await ListNames.load(db);
    const withheld = await withheldIds(db);
    for (const source of sources) {
      if (options.signal?.aborted) break;
      try {
        await new SourceRun(db, pool, lists, withheld, source, options, counts).run();
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        failed.push(error);
      }
    }
    if (counts.stored > MANY_MAILS) await pool.rest();
    // First, so that the following data reuse the space of old segments and the file hardly grows.
    await mergeSegments(db);
    await splitThreads(db);
    await arrangeDirty(db);
    // These run in parallel, because neither reads what the other writes: linking in this thread, quotations in the workers.
    const linked = linkPatches(db);
    await allOf([linked, resolveDirtyQuotes(db, pool, linked)]);
    await db.transaction(findAskedLines);
    await joinIdentities(db, options, failed);
    if (options.commits !== null) await joinCommits(db, options.commits, options, failed);
    return { ...counts, ...(await totals(db)), seconds: (performance.now() - started) / 1000, failed };
  } finally {
    await pool.close();
    await db.close();
    await unlock();
  }
}

/** Waits for all steps before throwing an error, so that the database is not closed while others use it. */
async function allOf(steps: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Joins identities. If a file cannot be used, reports it and leaves persons unchanged. */
async function joinIdentities(db: Connection, options: IngestOptions, failed: SourceError[]): Promise<void> {
  try {
    if (options.mailmap !== null) {
      const lines = await readMailmap(db, options.mailmap);
      options.onNote?.(options.mailmap, `read ${lines} lines of a mailmap`);
    }
    await linkPeople(db, await readOverrules(options.people));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    failed.push(error);
  }
}

async function joinCommits(
  db: Connection,
  repository: string,
  options: IngestOptions,
  failed: SourceError[],
): Promise<void> {
  try {
    const { read, matched } = await ingestCommits(db, repository);
    options.onNote?.(repository, `read ${read} commits, matched ${matched} to patches`);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    failed.push(error);
  }
}

/** Reads a source into the database. While a batch is written, the next one is read and parsed. */
class SourceRun {
  readonly #ids: IdAllocator;
  #builder: BatchBuilder;
  #checkpoint: Checkpoint | null = null;
  #rows: Promise<void> = Promise.resolve();
  #written: Promise<void> = Promise.resolve();
  #seenSoFar: string[] = [];
  /** Whether an earlier run stored mails from this source. */
  #isBegun = false;

  constructor(
    private readonly db: Connection,
    private readonly pool: ParserPool,
    private readonly lists: ListNames,
    private readonly withheld: ReadonlySet<string>,
    private readonly source: Source,
    private readonly options: IngestOptions,
    private readonly counts: Counts,
  ) {
    this.#ids = new IdAllocator(db);
    this.#builder = new BatchBuilder(pool);
  }

  async run(): Promise<void> {
    const { location, kind } = this.source;
    const row = await sourceRow(this.db, kind, location);
    this.#isBegun = row.isBegun;
    const into: BatchSource = {
      id: row.id,
      listName: this.options.list ?? this.source.listName,
      fallback: this.source.fallback ?? basename(location).replace(/\.(mbox|txt|gz|git|eml)+$/g, ''),
      onNote: (note) => this.options.onNote?.(location, note),
    };
    let total: { total: number; unit: 'mails' | 'bytes' } | null = null;
    let description: string | null = null;
    const events = this.source.open({
      state: row.state,
      held: (epoch) => heldBlobs(this.db, row.id, epoch),
      isSeen: (keys) => seenFiles(this.db, row.id, keys),
      onTotal: (count, unit) => (total = { total: count, unit }),
      onNote: into.onNote,
      onDescription: (text) => (description = text),
      ...(this.options.signal ? { signal: this.options.signal } : {}),
    });
    let read = 0;
    let bytes = 0;
    let failure: unknown;
    try {
      for await (const event of events) {
        if (this.options.signal?.aborted) break;
        await this.#take(event, into);
        if (event.kind === 'checkpoint') continue;
        read++;
        bytes += event.bytes.length;
        this.options.onProgress?.({ location, read, bytes, total: null, unit: 'mails', ...(total ?? {}) });
        if (this.options.limit !== null && this.counts.read + this.#builder.mails >= this.options.limit) break;
      }
    } catch (error) {
      // What was read before the source failed is stored anyway.
      failure = error;
    }
    await this.#flush(into);
    await this.#written;
    if (description !== null && into.listName !== null)
      await describeList(this.db, cleanName(into.listName), description);
    if (failure) throw failure;
  }

  async #take(event: SourceEvent, into: BatchSource): Promise<void> {
    if (event.kind === 'mail') {
      this.#builder.add(event.bytes, event.origin);
      if (this.#builder.mails >= BATCH_MAILS || this.#builder.bytes >= BATCH_BYTES) await this.#flush(into);
    } else if (event.kind === 'checkpoint') {
      this.#checkpoint = { state: event.state, seen: [...this.#seenSoFar, ...(event.seen ?? [])] };
      this.#seenSoFar = this.#checkpoint.seen;
    } else {
      await this.#takeOther(event, into);
    }
  }

  async #takeOther(event: Exclude<SourceEvent, { kind: 'mail' | 'checkpoint' }>, into: BatchSource): Promise<void> {
    this.counts.read++;
    this.counts.bytes += event.bytes.length;
    if (event.kind === 'deleted' && !this.#isBegun) {
      this.counts.deleted++;
      return;
    }
    // Both write immediately, so everything read before must be stored first.
    await this.#flush(into);
    await this.#written;
    if (event.kind !== 'reject') {
      await withdraw(this.db, into.id, event);
      this.counts.deleted++;
    } else {
      const reject = { place: event.origin.place, reason: event.reason, bytes: event.bytes };
      await this.db.transaction((db) => insertReject(db, { sourceId: into.id, ...reject }));
      this.options.onReject?.({ location: this.source.location, ...reject });
      this.counts.rejected++;
    }
  }

  /** Decides what to store of the current batch and begins to write it; resolves when the next batch may begin. */
  async #flush(into: BatchSource): Promise<void> {
    const checkpoint = this.#checkpoint;
    this.#checkpoint = null;
    this.#seenSoFar = [];
    const empty = this.#builder.mails === 0;
    const gathering = this.#builder.take();
    await this.#rows;
    if (empty) {
      await this.#written;
      if (checkpoint) await this.db.transaction((db) => saveCheckpoint(db, into.id, checkpoint.state, checkpoint.seen));
      return;
    }
    const batch = await gathering;
    const mails = batch.mails.filter(({ msgid }) => !this.withheld.has(msgid));
    this.counts.deleted += batch.mails.length - mails.length;
    this.counts.read += batch.mails.length - mails.length;
    batch.mails = mails;
    const resolved = await resolve(this.db, this.pool, this.#ids, batch);
    const units = await packUnits(this.pool, batch, resolved);
    this.#count(batch, resolved);
    await this.#written;
    ({ rows: this.#rows, whole: this.#written } = commitBatch(this.db, this.lists, into, resolved, units, checkpoint));
    // The next flush awaits it; until then, a failure must not count as unhandled.
    this.#rows.catch(() => {});
    this.#written.catch(() => {});
  }

  #count(batch: Batch, resolved: Resolved): void {
    this.counts.read += batch.mails.length;
    this.counts.stored += resolved.fresh.length;
    this.counts.duplicate += resolved.duplicates.length;
    this.counts.bytes += batch.bytes;
  }
}

async function packUnits(pool: ParserPool, batch: Batch, resolved: Resolved): Promise<PackedUnit[]> {
  return Promise.all(
    batch.units.map(async (unit) => {
      const fresh = resolved.fresh.filter(({ mail }) => mail.unit === unit);
      return {
        fresh,
        packed: await pool.pack(
          unit,
          fresh.map(({ mail }) => mail.index),
        ),
      };
    }),
  );
}
