/**
 * node scripts/run.mjs fuzz [--seconds N] [--corpus FOLDER] [--reader NAME...]: coverage-guided fuzzing of the readers of untrusted bytes
 * (targets.ts), each in a thread that can be ended. With a folder, inputs are kept there, and the next run begins with them. Exits with 1
 * if a reader threw, hung, or took more than twice as much for twice the input; such inputs are written to FOLDER/faults, or ./faults.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Command } from 'commander';
import { Random } from '#samples/random';
import { CommandError, runProgram } from '../../cli/program';
import { Coverage } from './coverage';
import { type Fault, Fuzzer } from './engine';
import { TARGETS } from './targets';

/** An input that takes this long hangs; the slowest normal one takes milliseconds. */
const HANG_MS = 20_000;
const LOOK_MS = 500;
const MAX_INPUT = 128 * 1024;

interface Flags {
  seconds: string;
  seed: string;
  corpus?: string;
  reader?: string[];
}

/** The data for a thread. `now` has a counter, odd while an input is read, then the input's length, and the input. */
interface Given {
  name: string;
  seconds: number;
  seed: number;
  inputs: Uint8Array[];
  now: SharedArrayBuffer;
}

type WorkerMessage =
  | { type: 'kept'; input: Uint8Array }
  | { type: 'fault'; fault: Fault }
  | { type: 'end'; runs: number; blocks: number; corpus: number };

function work({ name, seconds, seed, inputs, now }: Given): void {
  const target = TARGETS.find((one) => one.name === name);
  if (!target) return;
  const [state, bytes] = [new Int32Array(now, 0, 2), new Uint8Array(now, 8)];
  const send = (message: WorkerMessage) => parentPort?.postMessage(message);
  const fuzzer = new Fuzzer(target, new Coverage((url) => url.startsWith('file:')), new Random(seed), {
    begin(input) {
      bytes.set(input.subarray(0, MAX_INPUT));
      Atomics.store(state, 1, input.length);
      Atomics.add(state, 0, 1);
    },
    end: () => void Atomics.add(state, 0, 1),
    kept: (input) => send({ type: 'kept', input }),
    fault: (fault) => send({ type: 'fault', fault }),
  });
  const until = performance.now() + seconds * 1000;
  fuzzer.begin(inputs.map((input) => Buffer.from(input)));
  while (performance.now() < until) fuzzer.round();
  send({ type: 'end', runs: fuzzer.runs, blocks: fuzzer.blocks, corpus: fuzzer.corpus.length });
}

const nameOf = (input: Uint8Array) => createHash('sha1').update(input).digest('hex').slice(0, 16);

function save(folder: string, input: Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, nameOf(input));
  writeFileSync(path, input);
  return path;
}

/** Fuzzes a reader for the given time; resolves to the number of faults. */
function fuzz(name: string, flags: Flags): Promise<number> {
  const folder = flags.corpus ? join(flags.corpus, name) : null;
  const inputs =
    folder && existsSync(folder) ? readdirSync(folder).map((file) => readFileSync(join(folder, file))) : [];
  const now = new SharedArrayBuffer(8 + MAX_INPUT);
  const given: Given = { name, seconds: Number(flags.seconds), seed: Number(flags.seed), inputs, now };
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: given });
  const faults = new Set<string>();
  const report = (kind: string, what: string, input: Uint8Array) => {
    faults.add(`${kind} ${what}`);
    const path = save(join(flags.corpus ?? '.', 'faults'), input);
    process.stdout.write(`${name}: ${kind}, ${path}\n  ${what.split('\n').slice(0, 6).join('\n  ')}\n`);
  };
  return new Promise((done) => {
    const end = () => {
      clearInterval(watch);
      void worker.terminate();
      done(faults.size);
    };
    const watch = watchFor(now, (input) => {
      report('hangs', `for ${HANG_MS / 1000} s`, input);
      end();
    });
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'kept') folder && save(folder, message.input);
      else if (message.type === 'fault') report(message.fault.kind, message.fault.what, message.fault.input);
      else {
        process.stdout.write(
          `${name}: ${message.runs} inputs, ${message.blocks} blocks of code, ${message.corpus} kept\n`,
        );
        end();
      }
    });
    worker.on('error', (error) => {
      report('ended the thread', String(error), inputOf(now));
      end();
    });
  });
}

const inputOf = (now: SharedArrayBuffer) =>
  Uint8Array.from(new Uint8Array(now, 8, Math.min(MAX_INPUT, new Int32Array(now, 0, 2)[1] ?? 0)));

function watchFor(now: SharedArrayBuffer, hangs: (input: Uint8Array) => void): NodeJS.Timeout {
  const state = new Int32Array(now, 0, 2);
  let [last, since] = [0, performance.now()];
  return setInterval(() => {
    const count = Atomics.load(state, 0);
    if (count !== last || count % 2 === 0) [last, since] = [count, performance.now()];
    else if (performance.now() - since > HANG_MS) hangs(inputOf(now));
  }, LOOK_MS);
}

async function run(flags: Flags): Promise<void> {
  const names = flags.reader ?? TARGETS.map(({ name }) => name);
  const unknown = names.find((name) => !TARGETS.some((target) => target.name === name));
  if (unknown !== undefined)
    throw new CommandError(`unknown reader "${unknown}"; choose from ${TARGETS.map((one) => one.name).join(', ')}`);
  let faults = 0;
  for (const name of names) faults += await fuzz(name, flags);
  process.stdout.write(faults ? `${faults} faults.\n` : 'No fault.\n');
  if (faults) process.exitCode = 1;
}

if (!isMainThread) work(workerData as Given);
else
  await runProgram(
    new Command('fuzz')
      .description('Fuzzes the readers of untrusted bytes, guided by code coverage.')
      .option('--seconds <n>', 'seconds for each reader', '20')
      .option('--seed <n>', 'seed of the random numbers', '1')
      .option('--corpus <folder>', 'folder in which inputs are kept for the next run')
      .option('--reader <names...>', 'only these readers')
      .action(run),
  );
