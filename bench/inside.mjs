// Loaded into a server under test before its own code (soak.ts). Writes the stalls of its loop and its memory since SIGUSR2 as JSON
// once a second to the file THREADLINE_SOAK_INSIDE. A stall is the time between two turns of the loop beyond the requested time.
// Part of it is work of the loop; the rest is waiting for a busy processor, which is the machine's load, not the server's.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const EVERY_MS = 20;
const file = process.env.THREADLINE_SOAK_INSIDE;

/** Milliseconds that this thread worked, and that it waited for a processor (proc_pid_schedstat). */
function scheduled() {
  const [worked, waited] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ');
  return { worked: Number(worked) / 1e6, waited: Number(waited) / 1e6 };
}

/** Anonymous memory of the process in bytes, without mapped pages of the database, which the system may drop. */
function anonymous() {
  return 1024 * Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0);
}

function watch() {
  const seen = { stall: 0, worked: 0, waited: 0, collected: 0, anonymous: 0, parts: {} };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.collected = Math.max(seen.collected, duration);
  }).observe({ entryTypes: ['gc'] });
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
  // Earlier stalls belong to the server's start, which loads its pages before it listens.
  process.on('SIGUSR2', () => Object.assign(seen, { stall: 0, worked: 0, waited: 0, collected: 0 }));
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
