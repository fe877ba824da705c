import { CHECKPOINT_EVERY } from './limits';

/** The layout of a repository. v2: file `m` adds a mail, file `d` withdraws it. v1: one file per mail, whose removal withdraws it. */
export type Layout = 'v1' | 'v2';

/** Prints `<commit> <committer date>` for each commit, oldest first, followed by a raw line for each changed file. */
export const LOG_ARGS = [
  ...['log', '--reverse', '--first-parent', '-m', '--root', '--raw', '--no-abbrev', '--no-renames', '--no-color'],
  ...['--no-show-signature', '--format=%H %ct'],
];

/** v1: a mail's file is named after the SHA-1 of its Message-ID (public-inbox-v1-format). */
const V1_PATH = /^[0-9a-f]{2}\/[0-9a-f]{38,62}$/;
const DATE_BYTES = 4;
const FIRST_CAPACITY = 4096;

/**
 * The mails that a range of history adds and withdraws, in commit order. An epoch has up to a million, so an entry takes only 24 bytes:
 * the blob's name and the committer date. Rare properties are stored separately.
 */
export class History {
  length = 0;
  /** Entries that withdraw a mail. */
  readonly withdrawn = new Set<number>();
  /** Commits by the number of entries up to and including them. */
  readonly marks = new Map<number, string>();
  #records = Buffer.alloc(0);
  #oidBytes = 20;
  #sinceMark = 0;
  #commit = '';

  constructor(private readonly layout: Layout) {}

  /** The hex names of blobs, for git; `to` exclusive. */
  oids(from: number, to: number): string[] {
    const oids: string[] = [];
    const size = this.#oidBytes + DATE_BYTES;
    for (let at = from * size; at < to * size; at += size)
      oids.push(this.#records.toString('hex', at, at + this.#oidBytes));
    return oids;
  }

  /** The committer date in Unix seconds. */
  dateAt(n: number): number {
    return this.#records.readUInt32LE(n * (this.#oidBytes + DATE_BYTES) + this.#oidBytes);
  }

  /** Adds a commit's raw line: `:<old mode> <new mode> <old blob> <new blob> <status>\t<path>`; mode 100xxx is a regular file. */
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
      // Copied, or the chunk that contains the line would stay in memory.
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

/** Parses the output of `git log` with LOG_ARGS into a history. */
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
 * Finds mails that are withdrawn later in the part being read, so that they are not yielded as mails.
 * Must be asked about every entry, in order. A mail that is added again after its withdrawal stays.
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

  /** The event for an entry; null for the withdrawal of a mail that was yielded as `deleted`. */
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
