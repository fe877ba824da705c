import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { Command } from 'commander';
import { backup } from '#db/backup';
import { Random } from '#samples/random';
import { CommandError, runProgram, wholeNumber } from '../cli/program';
import { faultsOf, fingerprint, messagesIn } from './fingerprint';
import { type Ended, NodeProcess, settled, tablesOf } from './fleet';
import { type Link, NATS_SERVER, NatsCluster } from './nats';

/** How long a server is down, or a cable is cut. */
const AWAY_MS = 3000;
/** The time limit for the remaining work at the end. */
const END_MS = 300_000;

interface Flags {
  kills: number;
  seed: number;
}

/** A database and the program that copies the log into it, with its own gates to the servers. */
interface Node {
  database: string;
  link: Link;
  follower: NodeProcess;
}

/**
 * Three nodes of a log, each of which may ingest an archive. Ingests, followers and servers are killed and cables are cut at random while
 * mails arrive. At the end all tables of all nodes must be equal, and the exports must be those of an undisturbed ingest.
 */
class Nodes {
  readonly #folder = mkdtempSync(join(tmpdir(), 'threadline-nodes-'));
  readonly #done = new Map<string, number>();
  readonly #nodes: Node[] = [];
  readonly #random: Random;
  #cluster!: NatsCluster;
  #wholeMs = 0;
  #writers = 0;

  constructor(
    private readonly source: string,
    private readonly flags: Flags,
  ) {
    this.#random = new Random(flags.seed);
  }

  async run(): Promise<void> {
    this.#cluster = await NatsCluster.start(this.#folder);
    try {
      await this.#all();
    } finally {
      await Promise.all(this.#nodes.map(({ follower }) => follower.kill()));
      await this.#cluster.stop();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  async #all(): Promise<void> {
    const calm = await this.#calm();
    await this.#begin();
    const kinds = ['writer', 'writer', 'follower', 'server', 'cut server', 'cut node'];
    for (let n = 0; n < this.flags.kills; n++) await this.#round(this.#random.pick(kinds));
    for (let tries = 0; (await this.#ingest(0).ended).code !== 0; tries++)
      if (tries === 10) throw new CommandError('the last ingest failed ten times');
    const databases = this.#nodes.map(({ database }) => database);
    await settled(databases, END_MS);
    say(`${[...this.#done].map(([what, n]) => `${n} ${what}`).join(', ')}; ${this.#writers} ingests`);
    await this.#compare(databases, calm);
  }

  async #calm(): Promise<Record<string, string>> {
    const database = join(this.#folder, 'calm.sqlite');
    const started = performance.now();
    const { code, stderr } = await NodeProcess.ingest(database, '', [this.source]).ended;
    if (code !== 0) throw new CommandError(`${this.source}: the undisturbed ingest failed: ${stderr}`);
    this.#wholeMs = performance.now() - started;
    say(`undisturbed, on one machine: ${(this.#wholeMs / 1000).toFixed(1)} s`);
    return fingerprint(database);
  }

  /** The first node already has a list; the others begin with a copy of it. */
  async #begin(): Promise<void> {
    const databases = ['a', 'b', 'c'].map((name) => join(this.#folder, `${name}.sqlite`));
    const seed = join(this.#folder, 'seed.sqlite');
    const first = await NodeProcess.ingest(databases[0] as string, this.#cluster.urls, ['--limit', '1', this.source])
      .ended;
    if (first.code !== 0) throw new CommandError(first.stderr);
    await backup(databases[0] as string, seed);
    for (const database of databases) {
      const link = await this.#cluster.link();
      this.#nodes.push({ database, link, follower: NodeProcess.follow(database, link.urls, seed) });
    }
  }

  #ingest(n: number): NodeProcess {
    const { database, link } = this.#nodes[n] as Node;
    this.#writers++;
    // Few mails at a time, so that every round has something to write.
    return NodeProcess.ingest(database, link.urls, ['--json', this.source]);
  }

  /** A random node writes, and at a random moment something fails. */
  async #round(kind: string): Promise<void> {
    const writing = this.#random.below(3);
    const writer = this.#ingest(writing);
    await Promise.race([later(this.#random.next() * Math.min(this.#wholeMs, 6000)), writer.ended]);
    const other = this.#random.below(3);
    if (kind === 'writer') await writer.kill();
    else await this.#disturb(kind, other);
    // Does not wait for the writer: the next round's writer takes over from it, or finds it working.
    const end = await Promise.race([writer.ended, later(1000).then(() => null)]);
    if (end === null) await writer.kill();
    this.#count(kind, end);
  }

  async #disturb(kind: string, n: number): Promise<void> {
    const node = this.#nodes[n] as Node;
    if (kind === 'follower') {
      await node.follower.kill();
      node.follower = NodeProcess.follow(node.database, node.link.urls, null);
    } else if (kind === 'server') {
      await this.#cluster.kill(n);
      await later(this.#random.next() * AWAY_MS);
      this.#cluster.start(n);
    } else if (kind === 'cut server') {
      this.#cluster.cut(n);
      await later(this.#random.next() * AWAY_MS);
      this.#cluster.heal(n);
    } else {
      node.link.cut();
      await later(this.#random.next() * AWAY_MS);
      node.link.heal();
    }
  }

  #count(kind: string, end: Ended | null): void {
    this.#done.set(kind, (this.#done.get(kind) ?? 0) + 1);
    if (end?.code === 1) say(`an ingest ended: ${end.stderr.trim().split('\n').at(-1)}`);
  }

  async #compare(databases: string[], calm: Record<string, string>): Promise<void> {
    const faults: string[] = [];
    const [wanted = {}, ...others] = await Promise.all(databases.map(tablesOf));
    for (const other of others)
      for (const table of Object.keys(wanted))
        if (other[table] !== wanted[table]) faults.push(`table ${table} differs`);
    for (const database of databases) faults.push(...(await faultsOf(database)));
    const got = await fingerprint(databases[0] as string);
    for (const kind of Object.keys(calm))
      if (got[kind] !== calm[kind]) faults.push(`export ${kind} differs from the undisturbed one`);
    const stored = await messagesIn(databases[0] as string);
    say(
      faults.length
        ? `${faults.length} faults: ${faults.join('; ')}`
        : `${Object.keys(wanted).length} tables the same on ${databases.length} nodes, verified; ${stored} messages, every export the same as undisturbed`,
    );
    if (faults.length) process.exitCode = 1;
  }
}

const say = (text: string) => void process.stdout.write(`${text}\n`);

await runProgram(
  new Command('nodes')
    .description(
      'Kills writers, followers and servers of a log at random, and checks that nodes lose and duplicate nothing.',
    )
    .argument('<source>', 'an archive that ingest reads')
    .option('--kills <n>', 'how many', wholeNumber, 30)
    .option('--seed <n>', 'another seed gives other moments', wholeNumber, 1)
    .action(async (source: string, flags: Flags) => {
      if (!NATS_SERVER) throw new CommandError('nats-server is not installed');
      await new Nodes(source, flags).run();
    }),
);
