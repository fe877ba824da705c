import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TooLongError } from '#db/open';
import type { TASKS, TaskName } from './tasks';

/** Time limit of a task; the largest real ones take about one second (two versions of 100 patches). */
const LIMIT_MS = 10_000;
/** Memory of the thread, in MB; parsing a mail of 64 MB takes 300. */
const MAX_HEAP_MB = 512;
/** Most tasks that may wait; further clients get a 503. */
const MAX_WAITING = 64;
/** An idle thread is ended after this time. */
const IDLE_MS = 60_000;

interface Waiting {
  task: TaskName;
  input: unknown;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** One thread that runs one task at a time. A task that takes too much time or memory ends the thread, not the server. */
class WorkerThread {
  readonly #queue: Waiting[] = [];
  #worker: Worker | null = null;
  #idle: NodeJS.Timeout | undefined;
  #over: NodeJS.Timeout | undefined;
  #current: Waiting | null = null;

  run(task: TaskName, input: unknown): Promise<unknown> {
    if (this.#queue.length >= MAX_WAITING)
      return Promise.reject(new TooLongError('Too many such requests are waiting; try again in a moment.'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, input, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#current) return;
    const job = this.#queue.shift();
    if (!job) {
      this.#idle ??= setTimeout(() => this.#end(), IDLE_MS).unref();
      return;
    }
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.#current = job;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    this.#over = setTimeout(() => this.#fail(worker, 'This takes too long and was stopped.'), LIMIT_MS);
    worker.once('message', ({ result, error }: { result: unknown; error?: string }) => {
      clearTimeout(this.#over);
      this.#current = null;
      if (error === undefined) job.resolve(result);
      else job.reject(new Error(error));
      this.#next();
    });
    worker.postMessage({ task: job.task, input: job.input });
  }

  #start(): Worker {
    const worker = new Worker(join(process.cwd(), 'dist/pageworker.mjs'), {
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
      env: {},
      execArgv: [],
    });
    worker.unref();
    worker.on('error', () => this.#fail(worker, 'This takes too much memory and was stopped.'));
    return worker;
  }

  /** Ends the thread, and its task with it. */
  #fail(worker: Worker, why: string): void {
    if (worker !== this.#worker) return;
    const job = this.#current;
    clearTimeout(this.#over);
    this.#end();
    this.#current = null;
    job?.reject(new TooLongError(why));
    this.#next();
  }

  #end(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    const worker = this.#worker;
    this.#worker = null;
    worker?.removeAllListeners();
    // Later errors of the ended thread are ignored.
    worker?.on('error', () => {});
    void worker?.terminate();
  }
}

// The build may give each route its own copy of this file.
const holder = globalThis as typeof globalThis & { threadlineWorker?: WorkerThread };

/** Runs a task in a separate thread. Rejects with TooLongError if it takes too much time or memory. */
export function inWorker<K extends TaskName>(
  task: K,
  input: Parameters<(typeof TASKS)[K]>[0],
): ReturnType<(typeof TASKS)[K]> {
  holder.threadlineWorker ??= new WorkerThread();
  return holder.threadlineWorker.run(task, input) as ReturnType<(typeof TASKS)[K]>;
}
