import type { Random } from '#samples/random';
import { type Counts, type Coverage, steeper } from './coverage';
import { mutated } from './mutate';

/** The code under test: a reader of untrusted bytes. */
export interface Target {
  name: string;
  /** The initial inputs. */
  seeds: string[];
  /** Pieces from which inputs are made. */
  words: string[];
  /** Reads an input. Throwing is a fault, except for errors accepted by `isRefusal`. */
  run(input: Buffer): unknown;
  isRefusal?(error: unknown): boolean;
}

/** A fault: an input, and what went wrong. */
export interface Fault {
  target: string;
  kind: 'throws' | 'superlinear';
  what: string;
  input: Buffer;
}

export interface Hooks {
  /** Called before an input is run, so that the parent knows which input hangs. */
  begin(input: Buffer): void;
  end(): void;
  /** Called with an input that reached something new. */
  kept(input: Buffer): void;
  fault(fault: Fault): void;
}

/** Inputs in a round. Their counts are taken together, because taking them costs more than running most inputs. */
const ROUND = 64;
const LOOKED_AT = 2;
const MAX_INPUT = 64 * 1024;
/** An input that reached something new is repeated up to these sizes; and below, how much more each doubling may cost. */
const SIZES = [8192, 16_384, 32_768];
const STEEPEST = 2.6;
/** Blocks that ran less often per byte than this are not a loop over pairs. */
const FEW_A_BYTE = 1.5;
/** The key of a fault: faults of the same kind in the same place are reported once. */
const placeOf = (what: string) =>
  what
    .split('\n')
    .slice(0, 3)
    .join('\n')
    .replace(/\d+ times.*/g, '');

/**
 * Coverage-guided fuzzing: an input that runs a new block, or runs a block much more often, is kept, and other inputs are made from
 * it (as in AFL, from which the buckets are taken). V8's counts show both what an input reached and what it cost.
 */
export class Fuzzer {
  readonly corpus: Buffer[] = [];
  runs = 0;
  /** For each block, the highest power of two of its runs in one input. */
  readonly #seen = new Map<string, number>();
  readonly #reported = new Set<string>();

  constructor(
    private readonly target: Target,
    private readonly coverage: Coverage,
    private readonly random: Random,
    private readonly hooks: Hooks,
  ) {}

  get blocks(): number {
    return this.#seen.size;
  }

  /** Begins with the seeds and with inputs from earlier runs. */
  begin(inputs: Buffer[]): void {
    this.#run(Buffer.alloc(0));
    this.coverage.take();
    for (const input of [...this.target.seeds.map((seed) => Buffer.from(seed, 'latin1')), ...inputs]) this.#look(input);
    if (!this.corpus.length) this.corpus.push(Buffer.alloc(0));
  }

  /** Runs a round; returns whether anything new was found. */
  round(): boolean {
    const inputs = Array.from({ length: ROUND }, () => this.#another());
    const before = this.corpus.length;
    if (this.#reachNew(inputs)) this.#find(inputs);
    // How often a block ran is only known for single inputs, so some are run alone.
    for (let n = 0; n < LOOKED_AT; n++) this.#look(inputs[this.random.below(ROUND)] as Buffer);
    return this.corpus.length > before;
  }

  #reachNew(inputs: Buffer[]): boolean {
    for (const input of inputs) this.#run(input);
    return [...this.coverage.take().keys()].some((block) => !this.#seen.has(block));
  }

  /** Looks at those inputs that reach something new. */
  #find(inputs: Buffer[]): void {
    const middle = inputs.length >> 1;
    if (!middle) this.#look(inputs[0] as Buffer);
    else for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) if (this.#reachNew(half)) this.#find(half);
  }

  #another(): Buffer {
    const pick = () => this.corpus[this.random.below(this.corpus.length)] as Buffer;
    return mutated(pick(), pick(), this.target.words, this.random).subarray(0, MAX_INPUT);
  }

  /** Runs an input alone, and keeps it if it reaches something new. */
  #look(input: Buffer): void {
    this.#run(input);
    if (!this.#learn(this.coverage.take())) return;
    this.corpus.push(input);
    this.hooks.kept(input);
    this.#grow(input);
  }

  #learn(counts: Counts): boolean {
    let isNew = false;
    for (const [block, count] of counts) {
      const bucket = 32 - Math.clz32(count);
      if (bucket <= (this.#seen.get(block) ?? 0)) continue;
      this.#seen.set(block, bucket);
      isNew = true;
    }
    return isNew;
  }

  /** Repeats an input: twice the input may cost about twice as much. */
  #grow(input: Buffer): void {
    if (!input.length || input.length > (SIZES[0] as number) / 2) return;
    const [small, middle, large] = SIZES.map((size) => {
      this.#run(Buffer.alloc(size, input));
      return this.coverage.take();
    }) as [Counts, Counts, Counts];
    const first = steeper(small, middle, STEEPEST, FEW_A_BYTE * (SIZES[1] as number));
    const second = steeper(middle, large, STEEPEST, FEW_A_BYTE * (SIZES[2] as number));
    // Must happen twice in a row: reaching a limit, or growing a table, is steep only once.
    const places = new Set(first.map(placeOf));
    const [steep] = second.filter((what) => places.has(placeOf(what)));
    if (steep) this.#report({ target: this.target.name, kind: 'superlinear', what: steep, input });
  }

  #run(input: Buffer): void {
    this.runs++;
    this.hooks.begin(input);
    try {
      this.target.run(input);
    } catch (error) {
      if (!this.target.isRefusal?.(error))
        this.#report({
          target: this.target.name,
          kind: 'throws',
          what: (error as Error).stack ?? String(error),
          input,
        });
    }
    this.hooks.end();
  }

  #report(fault: Fault): void {
    const place = `${fault.kind} ${placeOf(fault.what)}`;
    if (this.#reported.has(place)) return;
    this.#reported.add(place);
    this.hooks.fault(fault);
  }
}
