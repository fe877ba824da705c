import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

export interface Running {
  base: string;
  stop(): Promise<void>;
}

/** Starts the server as `npm start` does, on a free port and the given database; `env` are settings. */
export async function startServer(database: string, env: Record<string, string> = {}): Promise<Running> {
  const port = await freePort();
  const server: ChildProcess = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: ROOT,
    env: {
      ...process.env,
      THREADLINE_DB: database,
      PORT: String(port),
      HOST: '127.0.0.1',
      THREADLINE_LOG: 'error',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((ready, failed) => {
    server.stdout?.on('data', (chunk: Buffer) => chunk.includes('Threadline is at') && ready());
    server.once('exit', (code) => failed(new Error(`the server ended with ${code}`)));
  });
  return {
    base: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((ended) => {
        server.once('exit', () => ended());
        server.kill('SIGTERM');
      }),
  };
}

export function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
