import { Worker } from 'node:worker_threads';
import type { Heads, MemberSlot, Packed, ParseRequest, QuotesRequest, Request, ThreadQuotes } from './protocol';

type Answer = { unit: number; value: unknown };
type Waiting = { resolve: (value: never) => void; reject: (error: Error) => void };

/** Beside this file's bundle in dist/. */
const WORKER_FILE = new URL('./worker.mjs', import.meta.url);

/** Three semi-spaces: texts and rows of a unit die young here, and a unit outlives V8's smaller default twice over. */
const YOUNG_MB = 48;

/** Parsing workers. A unit stays with the worker that parsed it until it is packed. */
export class ParserPool {
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();

  constructor(readonly size: number) {
    for (let n = 0; n < size; n++) {
      const worker = new Worker(WORKER_FILE, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
      worker.on('message', (answer: Answer) => {
        const waiting = this.#waiting.get(answer.unit);
        this.#waiting.delete(answer.unit);
        waiting?.resolve(answer.value as never);
      });
      worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
      this.#workers.push(worker);
    }
  }

  parse(request: Omit<ParseRequest, 'type'>): Promise<Heads> {
    return this.#ask({ type: 'parse', ...request }, [request.bytes.buffer as ArrayBuffer]);
  }

  text(unit: number, index: number): Promise<string> {
    return this.#ask({ type: 'text', unit, index });
  }

  pack(unit: number, keep: number[]): Promise<Packed> {
    return this.#ask({ type: 'pack', unit, keep });
  }

  quotes(unit: number, threads: MemberSlot[][], blocks: QuotesRequest['blocks']): Promise<ThreadQuotes> {
    return this.#ask({ type: 'quotes', unit, threads, blocks });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #ask<T>(request: Request, transfer: ArrayBuffer[] = []): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.unit, { resolve, reject });
      this.#workers[request.unit % this.size]?.postMessage(request, transfer);
    });
  }

  /** A worker that died takes the run with it: what is committed stays, the next run goes on from there. */
  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
