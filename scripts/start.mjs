// npm start: installs, builds, ingests the sample archive into an empty database, serves, watched.
import { spawnSync } from 'node:child_process';
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
await portIsFree();
if (!existsSync(database)) ingestSample();
process.env.THREADLINE_DB = database;
process.chdir(ROOT);
await serveWatched(host, port);

/** Said before Next starts, because its own message would be a stack trace. */
function portIsFree() {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error) =>
      fail(
        `cannot listen on ${host}:${port}: ${error.code === 'EADDRINUSE' ? 'something else listens there; set PORT to another number' : error.message}.`,
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
