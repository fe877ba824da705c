import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';

/** The root; both the bundle in dist/ and the sources in bench/ are one folder below it. */
export const ROOT = resolve(import.meta.dirname, '..');

/** The resources that a run of a program used. */
export interface Measured {
  seconds: number;
  /** User and system time of the program and its children. */
  cpuSeconds: number;
  /** The largest resident size of the program itself (VmHWM) in bytes. */
  peakBytes: number;
  /** The largest sum of the resident sizes of it and its children, sampled every 50 ms; shared pages count in each. */
  treePeakBytes: number;
  stdout: string;
  stderr: string;
}

const WATCH_EVERY_MS = 50;

/**
 * Runs a shell command (assignments, redirections) with arguments and measures it. The shell's `times` has the CPU time of the whole tree,
 * which Node does not offer for a child; memory is read from /proc while it runs (Linux).
 * @throws Error with the end of standard error if it fails
 */
export async function measure(line: string, args: string[], env: Record<string, string> = {}): Promise<Measured> {
  const started = performance.now();
  const child = spawn('sh', ['-c', `${line} "$@" 3>&-; s=$?; times >&3; exit $s`, 'sh', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  const memory = watchMemory(child.pid ?? 0);
  const texts = [1, 2, 3].map((n) => collect(child, n));
  const status = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  const seconds = (performance.now() - started) / 1000;
  running.delete(child);
  const peaks = memory();
  const [stdout = '', stderr = '', shell = ''] = await Promise.all(texts);
  if (status !== 0) throw new Error(`${line.split(' ')[0]} ended with ${status}: ${stderr.trim().slice(-500)}`);
  return { seconds, cpuSeconds: cpuOf(shell), ...peaks, stdout, stderr };
}

/** Programs that must end with this one. */
const running = new Set<ChildProcess>();

/** Ends all running children. */
export function endChildren(): void {
  for (const child of running) child.kill('SIGTERM');
}

function collect(child: ChildProcess, n: number): Promise<string> {
  const stream = child.stdio[n] as NodeJS.ReadableStream;
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  return new Promise((done) => stream.on('close', () => done(Buffer.concat(parts).toString())));
}

/** Parses the second line of `times`: user and system time of the children, in the form 1m2.5s. */
export function cpuOf(shell: string): number {
  const line = shell.trim().split('\n').at(-1) ?? '';
  const spans = [...line.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return spans.reduce((sum, span) => sum + span, 0);
}

function watchMemory(shell: number): () => { peakBytes: number; treePeakBytes: number } {
  const peaks = { peakBytes: 0, treePeakBytes: 0 };
  const timer = setInterval(() => {
    const [program, ...others] = descendants(shell);
    if (program === undefined) return;
    peaks.peakBytes = Math.max(peaks.peakBytes, memoryOf(program, 'VmHWM'));
    const sizes = [program, ...others].map((pid) => memoryOf(pid, 'VmRSS'));
    peaks.treePeakBytes = Math.max(
      peaks.treePeakBytes,
      sizes.reduce((sum, size) => sum + size, 0),
    );
  }, WATCH_EVERY_MS);
  return () => {
    clearInterval(timer);
    return { ...peaks, treePeakBytes: Math.max(peaks.treePeakBytes, peaks.peakBytes) };
  };
}

/** All descendants, the first child first. */
function descendants(pid: number): number[] {
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const children = childrenOf(next);
    found.push(...children);
    queue.push(...children);
  }
  return found;
}

/** The children of a process. A process may end in between; then it has no children and no memory. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      (readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').match(/\d+/g) ?? []).map(Number),
    );
  } catch {
    return [];
  }
}

/** A value of a process in /proc, such as VmHWM, in bytes; 0 if the process has ended. */
export function memoryOf(pid: number, name: string): number {
  try {
    const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/**
 * Below the range from which Linux gives ports to outgoing connections (32768 to 60999), in which a probed port can be
 * taken before its server listens: that failed a run of CI (2026-11-29).
 */
const FIRST_PORT = 12_000;
const PORTS_OF_PROCESS = 100;
const PROCESSES = 200;
let portsGiven = 0;

/**
 * A port that nothing listens on now. It is given once: each process counts through a hundred ports, and processes that
 * run at the same time have other hundreds unless their ids are equal modulo 200.
 */
export async function freePort(): Promise<number> {
  const first = FIRST_PORT + (process.pid % PROCESSES) * PORTS_OF_PROCESS;
  for (let tries = 0; tries < PORTS_OF_PROCESS; tries++) {
    const port = first + (portsGiven++ % PORTS_OF_PROCESS);
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port from ${first} to ${first + PORTS_OF_PROCESS - 1}`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}

/** Characters of standard error that are kept. */
const MAX_SAID = 4000;

export interface Server {
  base: string;
  pid: number;
  /** The end of its standard error. */
  said(): string;
  stop(): Promise<void>;
}

/**
 * Starts a server and waits without a limit until it answers at `path`, because it may build first.
 * @throws Error if it ends instead
 */
export async function startServer(
  program: string,
  args: string[],
  env: Record<string, string>,
  port: number,
  path: string,
): Promise<Server> {
  const base = `http://127.0.0.1:${port}`;
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  let said = '';
  child.stderr?.on('data', (part: Buffer) => {
    said = (said + part).slice(-MAX_SAID);
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.once('error', (error) => {
    said = error.message;
  });
  while (!(await answers(base + path))) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`${program} did not start: ${said.trim()}`);
    await new Promise((later) => setTimeout(later, 100));
  }
  return {
    base,
    pid: child.pid ?? 0,
    said: () => said,
    async stop() {
      running.delete(child);
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => null);
  await answer?.arrayBuffer();
  // While a server is being built, its waiting page answers 503.
  return answer?.ok ?? false;
}

/** Whether a program with this name can be run. */
export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      return readdirSync(folder).includes(program);
    } catch {
      return false;
    }
  });
}
