import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, type WriteFileOptions, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import cliProgress from 'cli-progress';
import { Command } from 'commander';
import { backup } from '#db/backup';
import { openWriter } from '#db/create';
import { ACCEPTED, recognise } from '#ingest/read/recognise';
import { type Source, SourceError } from '#ingest/read/types';
import { checkpointOf, type IngestLog, type IngestOptions, ingest, lockCopy, type Summary } from '#ingest/run';
import type { LogWriter } from '#log/writer';
import { follow } from './follow';
import { openLog } from './log';
import { mirrorFolder, refreshMirror } from './mirror/lists';
import { CommandError, refuseExisting, runProgram, wholeNumber } from './program';
import { PageProgress } from './progress';
import { databasePath, mailSeconds, silenceSeconds } from './settings';

interface Flags {
  list?: string;
  json?: boolean;
  rejects?: string;
  jobs: number;
  limit?: number;
  commits?: string;
  mailmap?: string;
  follow?: boolean;
  every: number;
  seed?: string;
}

/**
 * One worker for two cores: SQLite's thread, the main thread and git need as much as parsing does, and each worker compiles
 * the same code again (linux-edac on 2 cores, 2026-11-25: 11.7 s of CPU with one worker, 13.4 s with two, and just as long).
 */
const defaultJobs = () => Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));

const program = new Command('ingest')
  .description('Reads mail archives into the database.')
  .argument('[source...]', ACCEPTED)
  .option('--list <name>', "the list's name (default: the inbox directory's name, else List-Id)")
  .option('--json', 'print one JSON object as the last line of standard output')
  .option('--rejects <dir>', 'write input that is not mail, with the reason, into this directory')
  .option('--jobs <n>', 'number of parsing workers', wholeNumber, defaultJobs())
  .option('--limit <n>', 'stop after this many mails', wholeNumber)
  .option('--commits <repository>', 'match the commits of a git repository to the patches they come from')
  .option('--mailmap <file>', 'a git mailmap, which says which addresses belong to one person')
  .option('--follow', 'keep running and read new mail until interrupted; prints a line for each check')
  .option('--every <seconds>', 'with --follow: seconds between checks of a source', wholeNumber, 300)
  .option(
    '--seed <file>',
    'with THREADLINE_NATS: write to the database only, then begin a new log and write its seed to this file',
  )
  .action(run);

async function run(locations: string[], flags: Flags): Promise<void> {
  if (!locations.length && !flags.commits && !flags.mailmap)
    program.error('error: name a source, a repository with --commits, or a mailmap with --mailmap', { exitCode: 2 });
  const stop = new AbortController();
  if (flags.follow) {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
    // A process that npm start started ends with it.
    process.once('disconnect', () => stop.abort());
    process.channel?.unref();
  }
  const log = await openLog((text) => note('log', text), stop.signal);
  try {
    if (flags.follow) await followAll(locations, flags, log, stop.signal);
    else if (flags.seed !== undefined) await ingestSeed(locations, flags, flags.seed, log);
    else await ingestAll(locations, flags, log);
  } finally {
    await log?.close();
  }
}

async function ingestAll(locations: string[], flags: Flags, log: IngestLog | null): Promise<void> {
  const sources: Source[] = [];
  const failed: SourceError[] = [];
  for (const location of locations) {
    try {
      sources.push(...(await recogniseHere(location)));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      failed.push(error);
    }
  }
  const display = progressDisplay(flags.json === true);
  const pages = new PageProgress(databasePath());
  const summary = await ingest(sources, {
    ...optionsOf(flags, log),
    onNote: note,
    onProgress(progress) {
      display.show(progress);
      pages.read(progress);
    },
  }).finally(() => pages.done());
  display.stop();
  await keepMirror();
  report(summary, [...failed, ...summary.failed], flags.json === true);
}

/** Ingests many mails without the log, which would send each of them to every node; the nodes get one file instead. */
async function ingestSeed(locations: string[], flags: Flags, seed: string, log: LogWriter | null): Promise<void> {
  if (!log) return program.error('error: --seed needs THREADLINE_NATS, the servers of the log', { exitCode: 2 });
  refuseExisting(seed);
  await ingestAll(locations, flags, { acquire: () => log.acquire(), lead: (db) => db.startLog(null) });
  const db = await openWriter(databasePath());
  await log.restart(db).finally(() => db.close());
  await backup(databasePath(), resolve(seed));
  note('log', `began a new log; seed the other nodes with ${seed} (npm start -- --join)`);
}

function recogniseHere(location: string): Promise<Source[]> {
  return recognise(location, {
    web: { folder: `${databasePath()}-mirrors`, silence: silenceSeconds(), lock: lockCopy },
  });
}

function optionsOf(flags: Flags, log: IngestLog | null): IngestOptions {
  return {
    database: databasePath(),
    list: flags.list ?? null,
    jobs: flags.jobs,
    mailSeconds: mailSeconds(),
    limit: flags.limit ?? null,
    commits: flags.commits ?? null,
    mailmap: flags.mailmap ?? null,
    people: resolve('people.json'),
    log,
    ...(flags.rejects ? { onReject: rejectWriter(flags.rejects) } : {}),
  };
}

/** The first SIGINT or SIGTERM finishes what was read, then ends; a second one ends at once, which loses nothing either. */
async function followAll(locations: string[], flags: Flags, log: LogWriter | null, signal: AbortSignal): Promise<void> {
  if (!locations.length || locations.includes('-'))
    program.error('error: --follow needs the URL or path of a source', { exitCode: 2 });
  const pages = new PageProgress(databasePath());
  if (!existsSync(databasePath())) for (const location of locations) pages.fetching(location);
  await follow(locations, {
    every: flags.every,
    json: flags.json === true,
    signal,
    // A node that waits for its turn to write does not load the lists' servers.
    recognise: async (location) => {
      await log?.acquire();
      return recogniseHere(location);
    },
    onDone: (location) => pages.done([location]),
    onNote: note,
    stateOf: (source) => checkpointOf(databasePath(), source),
    async ingest(sources, signal) {
      const show = plainProgress();
      const summary = await ingest(sources, {
        ...optionsOf(flags, log),
        signal,
        onNote: note,
        onProgress(progress) {
          show(progress);
          pages.read(progress);
        },
      }).finally(() => pages.done(sources.map(({ location }) => location)));
      if (summary.read) await keepMirror();
      return summary;
    },
  });
}

/** Updates the git repositories that the server serves (`npm run mirror`), if there are any. */
async function keepMirror(): Promise<void> {
  const database = databasePath();
  if (!existsSync(mirrorFolder(database))) return;
  try {
    await refreshMirror(database, (text) => note('mirror', text));
  } catch (error) {
    // The mails are in the database; the next run writes them to the repositories.
    if (!(error instanceof CommandError) && typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    note('mirror', (error as Error).message);
    process.exitCode = 1;
  }
}

function report(summary: Summary, failed: SourceError[], json: boolean): void {
  for (const error of failed) process.stderr.write(`ingest: ${error.message}\n`);
  const { failed: _failed, ...figures } = summary;
  const { read, stored, duplicate, deleted, rejected, lists, threads, series, people, seconds, bytes } = figures;
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ read, stored, duplicate, deleted, rejected, lists, threads, series, people, seconds, bytes })}\n`,
    );
  } else {
    const rate = seconds > 0 ? Math.round(read / seconds) : 0;
    process.stdout.write(
      `${read} read: ${stored} stored, ${duplicate} duplicate, ${deleted} deleted, ${rejected} rejected; ` +
        `${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s, ${rate} mails/s\n` +
        `now ${Object.entries(lists)
          .map(([name, messages]) => `${name} ${messages}`)
          .join(', ')}; ${threads} threads, ${people} people\n`,
    );
  }
  if (failed.length) process.exitCode = 1;
}

function rejectWriter(directory: string): NonNullable<IngestOptions['onReject']> {
  orFail(directory, () => mkdirSync(directory, { recursive: true }));
  return ({ location, place, reason, bytes }) => {
    const name = createHash('sha256').update(location).update(place).update(bytes).digest('hex').slice(0, 16);
    writeWhole(join(directory, `${name}.eml`), bytes);
    writeWhole(join(directory, `${name}.txt`), `${location}\n${place}\n${reason}\n`);
  };
}

/**
 * Writes a file completely or not at all, even if the run is killed. The next run writes a file that is missing, because the source's
 * checkpoint is stored later.
 */
function writeWhole(path: string, data: Buffer | string): void {
  orFail(path, () => {
    writeFileSync(`${path}.part`, data, { flush: true } as WriteFileOptions);
    renameSync(`${path}.part`, path);
  });
}

function orFail(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      `${path}: cannot write a rejected mail here (${code}). ${code === 'ENOSPC' ? 'Free some space' : 'Name a writable folder with --rejects'}, then run again; the next run continues from here.`,
    );
  }
}

function note(location: string, text: string): void {
  process.stderr.write(`ingest: ${location}: ${text}\n`);
}

type Show = NonNullable<IngestOptions['onProgress']>;

/** A bar on a terminal, else a line every few seconds. On standard error, so that --json is the last line of standard output. */
function progressDisplay(json: boolean): { show: Show; stop(): void } {
  if (!process.stderr.isTTY || json) return { show: plainProgress(), stop() {} };
  const bar = new cliProgress.SingleBar(
    { format: '{bar} {value}/{total} {rate}/s, {eta_formatted} left  {source}', hideCursor: true, etaBuffer: 200 },
    cliProgress.Presets.shades_classic,
  );
  let current = '';
  let started = 0;
  return {
    show({ location, read, bytes, total, unit }) {
      const value = unit === 'bytes' ? bytes : read;
      if (location !== current) {
        if (current) bar.stop();
        current = location;
        started = Date.now();
        bar.start(total ?? value, value, { rate: 0, source: location });
      }
      const seconds = (Date.now() - started) / 1000;
      bar.setTotal(total ?? value);
      bar.update(value, { rate: seconds > 0 ? Math.round(read / seconds) : 0, source: location });
    },
    stop: () => bar.stop(),
  };
}

const PLAIN_EVERY_MS = 5000;

function plainProgress(): Show {
  let last = Date.now();
  return ({ location, read, total, unit }) => {
    if (read % 256 !== 0 || Date.now() - last < PLAIN_EVERY_MS) return;
    last = Date.now();
    process.stderr.write(
      `ingest: ${location}: ${read}${total !== null && unit === 'mails' ? ` of ${total}` : ''} mails\n`,
    );
  };
}

await runProgram(program);
