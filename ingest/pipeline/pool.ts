import { Worker } from 'node:worker_threads';
import type { Heads, MemberSlot, Packed, ParseRequest, QuotesRequest, Request, ThreadQuotes } from './protocol';

type Answer = { unit: number; value: unknown };
type Waiting = { resolve: (value: never) => void; reject: (error: Error) => void };

/** Beside this file's bundle in dist/. */
const WORKER_FILE = new URL('./worker.mjs', import.meta.url);

/** Three semi-spaces: texts and rows of a unit die young here, and a unit outlives V8's smaller default twice over. */
const YOUNG_MB = 48;

/**
 * Workers. A unit that is parsed stays with its worker until it is packed. Quotations, which come when the main thread has less
 * to do, may have more workers than parsing has.
 */
export class ParserPool {
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();

  /** The parsers are started at once, so that they have loaded their code when the first mails come. */
  constructor(
    private readonly parsers: number,
    readonly quoters: number,
  ) {
    for (let n = 0; n < parsers; n++) this.#worker(n);
  }

  parse(request: Omit<ParseRequest, 'type'>): Promise<Heads> {
    return this.#ask(this.#parser(request.unit), { type: 'parse', ...request }, [request.bytes.buffer as ArrayBuffer]);
  }

  text(unit: number, index: number): Promise<string> {
    return this.#ask(this.#parser(unit), { type: 'text', unit, index });
  }

  pack(unit: number, keep: number[]): Promise<Packed> {
    return this.#ask(this.#parser(unit), { type: 'pack', unit, keep });
  }

  /** `unit` names the worker too: from 0, below `quoters`. */
  quotes(unit: number, threads: MemberSlot[][], blocks: QuotesRequest['blocks']): Promise<ThreadQuotes> {
    return this.#ask(this.#worker(unit), { type: 'quotes', unit, threads, blocks });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #parser(unit: number): Worker {
    return this.#worker(unit % this.parsers);
  }

  #worker(n: number): Worker {
    const known = this.#workers[n];
    if (known) return known;
    const worker = new Worker(WORKER_FILE, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.unit);
      this.#waiting.delete(answer.unit);
      waiting?.resolve(answer.value as never);
    });
    worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#workers[n] = worker;
    return worker;
  }

  #ask<T>(worker: Worker, request: Request, transfer: ArrayBuffer[] = []): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.unit, { resolve, reject });
      worker.postMessage(request, transfer);
    });
  }

  /** A worker that died takes the run with it: what is committed stays, the next run goes on from there. */
  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
