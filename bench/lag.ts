/**
 * node dist/lag.mjs ARCHIVE: three log servers, one node that reads an archive and two that follow. Measures what the log costs the
 * writer, how far the others are behind, how fast a late node catches up, and how many pages several nodes serve per second.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { Command } from 'commander';
import { backup } from '#db/backup';
import { Connection, logState, Reader } from '#db/open';
import { CommandError, runProgram } from '../cli/program';
import { bytesBelow } from './archives';
import { NodeProcess, sequenceOf, settled } from './fleet';
import { load } from './load';
import { NATS_SERVER, NatsCluster } from './nats';
import { median, percentile } from './stats';
import { figure, markdownOf, megabytes } from './table';
import { startOurs, uncached } from './web';

/** How often a database's place in the log is read. */
const LOOK_MS = 20;
const END_MS = 600_000;
const REQUESTS = 600;
const CLIENTS = 12;

const seconds = (since: number) => (performance.now() - since) / 1000;

async function finished(one: NodeProcess): Promise<void> {
  const { code, stderr } = await one.ended;
  if (code !== 0) throw new CommandError(stderr);
}

/** When a database had come to which place of the log, as a reader of it sees it. */
class Marks {
  readonly #seen: { sequence: number; at: number }[] = [];
  #ended: Promise<void> | undefined;
  #isOver = false;

  /** From now on. */
  async begin(database: string): Promise<void> {
    const db = await Connection.open(database, 'read');
    this.#ended = this.#look(db).finally(() => db.close());
  }

  async #look(db: Connection): Promise<void> {
    for (; !this.#isOver; await later(LOOK_MS)) {
      const { sequence } = await logState(db);
      if (sequence !== this.#seen.at(-1)?.sequence) this.#seen.push({ sequence, at: performance.now() });
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#ended;
  }

  /** Seconds after which each transaction that `writer` committed was here. */
  behind(writer: Marks): number[] {
    return writer.#seen.slice(1).flatMap(({ sequence, at }) => {
      const here = this.#seen.find((one) => one.sequence >= sequence);
      return here ? [Math.max(0, here.at - at) / 1000] : [];
    });
  }
}

const mailsIn = async (database: string) =>
  (await Reader.once(database, (db) => db.get<{ n: number }>('SELECT count(*) AS n FROM posting')))?.n ?? 0;

async function run(source: string): Promise<void> {
  if (!NATS_SERVER) throw new CommandError('nats-server is not installed (Debian: nats-server)');
  const folder = mkdtempSync(join(tmpdir(), 'threadline-lag-'));
  const cluster = await NatsCluster.start(folder);
  const running: NodeProcess[] = [];
  try {
    const at = (name: string) => join(folder, `${name}.sqlite`);
    const alone = performance.now();
    await finished(NodeProcess.ingest(at('alone'), '', [source]));
    const aloneSeconds = seconds(alone);

    await finished(NodeProcess.ingest(at('a'), cluster.urls, ['--limit', '1', source]));
    await backup(at('a'), at('seed'));
    const followers = ['b', 'c'].map(at);
    for (const database of followers) running.push(NodeProcess.follow(database, cluster.urls, at('seed')));
    while (!running.every(({ isReady }) => isReady)) await later(LOOK_MS);
    const marks = [at('a'), ...followers].map(() => new Marks());
    await Promise.all([at('a'), ...followers].map((database, n) => marks[n]?.begin(database)));
    const written = performance.now();
    await finished(NodeProcess.ingest(at('a'), cluster.urls, [source]));
    const loggedSeconds = seconds(written);
    await settled([at('a'), ...followers], END_MS);
    await Promise.all(marks.map((one) => one.end()));
    const [writing = new Marks(), ...reading] = marks;
    const lags = reading.flatMap((one) => one.behind(writing));
    const mails = await mailsIn(at('a'));

    const late = performance.now();
    running.push(NodeProcess.follow(at('d'), cluster.urls, at('seed')));
    const end = await sequenceOf(at('a'));
    while ((await sequenceOf(at('d')).catch(() => 0)) < end) await later(LOOK_MS);
    const lateSeconds = seconds(late);
    const log = [0, 1, 2].map((n) => bytesBelow(join(folder, `nats-${n}`)));

    const rows = [
      ['ingest alone, mails/s', figure(mails / aloneSeconds)],
      ['ingest with the log and two followers on this machine, mails/s', figure((mails - 1) / loggedSeconds)],
      [
        `a transaction at the followers after its COMMIT at the writer (${lags.length} times), s: median`,
        figure(median(lags)),
      ],
      ['99th percentile', figure(percentile(lags, 0.99))],
      ['most', figure(Math.max(...lags))],
      ['the log on one server', megabytes(median(log))],
      ['the database', megabytes(bytesBelow(at('a')))],
      ['a node from an early seed to the end of the log, s', figure(lateSeconds)],
    ];
    for (const nodes of [1, 2, 3])
      rows.push([
        `front pages a second from ${nodes === 1 ? 'one node' : `${nodes} nodes`}, none from the cache`,
        figure(await served(['a', 'b', 'c'].slice(0, nodes).map(at))),
      ]);
    const table = { title: `Three nodes, ${basename(source)}`, notes: [], columns: ['what', 'measured'], rows };
    process.stdout.write(`${markdownOf(table)}\n`);
  } finally {
    await Promise.all(running.map((one) => one.kill()));
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Front pages per second from all nodes at once. */
async function served(databases: string[]): Promise<number> {
  const servers = await Promise.all(databases.map(startOurs));
  try {
    const fresh = servers.map(({ base }) => uncached(`${base}/`));
    const urlOf = (n: number) => (fresh[n % fresh.length] as () => string)();
    await load(urlOf, { count: 12, clients: 3 });
    const { seconds: took, status } = await load(urlOf, { count: REQUESTS, clients: CLIENTS });
    if (status !== 200) throw new CommandError(`the server answered ${status}`);
    return REQUESTS / took;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

await runProgram(
  new Command('lag')
    .description('Measures the cost of a log of several nodes, and how far its readers are behind.')
    .argument('<archive>')
    .action(run),
);
