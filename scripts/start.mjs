// npm start: installs, builds, ingests the sample archive into an empty database, serves, watched.
import { fork, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureBuilt, ensureBundled, ensureInstalled, fail, ROOT } from './setup.mjs';
import { serveWatched } from './watch.mjs';

const host = process.env.HOST || '127.0.0.1';
const port = Number(process.env.PORT || 3000);
if (!Number.isInteger(port) || port < 1 || port > 65535)
  fail(`PORT=${process.env.PORT} is no port number: give one from 1 to 65535.`);
const database = resolve(ROOT, process.env.THREADLINE_DB || 'data/threadline.sqlite');

await ensureInstalled();
await ensureBundled();
await ensureBuilt();
await portIsFree('PORT', port);
const nntp = Number(process.env.THREADLINE_NNTP || 0);
if (nntp) await portIsFree('THREADLINE_NNTP', nntp);
if (process.env.THREADLINE_NATS) await followLog();
else if (!existsSync(database)) ingestSample();
process.env.THREADLINE_DB = database;
process.chdir(ROOT);
await serveWatched(host, port);

/** Said before Next starts, because its own message would be a stack trace. */
function portIsFree(name, port) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error) =>
      fail(
        `cannot listen on ${host}:${port}: ${error.code === 'EADDRINUSE' ? `something else listens there; set ${name} to another number` : error.message}.`,
      ),
    );
    probe.listen(port, host, () => probe.close(done));
  });
}

function ingestSample() {
  process.stderr.write('threadline: the database is empty: ingesting the sample archive, which is synthetic\n');
  const folder = mkdtempSync(join(tmpdir(), 'threadline-'));
  const file = join(folder, 'threadline-sample.mbox');
  const env = { ...process.env, THREADLINE_DB: database };
  const made = spawnSync(process.execPath, [join(ROOT, 'dist/sample.mjs'), '--messages', '400', '--seed', '1'], {
    stdio: ['ignore', openSync(file, 'w'), 2],
    env,
  });
  if (made.status !== 0) fail('the sample archive could not be made.');
  const ingested = spawnSync(process.execPath, [join(ROOT, 'dist/ingest.mjs'), file], { stdio: ['ignore', 2, 2], env });
  rmSync(folder, { recursive: true, force: true });
  if (ingested.status !== 0) fail('the sample archive could not be ingested.');
}

/** Starts the program that follows the log of several nodes; resolves once the database is fit to be served. */
function followLog() {
  const at = process.argv.indexOf('--join');
  const args = at < 0 ? [] : process.argv.slice(at, at + 2);
  return new Promise((ready) => {
    let isReady = false;
    const start = () => {
      const child = fork(join(ROOT, 'dist/node.mjs'), args, { env: { ...process.env, THREADLINE_DB: database } });
      child.on('message', () => {
        isReady = true;
        ready();
      });
      child.on('exit', (code) => {
        if (!isReady) fail('this node could not be started: see above.');
        process.stderr.write(`threadline: the node's follower ended with ${code}: it is started again\n`);
        setTimeout(start, 2000);
      });
      child.unref();
      child.channel?.unref();
    };
    start();
    // Until it is ready, nothing else may keep this process.
    const waiting = setInterval(() => isReady && clearInterval(waiting), 200);
  });
}
