import { type Counts, type Coverage, steeper } from './coverage';
import { mutated } from './mutate';
import type { Random } from './xorshift';

/** What is fuzzed: a reader of bytes that strangers wrote. */
export interface Target {
  name: string;
  /** Where it begins. */
  seeds: string[];
  /** Pieces that its inputs are made of. */
  words: string[];
  /** Reads an input; what it throws is a fault, but for errors that `isRefusal` knows. */
  run(input: Buffer): unknown;
  isRefusal?(error: unknown): boolean;
}

/** What was found: an input, and what is wrong with it. */
export interface Fault {
  target: string;
  kind: 'throws' | 'superlinear';
  what: string;
  input: Buffer;
}

export interface Hooks {
  /** Before an input is run, so that somebody else can tell which one hangs. */
  begin(input: Buffer): void;
  end(): void;
  /** An input that reached what none before it did. */
  kept(input: Buffer): void;
  fault(fault: Fault): void;
}

/** Inputs of one round: their blocks are taken together, as taking them costs more than running most. */
const ROUND = 64;
const LOOKED_AT = 2;
const MAX_INPUT = 64 * 1024;
/** An input that reached something new is repeated up to these sizes, and each doubling may cost so many times as much. */
const SIZES = [8192, 16_384, 32_768];
const STEEPEST = 2.6;
/** Blocks that ran less often for each byte than this are no loop over pairs. */
const FEW_A_BYTE = 1.5;
/** Faults of one kind in one place are reported once. */
const placeOf = (what: string) =>
  what
    .split('\n')
    .slice(0, 3)
    .join('\n')
    .replace(/\d+ times.*/g, '');

/**
 * Coverage-guided fuzzing: an input that runs a block that none ran before, or runs one much more often, is kept, and others are made of
 * it (as AFL does, whose buckets these are). What V8 counts tells both where an input came and what it cost.
 */
export class Fuzzer {
  readonly corpus: Buffer[] = [];
  runs = 0;
  /** Of each block the highest power of two that it ran in one input. */
  readonly #seen = new Map<string, number>();
  readonly #told = new Set<string>();

  constructor(
    private readonly target: Target,
    private readonly coverage: Coverage,
    private readonly random: Random,
    private readonly hooks: Hooks,
  ) {}

  get blocks(): number {
    return this.#seen.size;
  }

  /** Begins with seeds and with what other runs left. */
  begin(inputs: Buffer[]): void {
    this.#run(Buffer.alloc(0));
    this.coverage.take();
    for (const input of [...this.target.seeds.map((seed) => Buffer.from(seed, 'latin1')), ...inputs]) this.#look(input);
    if (!this.corpus.length) this.corpus.push(Buffer.alloc(0));
  }

  /** One round; whether anything new was found. */
  round(): boolean {
    const inputs = Array.from({ length: ROUND }, () => this.#another());
    const before = this.corpus.length;
    if (this.#reachNew(inputs)) this.#find(inputs);
    // How often a block ran is told of single inputs only: some are looked at so.
    for (let n = 0; n < LOOKED_AT; n++) this.#look(inputs[this.random.below(ROUND)] as Buffer);
    return this.corpus.length > before;
  }

  #reachNew(inputs: Buffer[]): boolean {
    for (const input of inputs) this.#run(input);
    return [...this.coverage.take().keys()].some((block) => !this.#seen.has(block));
  }

  /** Looks at those among them that reach what is new. */
  #find(inputs: Buffer[]): void {
    const middle = inputs.length >> 1;
    if (!middle) this.#look(inputs[0] as Buffer);
    else for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) if (this.#reachNew(half)) this.#find(half);
  }

  #another(): Buffer {
    const pick = () => this.corpus[this.random.below(this.corpus.length)] as Buffer;
    return mutated(pick(), pick(), this.target.words, this.random).subarray(0, MAX_INPUT);
  }

  /** Runs one input by itself, and keeps it where it is new. */
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

  /** An input over and over: twice of it may cost about twice as much. */
  #grow(input: Buffer): void {
    if (!input.length || input.length > (SIZES[0] as number) / 2) return;
    const [small, middle, large] = SIZES.map((size) => {
      this.#run(Buffer.alloc(size, input));
      return this.coverage.take();
    }) as [Counts, Counts, Counts];
    const first = steeper(small, middle, STEEPEST, FEW_A_BYTE * (SIZES[1] as number));
    const second = steeper(middle, large, STEEPEST, FEW_A_BYTE * (SIZES[2] as number));
    // Twice in a row: a limit that is reached, or a table that grows, is steep once.
    const places = new Set(first.map(placeOf));
    const [steep] = second.filter((what) => places.has(placeOf(what)));
    if (steep) this.#tell({ target: this.target.name, kind: 'superlinear', what: steep, input });
  }

  #run(input: Buffer): void {
    this.runs++;
    this.hooks.begin(input);
    try {
      this.target.run(input);
    } catch (error) {
      if (!this.target.isRefusal?.(error))
        this.#tell({ target: this.target.name, kind: 'throws', what: (error as Error).stack ?? String(error), input });
    }
    this.hooks.end();
  }

  #tell(fault: Fault): void {
    const place = `${fault.kind} ${placeOf(fault.what)}`;
    if (this.#told.has(place)) return;
    this.#told.add(place);
    this.hooks.fault(fault);
  }
}
