import { existsSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { openWriter } from '#db/create';
import { type NodeStatus, writeNodeStatus } from '#db/nodestatus';
import { type Connection, DatabaseError } from '#db/open';
import { Follower, type Position } from '#log/follow';
import { fetchSeed } from '#log/seed';
import { serveSeed } from '#log/seedserver';
import { LogStream, SeedError } from '#log/stream';
import { nodeName } from './log';
import { CommandError, runProgram } from './program';
import { databasePath, logServers, seedAddress, seedToken } from './settings';

/** How often the log is asked for what is new, and after it did not answer. */
const LOOK_MS = 200;
/** A node serves once it is not further behind. */
const MAX_LAG_SECONDS = 10;
/** A node with a database serves after this long, though the log does not answer. */
const ALONE_MS = 15_000;
/** How often a node that has to be seeded tries: each time it copies the whole seed. */
const SEED_MS = 60_000;
/** How often the status is written where nothing changes. */
const STATUS_MS = 1000;

const say = (text: string) => process.stderr.write(`node: ${text}\n`);
const wait = (ms: number) => new Promise((later) => setTimeout(later, ms));

/** Follows the log into the database, for as long as it is not ended. */
class Node {
  readonly #status: NodeStatus = {
    state: 'alone',
    sequence: 0,
    last: 0,
    lag: 0,
    writer: null,
    contact: null,
    problem: null,
    at: 0,
  };
  #written = 0;
  #isReady = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: string,
    private readonly seed: string | null,
  ) {}

  async run(): Promise<void> {
    const servers = logServers();
    if (!servers) throw new CommandError('a node follows a log: set THREADLINE_NATS to its servers');
    await mkdir(dirname(this.database), { recursive: true });
    if (!existsSync(this.database)) await this.#begin();
    setTimeout(() => this.#ready(), ALONE_MS).unref();
    await this.#tell({});
    const stream = await LogStream.connect(servers, `threadline ${nodeName()} ${this.database}`);
    const db = await openWriter(this.database);
    const follower = new Follower(db, stream);
    await this.#serveSeed();
    for (;;) await this.#follow(db, follower, stream);
  }

  async #begin(): Promise<void> {
    if (!this.seed)
      throw new CommandError(
        `${this.database}: there is no database yet. Name a seed, which is a backup of another node: npm start -- --join FILE, or its URL, or another node's /seed`,
      );
    say(`copies ${this.seed}`);
    const { sequence } = await fetchSeed(this.seed, this.database, seedToken());
    say(`begins at ${sequence} of the log`);
  }

  async #serveSeed(): Promise<void> {
    const address = seedAddress();
    if (!address) return;
    const token = seedToken();
    if (token === null)
      throw new CommandError(
        'THREADLINE_SEED offers the whole database: set THREADLINE_SEED_TOKEN, on all nodes the same, to what those that join have to know',
      );
    const port = await serveSeed({ database: this.database, ...address, token, say }).catch((error: Error) => {
      throw new CommandError(`THREADLINE_SEED=${address.host}:${address.port} cannot be listened on: ${error.message}`);
    });
    say(`serves its seed on port ${port}`);
  }

  /** Until nothing is new, or something is wrong. */
  async #follow(db: Connection, follower: Follower, stream: LogStream): Promise<void> {
    try {
      this.#reached(await follower.catchUp((position) => this.#reached(position)));
      await wait(LOOK_MS);
    } catch (error) {
      if (error instanceof SeedError) await this.#seedAgain(db, stream, error);
      else if (error instanceof DatabaseError) throw error;
      else {
        if (this.#status.state !== 'alone') say(`the log does not answer: ${(error as Error).message}`);
        await this.#tell({ state: 'alone' });
        await wait(LOOK_MS);
      }
    }
  }

  #reached({ sequence, last, oldest, writer }: Position): void {
    const lag = oldest === null ? 0 : Math.max(0, Date.now() - oldest) / 1000;
    const state = sequence === last ? 'following' : 'behind';
    void this.#tell({
      state,
      sequence,
      last,
      lag,
      writer: writer ?? this.#status.writer,
      contact: Date.now(),
      problem: null,
    });
    if (lag <= MAX_LAG_SECONDS) this.#ready();
  }

  /** In one step, with the server reading on. */
  async #seedAgain(db: Connection, stream: LogStream, { message }: SeedError): Promise<void> {
    if (this.#status.problem !== message) say(message);
    await this.#tell({ state: 'to be seeded', problem: message, contact: Date.now() });
    if (this.seed) {
      const fetched = `${this.database}-seed`;
      try {
        const { id, sequence } = await fetchSeed(this.seed, fetched, seedToken());
        const log = await stream.state();
        // Readers of this node's pages are not taken back for a seed that leads nowhere.
        if (log?.id !== id || sequence + 1 < log.first || sequence > log.last)
          throw new DatabaseError(
            `${this.seed}: the log does not go on from this seed: it is too old, or of another log`,
          );
        await db.become(fetched);
        say(`seeded again from ${this.seed}, begins at ${sequence} of the log`);
        return;
      } catch (error) {
        say((error as Error).message);
      } finally {
        rmSync(fetched, { force: true });
      }
    }
    await wait(SEED_MS);
  }

  async #tell(change: Partial<NodeStatus>): Promise<void> {
    const isNews = change.state !== undefined && change.state !== this.#status.state;
    Object.assign(this.#status, change, { at: Date.now() });
    if (!isNews && performance.now() - this.#written < STATUS_MS) return;
    this.#written = performance.now();
    const status = { ...this.#status };
    this.#writing = this.#writing
      .then(() => writeNodeStatus(this.database, status))
      .catch((error: Error) => void say(error.message));
    await this.#writing;
  }

  #ready(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    process.send?.('ready');
  }
}

process.on('disconnect', () => process.exit(0));
await runProgram(
  new Command('node')
    .description('Follows the log of several nodes into the database; npm start -- --join starts it beside the server.')
    .option(
      '--join <seed>',
      "a backup of a node, its URL, or another node's /seed: where the database comes from if it is not there",
    )
    .exitOverride()
    .action(async ({ join }: { join?: string }) => new Node(databasePath(), join ?? null).run()),
);
// Its connections would keep a node that failed.
process.exit();
