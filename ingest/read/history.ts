/** One file that a commit added to the archive, or withdrew from it. */
export interface Change {
  /** Commit, and its committer date in Unix seconds. */
  commit: string;
  at: number;
  /** Blob of the mail. */
  oid: string;
  withdrawn: boolean;
}

/** How a repository names mails. v2: file `m` adds, file `d` withdraws. v1: a file a mail, withdrawn by its removal. */
export type Layout = 'v1' | 'v2';

/** One line `<commit> <committer date>` for each commit, each followed by its raw lines. */
export const LOG_ARGS = ['log', '--raw', '--no-abbrev', '--no-renames', '--root', '-m', '--first-parent', '--no-color', '--no-show-signature', '--format=%H %ct'];

/** v1: the blob's file is named after the SHA-1 of the Message-ID (public-inbox-v1-format). */
const V1_PATH = /^[0-9a-f]{2}\/[0-9a-f]{38,62}$/;

/** Reads `git log --raw` as it comes. Lines are cut from whole chunks: two short strings a mail, nothing else. */
export class LogParser {
  #rest = '';
  #commit = '';
  #at = 0;

  constructor(private readonly layout: Layout) {}

  push(chunk: Buffer): Change[] {
    const changes: Change[] = [];
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) this.#line(line, changes);
    return changes;
  }

  #line(line: string, changes: Change[]): void {
    if (line.startsWith(':')) return this.#raw(line, changes);
    const space = line.indexOf(' ');
    if (space < 0) return;
    this.#commit = line.slice(0, space);
    this.#at = Number(line.slice(space + 1));
  }

  /** `:<old mode> <new mode> <old blob> <new blob> <status>\t<path>`; a mode of 100xxx is a regular file. */
  #raw(line: string, changes: Change[]): void {
    const tab = line.indexOf('\t');
    const path = line.slice(tab + 1);
    const [oldMode = '', newMode = '', before = '', after = ''] = line.slice(1, tab).split(' ');
    const [commit, at] = [this.#commit, this.#at];
    if (this.layout === 'v2') {
      const mail = (path === 'm' || path === 'd') && newMode.startsWith('100');
      if (mail) changes.push({ commit, at, oid: after, withdrawn: path === 'd' });
      return;
    }
    if (!V1_PATH.test(path)) return;
    if (oldMode.startsWith('100')) changes.push({ commit, at, oid: before, withdrawn: true });
    if (newMode.startsWith('100')) changes.push({ commit, at, oid: after, withdrawn: false });
  }
}

/** Options that make `git log` show withdrawals, and hardly anything else. */
export function withdrawalArgs(layout: Layout, range: string): string[] {
  return layout === 'v2' ? [...LOG_ARGS, range, '--', 'd'] : [...LOG_ARGS, '--diff-filter=DM', range];
}

/**
 * Which mails are withdrawn later in what is being read, so that they are never handed on as mails.
 * Told of every change in order; a mail that is added again after its withdrawal stays.
 */
export class Withdrawals {
  readonly #toCome = new Map<string, number>();
  readonly #addedHere = new Set<string>();

  announce(oid: string): void {
    this.#toCome.set(oid, (this.#toCome.get(oid) ?? 0) + 1);
  }

  /** What a change amounts to; null: nothing any more, its mail went by as `deleted`. */
  meaning({ oid, withdrawn }: Change): 'mail' | 'deleted' | 'withdraw' | null {
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
