import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

/** A folder for a test, and a function to remove it. */
export function scratch(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'threadline-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command of the project (its bundle in dist/, made by npm test) on a database. */
export function command(name: string, args: string[], database: string, input?: string | Buffer): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist', `${name}.mjs`), ...args], {
    env: { ...process.env, THREADLINE_DB: database },
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    ...(input === undefined ? {} : { input }),
  });
  return { status, stdout, stderr };
}

export interface IngestSummary {
  read: number;
  stored: number;
  duplicate: number;
  deleted: number;
  rejected: number;
  lists: Record<string, number>;
  threads: number;
}

/** Ingests, and returns the summary that --json prints last. */
export function ingest(database: string, ...sources: string[]): IngestSummary {
  const ran = command('ingest', ['--json', ...sources], database);
  if (ran.status !== 0) throw new Error(`ingest ended with ${ran.status}: ${ran.stderr}`);
  return JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '');
}
