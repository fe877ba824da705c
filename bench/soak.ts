/**
 * node scripts/run.mjs soak [--minutes N] [--clients N] --into ARCHIVE BASE...: clients request all kinds of pages while an archive is
 * ingested into the same database, a few hundred mails at a time. Each answer is checked; prints latencies by kind on standard output.
 * With --hostile, hostile clients from another address run too (hostile.ts); with --protocols, a quarter of the clients are newsreaders
 * and git. Exits with 1 if any answer was a 5xx, incomplete, or a mix of two states of the data.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { Random } from '#samples/random';
import { CommandError, runProgram } from '../cli/program';
import { type Address, drawAddresses } from './addresses';
import { type Asked, ask, Checks, ENCODINGS } from './answers';
import { archivesOf, growing } from './archives';
import { NodeProcess } from './fleet';
import { attack, CROWD, type Done } from './hostile';
import { ingestInto } from './ingest';
import { endChildren, freePort, memoryOf, ROOT, startServer } from './process';
import { cloneAll, readNews } from './protocols';
import { median, percentile } from './stats';
import { figure, markdownOf } from './table';

interface Flags {
  minutes: string;
  clients: string;
  into: string;
  step: string;
  hostile?: boolean;
  protocols?: boolean;
}

/** Limits of the server's memory (docs/SERVER.md, "Memory"); and below, of the work in one turn of its loop. */
const MEMORY_BOUND = 1050 * 2 ** 20;
const WORK_BOUND_MS = 200;

const say = (text: string) => void process.stderr.write(`soak: ${text}\n`);

async function run(bases: string[], flags: Flags): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'threadline-soak-'));
  // A file on a disk that others write to would make the watcher itself stall the loop.
  const inMemory = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'threadline-soak-'));
  const database = join(folder, 'soak.sqlite');
  try {
    say('ingesting the base archives');
    await ingestInto(database, archivesOf(bases));
    const [port, nntp] = [await freePort(), await freePort()];
    const repositories = flags.protocols ? await mirrored(database) : [];
    const env = {
      ...(flags.protocols ? { THREADLINE_NNTP: String(nntp) } : {}),
      HOST: flags.hostile ? '0.0.0.0' : '127.0.0.1',
      THREADLINE_DB: database,
      PORT: String(port),
      THREADLINE_LOG: 'error',
      THREADLINE_WATCHDOG_SECONDS: '0',
      THREADLINE_SOAK_INSIDE: join(inMemory, 'inside.json'),
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${pathToFileURL(join(ROOT, 'bench/inside.mjs'))}`,
    };
    const server = await startServer('node', ['scripts/start.mjs'], env, port, '/healthz');
    process.kill(server.pid, 'SIGUSR2');
    const until = Date.now() + Number(flags.minutes) * 60_000;
    const checks = new Checks();
    const state: State = { addresses: await drawAddresses(server.base), until };
    const attacks = flags.hostile
      ? attack({ host: ownAddress(), port, until, addresses: () => state.addresses, random: new Random(9) })
      : Promise.resolve({});
    const ingest = ingestInPieces(database, flags.into, join(folder, basename(flags.into)), Number(flags.step), until);
    const renewal = renew(server.base, state, checks);
    say(`${flags.clients} clients on ${state.addresses.length} addresses for ${flags.minutes} minutes`);
    const speak = (n: number) => {
      if (!flags.protocols || n % 4) return client(server.base, n, state, checks);
      const other = { base: server.base, nntp, repositories, until, random: new Random(n + 1), checks };
      return n % 16 ? readNews(other) : cloneAll(other);
    };
    await Promise.all(Array.from({ length: Number(flags.clients) }, (_, n) => speak(n)));
    await renewal;
    const done = await attacks;
    const runs = await ingest;
    const health = (await (await fetch(`${server.base}/healthz`)).json()) as { data_version: number };
    const memory = memoryOf(server.pid, 'VmHWM');
    await server.stop();
    report(checks, flags, {
      ...runs,
      dataVersion: health.data_version,
      memory,
      inside: JSON.parse(await readFile(env.THREADLINE_SOAK_INSIDE, 'utf8')) as Inside,
      done,
      said: server.said(),
    });
  } finally {
    endChildren();
    for (const one of [folder, inMemory]) await rm(one, { recursive: true, force: true });
  }
}

/** Makes the repositories for git clients; each ingest keeps them up to date from then on. */
async function mirrored(database: string): Promise<string[]> {
  const child = spawn('node', [join(ROOT, 'dist/mirror.mjs')], {
    env: { ...process.env, THREADLINE_DB: database },
    stdio: 'ignore',
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new CommandError(`mirror ended with ${code}`);
  return Object.keys(JSON.parse(await readFile(`${database}-git/manifest.json`, 'utf8')));
}

interface State {
  addresses: Address[];
  until: number;
}

/** The measurements of inside.mjs in the server, in milliseconds and bytes. */
interface Inside {
  /** The longest time between two turns of the loop; and below, how long it waited for a processor in that time. */
  stall: number;
  waited: number;
  /** The longest work of the loop itself between two turns. */
  worked: number;
  /** Longest pause for garbage collection. */
  collected: number;
  /** The most anonymous memory of the process; and below, its parts at that time. */
  anonymous: number;
  parts: NodeJS.MemoryUsage;
}

/** An address of this machine other than loopback, so that the server treats clients from it as remote. */
function ownAddress(): string {
  const found = Object.values(networkInterfaces())
    .flatMap((some) => some ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!found) throw new CommandError('--hostile needs another IPv4 address than 127.0.0.1');
  return found.address;
}

async function client(base: string, number: number, state: State, checks: Checks): Promise<void> {
  const random = new Random(number + 1);
  while (Date.now() < state.until) {
    const address = random.pick(state.addresses);
    const known = random.below(4) === 0 ? checks.etagOf(address.path) : undefined;
    const asked: Asked = await ask(base, address, {
      encoding: random.pick(ENCODINGS),
      known,
    });
    checks.look(asked);
  }
}

/** Draws URLs again, because new mails have new URLs. */
async function renew(base: string, state: State, checks: Checks): Promise<void> {
  while (Date.now() < state.until) {
    await new Promise((later) => setTimeout(later, Math.min(20_000, Math.max(0, state.until - Date.now()))));
    if (Date.now() >= state.until) break;
    try {
      state.addresses = await drawAddresses(base);
    } catch (error) {
      checks.note('addresses', 0, 0, (error as Error).message);
    }
  }
}

/** Ingests some hundred mails per run, so that the data change continually; an archive that is not a repository is ingested as a whole. */
async function ingestInPieces(
  database: string,
  archive: string,
  folder: string,
  step: number,
  until: number,
): Promise<{ runs: number; stored: number }> {
  const [given] = archivesOf([archive]);
  const grow = given?.epochs.length ? await growing(given, folder, step) : null;
  let runs = 0;
  let stored = 0;
  while (Date.now() < until) {
    const isMore = grow ? await grow() : runs === 0;
    if (isMore) {
      const run = await ingestOnce(database, grow ? folder : archive);
      runs++;
      stored += run.stored;
    } else await new Promise((later) => setTimeout(later, 1000));
  }
  return { runs, stored };
}

async function ingestOnce(database: string, archive: string): Promise<{ stored: number }> {
  const { code, stdout, stderr } = await NodeProcess.ingest(database, '', ['--json', resolve(archive)]).ended;
  if (code !== 0) throw new CommandError(`ingest ended with ${code}: ${stderr.slice(-1000)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
}

const mb = (bytes: number) => `${figure(bytes / 2 ** 20)} MB`;

function lifeOf({ stall, waited, worked, collected, anonymous, parts }: Inside, memory: number): string {
  const [heap, used, outside, buffers] = [parts.heapTotal, parts.heapUsed, parts.external, parts.arrayBuffers].map(mb);
  return [
    `The server's own memory was ${mb(anonymous)} at most (bound ${mb(MEMORY_BOUND)}), of it then ${heap} the heap (${used} in use) and ${outside} outside it (${buffers} of buffers); with pages of files ${mb(memory)}.`,
    `Longest stall of its loop: ${figure(stall)} ms, ${figure(waited)} of them waiting for a processor; longest work without a turn: ${figure(worked)} ms (bound ${WORK_BOUND_MS}); longest garbage collection: ${figure(collected)} ms.`,
  ].join(' ');
}

function report(
  checks: Checks,
  flags: Flags,
  result: {
    runs: number;
    stored: number;
    dataVersion: number;
    memory: number;
    inside: Inside;
    done: Done;
    said: string;
  },
): void {
  const { runs, stored, dataVersion, memory, inside, done, said } = result;
  const harm = Object.entries(done).map(([kind, count]) => `${kind} ${count.toLocaleString('en-US')}`);
  const rows = checks
    .kinds()
    .map(({ kind, times, statuses }) => [
      kind,
      times.length.toLocaleString('en-US'),
      [...statuses].map(([status, count]) => `${status}: ${count}`).join(', '),
      ...[median(times), percentile(times, 0.95), percentile(times, 0.99), Math.max(...times)].map(figure),
    ]);
  const table = {
    title: `${flags.clients} clients, ${flags.minutes} minutes, with ingest running`,
    notes: [
      `${checks.count.toLocaleString('en-US')} answers (${figure(checks.count / (Number(flags.minutes) * 60))} a second), ${runs} runs of ingest, ${stored.toLocaleString('en-US')} mails stored meanwhile, data version ${dataVersion} at the end. Milliseconds.`,
      lifeOf(inside, memory),
      ...(harm.length ? [`Hostile acts meanwhile: ${harm.join(', ')}.`] : []),
      checks.faults.length
        ? `${checks.faultCount} faults, such as:\n\n${checks.faults.map((fault) => `- ${fault}`).join('\n')}`
        : 'No fault: no 5xx, every answer complete, and the same bytes for the same ETag.',
    ],
    columns: ['kind', 'answers', 'by status', 'median', 'p95', 'p99', 'longest'],
    rows,
  };
  process.stdout.write(`${markdownOf(table)}\n`);
  if (said) process.stdout.write(`Errors that the server logged:\n\n${said}\n`);
  // Hostile clients that never got a connection prove nothing.
  const isVoid = flags.hostile === true && !Object.keys(CROWD).every((kind) => (done[kind] ?? 0) > 0);
  if (isVoid) process.stdout.write('Some hostile clients never got a connection: this run proves nothing.\n');
  const isOver = inside.anonymous > MEMORY_BOUND || inside.worked > WORK_BOUND_MS;
  if (isOver) process.stdout.write('The server exceeded its limit of memory or of work.\n');
  if (checks.faults.length || isVoid || isOver) process.exitCode = 1;
}

await runProgram(
  new Command('soak')
    .description('Requests all kinds of pages while an archive is ingested, and checks each answer.')
    .argument('<base...>', 'archives that are ingested first')
    .requiredOption('--into <archive>', 'the archive that is ingested during the test')
    .option('--minutes <n>', 'duration in minutes', '10')
    .option('--clients <n>', 'number of clients', '64')
    .option('--hostile', 'add clients that abort, send byte by byte, or do not read')
    .option('--protocols', 'make a quarter of the clients newsreaders and git')
    .option('--step <n>', 'mails per run of ingest', '300')
    .action(run),
);
