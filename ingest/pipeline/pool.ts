import { Worker } from 'node:worker_threads';
import type { Heads, MemberSlot, Packed, ParseRequest, QuotesRequest, Request, ThreadQuotes } from './protocol';

type Answer = { unit: number; value: unknown };
type Waiting = { request: Request; resolve: (value: never) => void; reject: (error: Error) => void };

/** A unit between parsing and packing, with everything needed to repeat it with another worker. */
interface Job {
  worker: number;
  request: Omit<ParseRequest, 'type' | 'doubts'>;
  /** By position in the unit: how often a mail has killed a worker. */
  doubts: Map<number, number>;
  /** It is parsed a second time: its answer is already known, and later requests are sent again. */
  isAgain: boolean;
}

/** The worker's bundle, beside this file's bundle in dist/. */
const WORKER_FILE = new URL('./worker.mjs', import.meta.url);

/** Three semi-spaces: the texts and rows of a unit are short-lived, but would survive twice with V8's smaller default. */
const YOUNG_MB = 48;

/** Bytes of memory for a unit: most units (batch.ts) fit, with the mail that filled them. */
const ROOM = 1280 * 1024;

/** How often a worker is checked within the time that a mail may take. */
const LOOKS = 20;
/** If a mail fails even when only its bytes are read, the mail is not to blame. */
const MOST_DOUBTS = 2;

/**
 * The workers. A parsed unit stays with its worker until it is packed. Quotations, which are resolved when the main thread has less
 * to do, may use more workers than parsing.
 *
 * If a mail takes longer than `mailSeconds`, or more memory than a worker has, its worker is replaced. The new worker begins with the
 * same units, and reads only the headers of that mail, or, the next time, only its bytes (`doubt` in ingest/parse).
 */
export class ParserPool {
  readonly #workers: Worker[] = [];
  readonly #progress: Int32Array[] = [];
  readonly #waiting = new Map<number, Waiting>();
  readonly #jobs = new Map<number, Job>();
  readonly #free: SharedArrayBuffer[] = [];
  readonly #watch: NodeJS.Timeout;

  /** Starts the parsers at once, so that their code is loaded when the first mails arrive. */
  constructor(
    private readonly parsers: number,
    readonly quoters: number,
    mailSeconds: number,
  ) {
    for (let n = 0; n < parsers; n++) this.#worker(n);
    const last: number[] = [];
    const silent: number[] = [];
    // Counts checks, not time: if the machine slept between two of them, the mail was not slow.
    this.#watch = setInterval(
      () => {
        for (const [n, progress] of this.#progress.entries()) {
          const step = Atomics.load(progress, 0);
          silent[n] = step === last[n] && Atomics.load(progress, 1) >= 0 ? (silent[n] ?? 0) + 1 : 0;
          last[n] = step;
          if ((silent[n] ?? 0) <= LOOKS) continue;
          silent[n] = 0;
          this.#end(n, new Error(`a mail took longer than ${mailSeconds} seconds`));
        }
      },
      (mailSeconds * 1000) / LOOKS,
    );
    this.#watch.unref();
  }

  /**
   * Memory for the raw mails of a unit, shared, because both this and the worker keep them until the unit is packed. Then it is used
   * again: 30 buffers do for any archive, where a new one for each unit made V8 collect garbage for their sake.
   */
  memory(size: number): Uint8Array {
    const buffer = size > ROOM ? new SharedArrayBuffer(size) : (this.#free.pop() ?? new SharedArrayBuffer(ROOM));
    return new Uint8Array(buffer, 0, size);
  }

  parse(request: Omit<ParseRequest, 'type' | 'doubts'>): Promise<Heads> {
    const worker = request.unit % this.parsers;
    this.#jobs.set(request.unit, { worker, request, doubts: new Map(), isAgain: false });
    return this.#ask(worker, { type: 'parse', ...request, doubts: [] });
  }

  text(unit: number, index: number): Promise<string> {
    return this.#ask(unit % this.parsers, { type: 'text', unit, index });
  }

  async pack(unit: number, keep: number[]): Promise<Packed> {
    const packed = await this.#ask<Packed>(unit % this.parsers, { type: 'pack', unit, keep });
    const { buffer } = (this.#jobs.get(unit) as Job).request.bytes;
    if (buffer instanceof SharedArrayBuffer && buffer.byteLength === ROOM) this.#free.push(buffer);
    this.#jobs.delete(unit);
    return packed;
  }

  /** `unit` is also the number of the worker: from 0, below `quoters`. */
  quotes(unit: number, threads: MemberSlot[][], blocks: QuotesRequest['blocks']): Promise<ThreadQuotes> {
    return this.#ask(unit, { type: 'quotes', unit, threads, blocks });
  }

  /** Ends all workers to free their memory, while no request is open. The next request starts a new one. */
  async rest(): Promise<void> {
    this.#free.splice(0);
    const workers = this.#workers.splice(0);
    this.#progress.splice(0);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.rest();
  }

  #worker(n: number): Worker {
    const known = this.#workers[n];
    if (known) return known;
    const shared = new SharedArrayBuffer(12);
    const progress = new Int32Array(shared);
    Atomics.store(progress, 1, -1);
    const worker = new Worker(WORKER_FILE, {
      workerData: shared,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.on('message', (answer: Answer) => {
      if (this.#workers[n] === worker) this.#answered(answer);
    });
    worker.on('error', (error) => {
      if (this.#workers[n] === worker) this.#end(n, error instanceof Error ? error : new Error(String(error)));
    });
    this.#workers[n] = worker;
    this.#progress[n] = progress;
    return worker;
  }

  #answered({ unit, value }: Answer): void {
    const waiting = this.#waiting.get(unit);
    const job = this.#jobs.get(unit);
    if (job?.isAgain) {
      job.isAgain = false;
      if (waiting && waiting.request.type !== 'parse') {
        this.#worker(job.worker).postMessage(waiting.request);
        return;
      }
    }
    this.#waiting.delete(unit);
    waiting?.resolve(value as never);
  }

  #ask<T>(worker: number, request: Request): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.unit, { request, resolve, reject });
      // A unit that is parsed again sends its pending requests when it is ready.
      if (!this.#jobs.get(request.unit)?.isAgain) this.#worker(worker).postMessage(request);
    });
  }

  /** Ends a worker and gives its units to a new one. The run fails if no mail is to blame. */
  #end(n: number, error: Error): void {
    const [, unit = -1, index = 0] = this.#progress[n] ?? [];
    const worker = this.#workers[n];
    delete this.#workers[n];
    delete this.#progress[n];
    void worker?.terminate();
    const blamed = this.#jobs.get(unit);
    const doubt = (blamed?.doubts.get(index) ?? 0) + 1;
    if (!blamed || doubt > MOST_DOUBTS) {
      this.#fail(error);
      return;
    }
    blamed.doubts.set(index, doubt);
    for (const job of this.#jobs.values()) {
      if (job.worker !== n) continue;
      job.isAgain = true;
      this.#worker(n).postMessage({ type: 'parse', ...job.request, doubts: [...job.doubts] } satisfies ParseRequest);
    }
  }

  /** Fails the run. Committed batches stay, and the next run continues from there. */
  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
