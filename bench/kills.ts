import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { Random } from '#samples/random';
import { runProgram, wholeNumber } from '../cli/program';
import { faultsOf, fingerprint, messagesIn, phaseOf } from './fingerprint';
import { NodeProcess } from './fleet';

interface Flags {
  kills: number;
  chain: number;
  seed: number;
}

/** How a run of ingest ended: with its exit code, or killed. */
async function runIngest(database: string, source: string, killAfterMs?: number): Promise<number | 'killed'> {
  const ingest = NodeProcess.ingest(database, '', ['--json', source]);
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => void ingest.kill(), killAfterMs);
  const { code } = await ingest.ended;
  clearTimeout(timer);
  return code ?? 'killed';
}

/**
 * Kills ingests of an archive at random moments spread evenly over the whole run, several in a row on one database, and compares
 * the result of the next run with that of an undisturbed run.
 */
class Kills {
  readonly #folder = mkdtempSync(join(tmpdir(), 'threadline-kills-'));
  readonly #phases = new Map<string, number>();
  readonly #failures: string[] = [];
  #killed = 0;
  #chains = 0;

  constructor(
    private readonly source: string,
    private readonly flags: Flags,
  ) {}

  async run(): Promise<void> {
    try {
      await this.#all();
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  async #all(): Promise<void> {
    const calm = join(this.#folder, 'calm.sqlite');
    const started = performance.now();
    if ((await runIngest(calm, this.source)) !== 0) throw new Error(`${this.source}: the undisturbed ingest failed`);
    const wholeMs = performance.now() - started;
    const messages = await messagesIn(calm);
    const wanted = await fingerprint(calm);
    process.stdout.write(`undisturbed: ${messages} messages in ${(wholeMs / 1000).toFixed(1)} s\n`);
    const random = new Random(this.flags.seed);
    while (this.#killed < this.flags.kills) await this.#chain(random, wholeMs, messages, wanted);
    process.stdout.write(
      `${this.#killed} kills on ${this.#chains} databases: ${[...this.#phases].map(([phase, n]) => `${n} while ${phase}`).join(', ')}\n` +
        (this.#failures.length
          ? `${this.#failures.length} failures\n`
          : 'verified after each; every export the same\n'),
    );
    if (this.#failures.length) process.exitCode = 1;
  }

  /** One database: killed one to `chain` times in a row, then completed. */
  async #chain(random: Random, wholeMs: number, messages: number, wanted: Record<string, string>): Promise<void> {
    const database = join(this.#folder, 'killed.sqlite');
    for (const end of ['', '-wal', '-shm', '-ingest-lock']) rmSync(database + end, { force: true });
    const times = 1 + random.below(this.flags.chain);
    const moments: string[] = [];
    for (let n = 0; n < times && this.#killed < this.flags.kills; n++) {
      const moment = random.next() * wholeMs;
      if ((await runIngest(database, this.source, moment)) !== 'killed') break;
      this.#killed++;
      const phase = await this.#look(database, messages, moment);
      this.#phases.set(phase, (this.#phases.get(phase) ?? 0) + 1);
      moments.push(`${(moment / 1000).toFixed(2)} s (${phase})`);
    }
    if (!moments.length) return;
    this.#chains++;
    const before = this.#failures.length;
    if ((await runIngest(database, this.source)) !== 0) this.#failures.push('the next run failed');
    for (const fault of await faultsOf(database)) this.#failures.push(fault);
    const got = await fingerprint(database);
    for (const kind of Object.keys(wanted)) if (got[kind] !== wanted[kind]) this.#failures.push(`${kind} differ`);
    const verdict = this.#failures.slice(before).join('; ') || 'the same';
    process.stdout.write(`${this.#killed}: killed after ${moments.join(', ')}: ${verdict}\n`);
  }

  /** After a kill, the database must be consistent, though unfinished. */
  async #look(database: string, messages: number, moment: number): Promise<string> {
    if (!existsSync(database)) return 'starting';
    try {
      for (const fault of await faultsOf(database)) this.#failures.push(`after ${moment.toFixed(0)} ms: ${fault}`);
      return await phaseOf(database, messages);
    } catch (error) {
      // Killed before the tables were created: the file is reported as empty.
      if (/the database is empty/.test(String(error)) && statSync(database).size < 100_000) return 'starting';
      throw error;
    }
  }
}

await runProgram(
  new Command('kills')
    .description(
      'Kills ingests of an archive at random moments, and checks that the next run loses and doubles nothing.',
    )
    .argument('<source>', 'any source that ingest accepts')
    .option('--kills <n>', 'number of kills', wholeNumber, 100)
    .option('--chain <n>', 'most kills in a row on one database', wholeNumber, 3)
    .option('--seed <n>', 'seed of the random moments', wholeNumber, 1)
    .action((source: string, flags: Flags) => new Kills(source, flags).run()),
);
