import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { freePort } from '../bench/process';

const ROOT = resolve(import.meta.dirname, '..');

export interface Running {
  base: string;
  port: number;
  child: ChildProcess;
  /** The standard error so far. */
  said(): string;
  /** Stops the server; resolves to its exit code, also if it has already ended. */
  stop(): Promise<number | null>;
}

/** Starts the server like `npm start`, on a free port with the given database; `env` are settings. By default only errors are logged. */
export async function startServer(database: string, env: Record<string, string> = {}): Promise<Running> {
  const port = await freePort();
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: ROOT,
    env: {
      ...process.env,
      THREADLINE_DB: database,
      PORT: String(port),
      HOST: '127.0.0.1',
      THREADLINE_LOG: 'error',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (part: Buffer) => {
    said += part;
    if (!env.THREADLINE_LOG) process.stderr.write(part);
  });
  await new Promise<void>((ready, failed) => {
    child.stdout.on('data', (part: Buffer) => part.includes('Threadline is at') && ready());
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
  });
  return {
    base: `http://127.0.0.1:${port}`,
    port,
    child,
    said: () => said,
    stop: async () => {
      if (child.exitCode !== null) return child.exitCode;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      return (await ended)[0];
    },
  };
}
