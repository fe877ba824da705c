import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const SOURCE = resolve(import.meta.dirname, 'shim.c');

/** Compiles the library between a program and the disk; null without a C compiler (sqlite3 may be prebuilt). */
export function diskShim(folder: string): string | null {
  const library = join(folder, 'disk.so');
  const made = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, SOURCE, '-ldl', '-lpthread'], {
    stdio: 'inherit',
  });
  return made.status === 0 ? library : null;
}

/** An operation on a file, as recorded by shim.c. */
export type DiskEvent =
  | { kind: 'write'; file: string; offset: number; data: Buffer }
  | { kind: 'truncate'; file: string; size: number }
  | { kind: 'flush'; file: string }
  | { kind: 'remove'; file: string };

const KINDS = ['', 'write', 'truncate', 'flush', 'remove'] as const;
const HEAD_BYTES = 24;

export function diskEvents(log: string): DiskEvent[] {
  const bytes = readFileSync(log);
  const events: DiskEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = KINDS[bytes.readUInt32LE(at)];
    const nameSize = bytes.readUInt32LE(at + 4);
    const offset = Number(bytes.readBigUInt64LE(at + 8));
    const size = Number(bytes.readBigUInt64LE(at + 16));
    const file = basename(bytes.toString('utf8', at + HEAD_BYTES, at + HEAD_BYTES + nameSize));
    const from = at + HEAD_BYTES + nameSize;
    if (kind === 'write') events.push({ kind, file, offset, data: bytes.subarray(from, from + size) });
    else if (kind === 'truncate') events.push({ kind, file, size: offset });
    else if (kind) events.push({ kind, file });
    at = from + size;
  }
  return events;
}

/** Which unflushed events survive a power failure: all (as with kill -9), none, or some, sector by sector. */
export type Loss = 'all is kept' | 'only what was flushed is kept' | 'some is kept';

const SECTOR = 512;

/** Writes the files to `folder` as they are on disk if the power fails after the first `moment` events. */
export function powerFailure(
  events: DiskEvent[],
  moment: number,
  loss: Loss,
  folder: string,
  random: () => number,
): void {
  const flushed = new Map<string, number>();
  // A removal is on disk once any file was flushed after it, because file systems write their own changes in order.
  let last = -1;
  for (let n = 0; n < moment; n++) {
    const event = events[n] as DiskEvent;
    if (event.kind === 'flush') {
      flushed.set(event.file, n);
      last = n;
    }
  }
  for (let n = 0; n < moment; n++) {
    const event = events[n] as DiskEvent;
    const isSafe = n < (event.kind === 'remove' ? last : (flushed.get(event.file) ?? -1));
    if (isSafe || loss === 'all is kept') play(event, folder, () => true);
    else if (loss === 'some is kept') play(event, folder, () => random() < 0.7);
  }
}

function play(event: DiskEvent, folder: string, keeps: () => boolean): void {
  const path = join(folder, event.file);
  if (event.kind === 'flush') return;
  if (event.kind === 'remove') {
    if (keeps()) rmSync(path, { force: true });
    return;
  }
  const file = openSync(path, 'a');
  closeSync(file);
  const opened = openSync(path, 'r+');
  if (event.kind === 'truncate') {
    if (keeps()) ftruncateSync(opened, event.size);
  } else if (keeps()) {
    // Most writes are kept or lost as a whole; one in ten is torn between sectors.
    const isTorn = !keeps();
    for (let at = 0; at < event.data.length; at += SECTOR)
      if (!isTorn || keeps())
        writeSync(opened, event.data, at, Math.min(SECTOR, event.data.length - at), event.offset + at);
  }
  closeSync(opened);
}
