// Loaded into a server under test before its own code (soak.ts): writes once a second into the file that THREADLINE_SOAK_INSIDE names
// what its loop and its memory came to, since SIGUSR2, as JSON. What a stall is: the time between two turns of the loop above what was asked for,
// and of it what the loop itself worked. The rest it waited for a processor that others had: the machine's load, not the server's.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const EVERY_MS = 20;
const file = process.env.THREADLINE_SOAK_INSIDE;

/** Milliseconds that this thread has worked, and has waited for a processor (proc_pid_schedstat). */
function scheduled() {
  const [worked, waited] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ');
  return { worked: Number(worked) / 1e6, waited: Number(waited) / 1e6 };
}

/** Bytes of the process that no file has; pages of the database that are mapped are not among them, as the system may drop those. */
function anonymous() {
  return 1024 * Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0);
}

function watch() {
  const seen = { stall: 0, worked: 0, waited: 0, anonymous: 0, parts: {} };
  let last = { at: performance.now(), ...scheduled() };
  setInterval(() => {
    const now = { at: performance.now(), ...scheduled() };
    seen.worked = Math.max(seen.worked, now.worked - last.worked);
    if (now.at - last.at - EVERY_MS > seen.stall) {
      seen.stall = now.at - last.at - EVERY_MS;
      seen.waited = now.waited - last.waited;
    }
    last = now;
  }, EVERY_MS).unref();
  // What came before is the server's start: it loads its pages before it listens.
  process.on('SIGUSR2', () => Object.assign(seen, { stall: 0, worked: 0, waited: 0 }));
  setInterval(() => {
    const bytes = anonymous();
    if (bytes > seen.anonymous) {
      const { heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
      Object.assign(seen, { anonymous: bytes, parts: { heapTotal, heapUsed, external, arrayBuffers } });
    }
    writeFileSync(`${file}.new`, JSON.stringify(seen));
    renameSync(`${file}.new`, file);
  }, 1000).unref();
}

if (file && isMainThread) watch();
