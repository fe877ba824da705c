// npm start [-- SOURCE...]: installs, builds, serves, and follows the archives given now or before; without any, serves the sample archive.
import { fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { portIsFree } from './port.mjs';
import { DATA_FOLDER, ensureBuilt, ensureBundled, ensureInstalled, fail, onStep, ROOT } from './setup.mjs';
import { absoluteSources, keepSources, sourcesOf } from './sources.mjs';
import { openWaitingRoom } from './waiting.mjs';
import { serveWatched } from './watch.mjs';

/** V8's options as `npm run ingest` has them (docs/ARCHITECTURE.md, "Memory while ingesting"; decision 0079). */
const V8_OPTIONS = ['--max-semi-space-size=8', '--max-old-space-size=2000', '--no-regexp-tier-up'];
/** Pause before a failed command is started again. */
const AGAIN_MS = 5000;

const { join: seed, sources: given } = usage();
const host = process.env.HOST || '127.0.0.1';
const port = Number(process.env.PORT || 3000);
if (!Number.isInteger(port) || port < 1 || port > 65535)
  fail(`PORT=${process.env.PORT} is not a port number; give one from 1 to 65535.`);
const database = resolve(DATA_FOLDER, process.env.THREADLINE_DB || 'data/threadline.sqlite');
process.env.THREADLINE_DB = database;
/** Exists beside a database that holds only the sample archive. */
const sampleMark = `${database}.is-sample`;

await portIsFree('PORT', host, port);
const nntp = Number(process.env.THREADLINE_NNTP || 0);
if (nntp === port) fail(`PORT and THREADLINE_NNTP are both ${port}: set them to different ports.`);
if (nntp) await portIsFree('THREADLINE_NNTP', host, nntp);
if (given.length && existsSync(sampleMark)) setSampleAside();
if (given.length) keepSources(database, given);
const room = await openWaitingRoom(host, port);
onStep(room.step);

await ensureInstalled();
await ensureBundled();
process.chdir(ROOT);
const sources = sourcesOf(database);
// Archives are read while the pages are built.
if (process.env.THREADLINE_NATS) await startNode();
else if (sources.length) await keepRunning('ingest', ['--follow', ...sources], false);
else if (!existsSync(database)) await ingestSample();
await ensureBuilt();
room.step('starting the server');
await room.close();
await serveWatched(host, port);

function usage() {
  try {
    const { values, positionals } = parseArgs({ options: { join: { type: 'string' } }, allowPositionals: true });
    return { join: values.join, sources: absoluteSources(positionals) };
  } catch (error) {
    process.stderr.write(`${error.message}\nusage: npm start [-- [--join SEED] SOURCE...]\n`);
    process.exit(2);
  }
}

/** Starts one of several nodes: it follows their log, and reads the archives when it is its turn to write. The first node begins the log. */
async function startNode() {
  const ingest = () => sources.length && keepRunning('ingest', ['--follow', ...sources], false);
  if (existsSync(database) || seed !== undefined || !sources.length) {
    await keepRunning('node', seed === undefined ? [] : ['--join', seed], true);
    return ingest();
  }
  await ingest();
  const look = setInterval(() => {
    if (!existsSync(database)) return;
    clearInterval(look);
    keepRunning('node', [], false);
  }, 500);
}

/** Moves the sample archive away, so that real archives are not mixed with invented mails. It is not removed, because somebody may have added mails to it. */
function setSampleAside() {
  const aside = `${database}.sample`;
  for (const end of ['', '-wal', '-shm']) if (existsSync(database + end)) renameSync(database + end, aside + end);
  rmSync(sampleMark);
  process.stderr.write(`threadline: moved the sample archive to ${aside}\n`);
}

function ended(child) {
  return new Promise((done) => child.once('exit', (code) => done(code)).once('error', () => done(1)));
}

async function ingestSample() {
  room.step('reading the sample archive, which is synthetic');
  process.stderr.write('threadline: the database is empty: reading the sample archive, which is synthetic\n');
  const folder = mkdtempSync(join(tmpdir(), 'threadline-'));
  const file = join(folder, 'threadline-sample.mbox');
  const made = spawn(process.execPath, [join(ROOT, 'dist/sample.mjs'), '--messages', '400', '--seed', '1'], {
    stdio: ['ignore', openSync(file, 'w'), 2],
  });
  if ((await ended(made)) !== 0) fail('cannot make the sample archive; see above.');
  const ingested = spawn(process.execPath, [join(ROOT, 'dist/ingest.mjs'), file], { stdio: ['ignore', 2, 2] });
  const code = await ended(ingested);
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0) fail('cannot ingest the sample archive; see above.');
  writeFileSync(sampleMark, '');
}

/** Runs a command that ends with this one and is started again when it fails. With `waits`, resolves once it reports that it is ready. */
function keepRunning(name, args, waits) {
  return new Promise((ready) => {
    let isReady = !waits;
    const start = () => {
      const child = fork(join(ROOT, `dist/${name}.mjs`), args, {
        env: { ...process.env, MALLOC_ARENA_MAX: '2' },
        execArgv: V8_OPTIONS,
        stdio: ['ignore', 2, 2, 'ipc'],
      });
      child.on('message', () => {
        isReady = true;
        ready();
      });
      child.on('exit', (code) => {
        if (code === 2 || !isReady) fail(`cannot start npm run ${name}; see above.`);
        process.stderr.write(`threadline: ${name} ended with ${code}; starting it again in ${AGAIN_MS / 1000} s\n`);
        setTimeout(start, AGAIN_MS);
      });
      child.unref();
      child.channel?.unref();
    };
    start();
    if (!waits) return ready();
    // Until it is ready, perhaps nothing else keeps this process alive.
    const waiting = setInterval(() => isReady && clearInterval(waiting), 200);
  });
}
