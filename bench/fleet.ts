import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as later } from 'node:timers/promises';
import { Connection, logState } from '#db/open';
import { ROOT } from './process';

/** How a command ended, and its output. */
export interface Ended {
  /** Null if killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A process of a node: its ingest, or the program that follows the log; of the programs in `root`, where it is named. */
export class NodeProcess {
  readonly ended: Promise<Ended>;
  readonly child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #isReady = false;

  private constructor(
    program: string,
    args: string[],
    database: string,
    servers: string,
    { input, env = {} }: { input?: string | undefined; env?: Record<string, string> },
    root = ROOT,
  ) {
    this.child = spawn(process.execPath, [`${root}/dist/${program}.mjs`, ...args], {
      env: { ...process.env, THREADLINE_DB: database, ...(servers ? { THREADLINE_NATS: servers } : {}), ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', 'ipc'],
    });
    this.child.stdout?.on('data', (part) => (this.#stdout += part));
    this.child.stderr?.on('data', (part) => (this.#stderr += part));
    this.child.on('message', () => (this.#isReady = true));
    this.child.stdin?.on('error', () => {});
    this.child.stdin?.end(input);
    this.ended = once(this.child, 'close').then(([code]) => ({ code, stdout: this.#stdout, stderr: this.#stderr }));
  }

  static ingest(
    database: string,
    servers: string,
    args: string[],
    input?: string,
    env: Record<string, string> = {},
    root?: string,
  ): NodeProcess {
    return new NodeProcess('ingest', args, database, servers, { input, env }, root);
  }

  static follow(
    database: string,
    servers: string,
    seed: string | null,
    env: Record<string, string> = {},
    root?: string,
  ): NodeProcess {
    return new NodeProcess('node', seed === null ? [] : ['--join', seed], database, servers, { env }, root);
  }

  /** Its standard error so far. */
  get said(): string {
    return this.#stderr;
  }

  /** Whether its database is ready to be served. */
  get isReady(): boolean {
    return this.#isReady;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** The SHA-256 of all rows of each table, including those of the index. */
export async function tablesOf(path: string): Promise<Record<string, string>> {
  const db = await Connection.open(path, 'read');
  try {
    const prints: Record<string, string> = {};
    const tables = await db.all<{ name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'search' ORDER BY name`,
    );
    for (const { name } of tables) {
      const hash = createHash('sha256');
      for (const row of await db.all(`SELECT * FROM "${name}"`))
        for (const value of Object.values(row))
          hash.update(Buffer.isBuffer(value) ? value : JSON.stringify(value)).update('\0');
      prints[name] = hash.digest('hex');
    }
    return prints;
  } finally {
    await db.close();
  }
}

/** The log sequence of a database. */
export async function sequenceOf(path: string): Promise<number> {
  const db = await Connection.open(path, 'read');
  try {
    return (await logState(db)).sequence;
  } finally {
    await db.close();
  }
}

/** Waits until all databases are equally far in the log, and nothing more arrives. */
export async function settled(paths: string[], withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  for (let same = 0; same < 3; ) {
    const sequences = await Promise.all(paths.map(sequenceOf));
    same = new Set(sequences).size === 1 ? same + 1 : 0;
    if (performance.now() > end) throw new Error(`the nodes are still at ${sequences.join(', ')} of the log`);
    await later(300);
  }
}
