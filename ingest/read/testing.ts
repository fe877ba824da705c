import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { recognise } from './recognise';
import type { Source, SourceEvent } from './types';

const made: string[] = [];

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** A directory for one test, removed after it. */
export function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'threadline-read-'));
  made.push(path);
  return path;
}

/** A commit in a test archive: files to write, and files to remove. */
export interface TestCommit {
  set?: Record<string, string>;
  remove?: string[];
  at?: number;
}

/** Makes a bare repository, or adds to it, with git fast-import; with `fresh`, the new commits replace its history. */
export function commitTo(path: string, commits: TestCommit[], fresh = true, format = 'sha1'): void {
  const git = (args: string[], input = '') =>
    execFileSync('git', ['--git-dir', path, ...args], { input, stdio: ['pipe', 'pipe', 'ignore'] });
  execFileSync('git', ['-c', 'init.defaultBranch=master', 'init', '-q', '--bare', `--object-format=${format}`, path]);
  const lines = commits.map((commit, n) => {
    const from = n === 0 && !fresh ? 'from refs/heads/master^0\n' : '';
    const when = commit.at ?? 1_700_000_000 + n;
    const sets = Object.entries(commit.set ?? {}).map(
      ([name, text]) => `M 100644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
    );
    const removes = (commit.remove ?? []).map((name) => `D ${name}\n`);
    const head = n === 0 && fresh ? 'reset refs/heads/master\n' : '';
    return `${head}commit refs/heads/master\ncommitter T <t@example.org> ${when} +0000\ndata 1\nx\n${from}${removes.join('')}${sets.join('')}\n`;
  });
  git(['fast-import', '--quiet', '--force'], lines.join(''));
}

export const added = (text: string): TestCommit => ({ remove: ['d'], set: { m: text } });
export const withdrawn = (text: string): TestCommit => ({ remove: ['m'], set: { d: text } });

/** A small mail with a number. */
export function mail(n: number, body = `Text ${n}.\n`): string {
  return `From: Ada <ada@example.org>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nMessage-ID: <${n}@example.org>\nSubject: Mail ${n}\n\n${body}`;
}

export interface ReadResult {
  events: SourceEvent[];
  notes: string[];
  totals: string[];
  /** The error that was thrown at the end, if any. */
  error: unknown;
}

export async function readAll(source: Source, state?: unknown, seen: Set<string> = new Set()): Promise<ReadResult> {
  const result: ReadResult = { events: [], notes: [], totals: [], error: null };
  try {
    const options = {
      state,
      isSeen: async (keys: string[]) => new Set(keys.filter((key) => seen.has(key))),
      onNote: (note: string) => result.notes.push(note),
      onTotal: (total: number, unit: string) => result.totals.push(`${total} ${unit}`),
    };
    for await (const event of source.open(options)) result.events.push(event);
  } catch (error) {
    result.error = error;
  }
  return result;
}

export async function only(location: string): Promise<Source> {
  const sources = await recognise(location);
  if (sources.length !== 1) throw new Error(`${sources.length} sources`);
  return sources[0] as Source;
}

/** Events as `mail <text>`, `withdraw <text>`, `reject <reason>` ..., without checkpoints. */
export function summary(events: SourceEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.kind === 'checkpoint') return [];
    return [`${event.kind} ${event.kind === 'reject' ? event.reason : event.bytes.toString('latin1')}`];
  });
}

/** The state of the last checkpoint. */
export function lastState(events: SourceEvent[]): unknown {
  const last = events.filter((event) => event.kind === 'checkpoint').at(-1);
  return last?.kind === 'checkpoint' ? JSON.parse(JSON.stringify(last.state)) : undefined;
}

/** The events if reading is interrupted and resumed at each checkpoint, which must be the same as without interruption. */
export async function eventsResumedAtEach(source: Source): Promise<string[][]> {
  const { events } = await readAll(source);
  const runs: string[][] = [];
  for (const [n, event] of events.entries()) {
    if (event.kind !== 'checkpoint') continue;
    const seen = new Set(
      events.slice(0, n + 1).flatMap((before) => (before.kind === 'checkpoint' ? (before.seen ?? []) : [])),
    );
    const rest = await readAll(source, JSON.parse(JSON.stringify(event.state)), seen);
    runs.push([...summary(events.slice(0, n)), ...summary(rest.events)]);
  }
  return runs;
}
