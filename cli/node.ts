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

/** How often to ask the log for news, also after it did not answer. */
const LOOK_MS = 200;
/** A node begins to serve when it is no further behind than this. */
const MAX_LAG_SECONDS = 10;
/** A node that has a database serves after this long, even if the log does not answer. */
const ALONE_MS = 15_000;
/** How often a node tries to get a seed; each try copies the whole seed. */
const SEED_MS = 60_000;
/** How often the status is written while it does not change. */
const STATUS_MS = 1000;

const say = (text: string) => process.stderr.write(`node: ${text}\n`);
const wait = (ms: number) => new Promise((later) => setTimeout(later, ms));

/** Copies the log into the database until the process ends. */
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
    if (!servers) throw new CommandError('THREADLINE_NATS is not set; set it to the servers of the log');
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
        `${this.database}: no such database. Name a backup of another node to start from: npm start -- --join FILE, its URL, or another node's /seed`,
      );
    say(`copying ${this.seed}`);
    const { sequence } = await fetchSeed(this.seed, this.database, seedToken());
    say(`starting at entry ${sequence} of the log`);
  }

  async #serveSeed(): Promise<void> {
    const address = seedAddress();
    if (!address) return;
    const token = seedToken();
    if (token === null)
      throw new CommandError(
        'THREADLINE_SEED serves the whole database to nodes that join: set THREADLINE_SEED_TOKEN to the same secret on all nodes',
      );
    const port = await serveSeed({ database: this.database, ...address, token, say }).catch((error: Error) => {
      throw new CommandError(`THREADLINE_SEED: cannot listen on ${address.host}:${address.port}: ${error.message}`);
    });
    say(`serving seeds on port ${port}`);
  }

  /** Returns when nothing is new, or on an error. */
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

  /** Replaces the database in one step, while the server keeps reading. */
  async #seedAgain(db: Connection, stream: LogStream, { message }: SeedError): Promise<void> {
    if (this.#status.problem !== message) say(message);
    await this.#tell({ state: 'to be seeded', problem: message, contact: Date.now() });
    if (this.seed) {
      const fetched = `${this.database}-seed`;
      try {
        const { id, sequence } = await fetchSeed(this.seed, fetched, seedToken());
        const log = await stream.state();
        // A seed that the log does not continue would only take readers back to older pages.
        if (log?.id !== id || sequence + 1 < log.first || sequence > log.last)
          throw new DatabaseError(
            `${this.seed}: the log does not continue from this seed; it is too old or belongs to another log`,
          );
        await db.become(fetched);
        say(`seeded again from ${this.seed}; starting at entry ${sequence} of the log`);
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
    .description('Copies the log of several nodes into the database; npm start -- --join runs it beside the server.')
    .option(
      '--join <seed>',
      "a backup of a node, its URL, or another node's /seed: the source of the database if it does not exist",
    )
    .action(async ({ join }: { join?: string }) => new Node(databasePath(), join ?? null).run()),
);
// The open connections would keep a failed node alive.
process.exit();
