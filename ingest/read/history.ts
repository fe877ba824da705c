import { CHECKPOINT_EVERY } from './limits';

/** How a repository names mails. v2: file `m` adds, file `d` withdraws. v1: a file a mail, withdrawn by its removal. */
export type Layout = 'v1' | 'v2';

/** Prints `<commit> <committer date>` for each commit, oldest first, and after it one raw line for each file it changed. */
export const LOG_ARGS = [
  ...['log', '--reverse', '--first-parent', '-m', '--root', '--raw', '--no-abbrev', '--no-renames', '--no-color'],
  ...['--no-show-signature', '--format=%H %ct'],
];

/** v1: a mail's file is named after the SHA-1 of its Message-ID (public-inbox-v1-format). */
const V1_PATH = /^[0-9a-f]{2}\/[0-9a-f]{38,62}$/;
const DATE_BYTES = 4;
const FIRST_CAPACITY = 4096;

/**
 * Which mails a range of history adds and withdraws, in commit order. An epoch has up to a million, so an entry takes 24 bytes:
 * the blob's name and the committer date; all else is kept only where it is rare.
 */
export class History {
  length = 0;
  /** Entries that withdraw a mail. */
  readonly withdrawn = new Set<number>();
  /** By the entry that comes after it: a commit whose mails, and those of all before it, are the entries up to here. */
  readonly marks = new Map<number, string>();
  #records = Buffer.alloc(0);
  #oidBytes = 20;
  #sinceMark = 0;
  #commit = '';

  constructor(private readonly layout: Layout) {}

  /** Hex names of blobs, for git; `from` up to `to`, not included. */
  oids(from: number, to: number): string[] {
    const oids: string[] = [];
    const size = this.#oidBytes + DATE_BYTES;
    for (let at = from * size; at < to * size; at += size)
      oids.push(this.#records.toString('hex', at, at + this.#oidBytes));
    return oids;
  }

  /** Committer date, Unix seconds. */
  dateAt(n: number): number {
    return this.#records.readUInt32LE(n * (this.#oidBytes + DATE_BYTES) + this.#oidBytes);
  }

  /** A commit's raw line: `:<old mode> <new mode> <old blob> <new blob> <status>\t<path>`; a mode of 100xxx is a regular file. */
  addRaw(line: string, commit: string, date: number): void {
    const tab = line.indexOf('\t');
    const path = line.slice(tab + 1);
    const [oldMode = '', newMode = '', before = '', after = ''] = line.slice(1, tab).split(' ');
    if (this.layout === 'v2') {
      if ((path === 'm' || path === 'd') && newMode.startsWith('100')) this.#add(after, commit, date, path === 'd');
    } else if (V1_PATH.test(path)) {
      if (oldMode.startsWith('100')) this.#add(before, commit, date, true);
      if (newMode.startsWith('100')) this.#add(after, commit, date, false);
    }
  }

  #add(oid: string, commit: string, date: number, withdrawn: boolean): void {
    if (this.#sinceMark >= CHECKPOINT_EVERY && commit !== this.#commit) {
      // Copied from the line, or the chunk that it was cut from would stay in memory.
      this.marks.set(this.length, Buffer.from(this.#commit, 'latin1').toString('latin1'));
      this.#sinceMark = 0;
    }
    this.#commit = commit;
    this.#sinceMark++;
    if (this.length === 0) this.#oidBytes = oid.length / 2;
    const size = this.#oidBytes + DATE_BYTES;
    const at = this.length * size;
    if (at + size > this.#records.length) this.#grow(size);
    this.#records.write(oid, at, this.#oidBytes, 'hex');
    this.#records.writeUInt32LE(Math.min(Math.max(date, 0), 0xffffffff), at + this.#oidBytes);
    if (withdrawn) this.withdrawn.add(this.length);
    this.length++;
  }

  #grow(size: number): void {
    const grown = Buffer.alloc(Math.max(FIRST_CAPACITY * size, 2 * this.#records.length));
    this.#records.copy(grown);
    this.#records = grown;
  }
}

/** Reads the output of `git log` with LOG_ARGS into a history. */
export class LogParser {
  #rest = '';
  #commit = '';
  #date = 0;

  constructor(private readonly history: History) {}

  push(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line.startsWith(':')) {
      this.history.addRaw(line, this.#commit, this.#date);
      return;
    }
    const space = line.indexOf(' ');
    if (space < 0) return;
    this.#commit = line.slice(0, space);
    this.#date = Number(line.slice(space + 1));
  }
}

/**
 * Which mails are withdrawn later in what is being read, so that they are never handed on as mails.
 * Asked about every entry in order; a mail that is added again after its withdrawal stays.
 */
export class Withdrawals {
  readonly #toCome = new Map<string, number>();
  readonly #addedHere = new Set<string>();

  constructor(histories: History[]) {
    for (const history of histories) {
      for (const n of history.withdrawn) {
        const [oid = ''] = history.oids(n, n + 1);
        this.#toCome.set(oid, (this.#toCome.get(oid) ?? 0) + 1);
      }
    }
  }

  /** What an entry amounts to; null: nothing any more, its mail went by as `deleted`. */
  meaning(oid: string, withdrawn: boolean): 'mail' | 'deleted' | 'withdraw' | null {
    const toCome = this.#toCome.get(oid);
    if (!withdrawn) {
      if (!toCome) return 'mail';
      this.#addedHere.add(oid);
      return 'deleted';
    }
    if (toCome) this.#toCome.set(oid, toCome - 1);
    return this.#addedHere.has(oid) ? null : 'withdraw';
  }
}
