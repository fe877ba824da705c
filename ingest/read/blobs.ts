import { type GitChild, startGit } from './git';
import type { History } from './history';
import { MAX_MAIL_BYTES, REJECT_KEPT_BYTES } from './limits';
import type { Repository } from './repository';
import { SourceError } from './types';

/** A blob from `git cat-file --batch`; `bytes` is null if the repository lacks it, `cut` is set if it is too long. */
export interface Blob {
  oid: string;
  bytes: Buffer | null;
  cut: boolean;
}

const LINE_END = 10;

/**
 * Splits the output of `git cat-file --batch` (`<oid> <type> <size>\n<bytes>\n`, or `<oid> missing\n`) into blobs.
 * A blob within one chunk is a view of it, not a copy.
 */
class BlobSplitter {
  /** The beginning of a header line that continues in the next chunk. */
  #header = '';
  /** A blob that continues in the next chunk: its bytes so far, and how many are missing. */
  #partial: Buffer | null = null;
  #filled = 0;
  #missing = 0;
  #oid = '';
  #cut = false;

  /** The blobs that end in this chunk, in order. */
  push(chunk: Buffer): Blob[] {
    const blobs: Blob[] = [];
    let at = this.#partial ? this.#fill(chunk, blobs) : 0;
    while (at < chunk.length) {
      const end = chunk.indexOf(LINE_END, at);
      if (end < 0) {
        this.#header += chunk.toString('latin1', at);
        break;
      }
      const header = this.#header + chunk.toString('latin1', at, end);
      this.#header = '';
      at = this.#take(header, chunk, end + 1, blobs);
    }
    return blobs;
  }

  /** Takes the blob after a header from the chunk; returns the position after it. */
  #take(header: string, chunk: Buffer, at: number, blobs: Blob[]): number {
    const oid = header.slice(0, header.indexOf(' '));
    const size = Number(header.slice(header.lastIndexOf(' ') + 1));
    if (!Number.isSafeInteger(size)) {
      blobs.push({ oid, bytes: null, cut: false });
      return at;
    }
    const end = at + size;
    if (end < chunk.length && size <= MAX_MAIL_BYTES) {
      blobs.push({ oid, bytes: chunk.subarray(at, end), cut: false });
      return end + 1;
    }
    this.#oid = oid;
    this.#cut = size > MAX_MAIL_BYTES;
    this.#partial = Buffer.allocUnsafeSlow(this.#cut ? REJECT_KEPT_BYTES : size);
    this.#filled = 0;
    this.#missing = size + 1;
    return at + this.#fill(chunk.subarray(at), blobs);
  }

  /** Adds the chunk's beginning to the unfinished blob; returns how many bytes belonged to it, including its line end. */
  #fill(chunk: Buffer, blobs: Blob[]): number {
    const blob = this.#partial as Buffer;
    const taken = Math.min(this.#missing, chunk.length);
    this.#filled += chunk.copy(blob, this.#filled, 0, Math.min(taken, blob.length - this.#filled));
    this.#missing -= taken;
    if (this.#missing === 0) {
      blobs.push({ oid: this.#oid, bytes: blob, cut: this.#cut });
      this.#partial = null;
    }
    return taken;
  }
}

/** Bytes of blobs that are read ahead; more would use memory without a gain. */
const READ_AHEAD_BYTES = 32 * 1024 * 1024;
/** Names that are sent to git at a time. */
const NAMES_AT_ONCE = 1000;

/** Reads the blobs of a history, in order, with one `git cat-file --batch`. Begins while the history is still being read. */
export class BlobReader {
  readonly #git: GitChild;
  readonly #splitter = new BlobSplitter();
  readonly #ahead: Blob[][] = [];
  #aheadBytes = 0;
  #asked = 0;
  #came = 0;

  constructor(
    private readonly repository: Repository,
    private readonly history: History,
  ) {
    // --buffer: one write for several small blobs instead of three for each blob; nothing waits for a single answer here.
    this.#git = startGit(repository, ['cat-file', '--batch', '--buffer']);
  }

  /** Asks for blobs while the history grows, and takes the first of them, until `growing` settles. */
  async askWhile(growing: Promise<void>): Promise<void> {
    const { stdout } = this.#git.child;
    const take = (chunk: Buffer) => {
      this.#ahead.push(this.#splitter.push(chunk));
      this.#aheadBytes += chunk.length;
      if (this.#aheadBytes > READ_AHEAD_BYTES) stdout.pause();
    };
    stdout.on('data', take);
    const timer = setInterval(() => this.#askMore(), 5);
    try {
      await growing;
    } finally {
      clearInterval(timer);
      stdout.pause();
      stdout.off('data', take);
    }
  }

  /** Yields all blobs, those in the same chunk of git's output together. */
  async *read(): AsyncGenerator<Blob[]> {
    void this.#askRest();
    for (const blobs of this.#ahead.splice(0)) {
      this.#came += blobs.length;
      yield blobs;
    }
    for await (const chunk of this.#git.child.stdout) {
      const blobs = this.#splitter.push(chunk as Buffer);
      this.#came += blobs.length;
      if (blobs.length) yield blobs;
    }
    const failure = await this.#git.failed;
    if (failure !== null) throw new SourceError(this.repository.path, `git cat-file failed: ${failure}`);
    const lacking = this.history.length - this.#came;
    if (lacking) throw new SourceError(this.repository.path, `git cat-file ended before the last ${lacking} mails`);
  }

  close(): void {
    this.#git.child.kill();
  }

  /** Whether git accepts more names now; it does not while its output is not read. */
  #askMore(): boolean {
    const { stdin } = this.#git.child;
    const to = Math.min(this.history.length, this.#asked + NAMES_AT_ONCE);
    if (stdin.writableNeedDrain || to === this.#asked) return false;
    stdin.write(`${this.history.oids(this.#asked, to).join('\n')}\n`);
    this.#asked = to;
    return true;
  }

  async #askRest(): Promise<void> {
    const { child, failed } = this.#git;
    while (this.#asked < this.history.length && !child.stdin.destroyed) {
      if (!this.#askMore()) await Promise.race([new Promise((resolve) => child.stdin.once('drain', resolve)), failed]);
    }
    child.stdin.end();
  }
}
