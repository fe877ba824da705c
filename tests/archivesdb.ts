import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { archive } from './archives';
import { ingest } from './command';

const DIST = resolve(import.meta.dirname, '../dist');
const PREFIX = 'threadline-archives-';
const SOURCES = ['kexec', 'linux-edac', 'linux-pm', 'lkml-2004-2005.mbox'];
/** If it takes longer, the process that was making it has ended. */
const LONGEST = 600_000;

/** A database of all four archives, made once by this build's ingest and shared by tests that only read it. */
export function archivesDatabase(): string {
  const hash = createHash('sha256').update(archive(''));
  for (const name of ['ingest.mjs', 'worker.mjs']) hash.update(readFileSync(join(DIST, name)));
  const path = join(tmpdir(), `${PREFIX}${hash.digest('hex').slice(0, 16)}.sqlite`);
  const making = `${path}.making`;
  while (!existsSync(path)) {
    if (begun(making)) make(path, making);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  return path;
}

/** Whether this process makes it; another process that is making it has a folder there. */
function begun(making: string): boolean {
  try {
    if (existsSync(making) && Date.now() - statSync(making).mtimeMs > LONGEST) rmSync(making, { recursive: true });
    mkdirSync(making);
    return true;
  } catch {
    return false;
  }
}

function make(path: string, making: string): void {
  for (const old of readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX) && name.endsWith('.sqlite'))) {
    const other = join(tmpdir(), old);
    if (Date.now() - statSync(other).mtimeMs > 86_400_000)
      for (const part of ['', '-wal', '-shm']) rmSync(other + part, { force: true });
  }
  try {
    const fresh = join(making, 't.sqlite');
    ingest(fresh, ...SOURCES.map((name) => archive(name)));
    renameSync(fresh, path);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}
