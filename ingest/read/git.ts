import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { type OpenOptions, type SourceEvent, SourceError } from './types';

/** Mails between checkpoints. */
const CHECKPOINT_EVERY = 1000;

/** What one epoch has to give, in commit order: `kind` 'm' added, 'd' withdrawn; `at` committer date, Unix seconds. */
interface EpochLog {
  oids: string[];
  at: number[];
  kinds: ('m' | 'd')[];
  /** Commit that each entry belongs to, kept for entries that may become checkpoints. */
  commits: Map<number, string>;
  head: string;
}

interface EpochState {
  epochs: Record<string, string>;
}

/** Runs git on a repository whoever owns it; the caller reads its output. */
function git(repository: string, args: string[]): ChildProcessWithoutNullStreams {
  return spawn('git', ['-c', 'safe.directory=*', `--git-dir=${repository}`, ...args]);
}

/** Standard output of git; SourceError with git's own words where it fails, unless `quiet`. */
export async function gitOutput(repository: string, args: string[], quiet = false): Promise<string | null> {
  const child = git(repository, args);
  const chunks: Buffer[] = [];
  child.stdin.end();
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const failure = await ended(child);
  if (failure && !quiet) throw new SourceError(repository, `git ${args[0]} failed: ${failure}`);
  return failure === null ? Buffer.concat(chunks).toString('utf8') : null;
}

/** Resolves once git has ended: null if well, else what it said. */
function ended(child: ChildProcessWithoutNullStreams): Promise<string | null> {
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 2000) said += chunk.toString('utf8');
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) =>
      resolve(code === 0 ? null : said.trim() || `ended with ${signal ?? `code ${code}`}`),
    );
  });
}

/** One public-inbox epoch (or v1 repository) and its number; null where the source has no numbers. */
export interface Epoch {
  path: string;
  number: number | null;
}

/**
 * Reads public-inbox repositories, epoch after epoch, from the commit where the last run ended.
 * v2: each commit adds one mail as the file `m`, or withdraws one by the file `d` whose blob is that mail.
 * v1: a tree of blobs, one file a mail; removing the file withdraws it.
 */
export async function* readEpochs(epochs: Epoch[], options: OpenOptions): AsyncGenerator<SourceEvent> {
  const done: EpochState = { epochs: { ...(options.state as EpochState | undefined)?.epochs } };
  const logs: { epoch: Epoch; log: EpochLog }[] = [];
  for (const epoch of epochs) {
    const log = await readLog(epoch, done.epochs[keyOf(epoch)], options);
    if (log) logs.push({ epoch, log });
  }
  options.onTotal?.(
    logs.reduce((sum, { log }) => sum + log.oids.length, 0),
    'mails',
  );
  for (const { epoch, log } of logs) yield* readEpoch(epoch, log, done);
}

const keyOf = (epoch: Epoch) => String(epoch.number ?? 0);

async function readLog(epoch: Epoch, from: string | undefined, options: OpenOptions): Promise<EpochLog | null> {
  const head = (await gitOutput(epoch.path, ['rev-parse', '--verify', '--quiet', 'HEAD'], true))?.trim();
  if (!head) return null;
  if (head === from) return null;
  let range = 'HEAD';
  if (from !== undefined) {
    const ancestor = await gitOutput(epoch.path, ['merge-base', '--is-ancestor', from, head], true);
    if (ancestor !== null) range = `${from}..${head}`;
    else options.onNote?.(`${epoch.path}: its history was rewritten since the last run; reading it again from the start`);
  }
  const child = git(epoch.path, ['log', '--reverse', '--raw', '--no-abbrev', '--no-renames', '--root', '-m', '--first-parent', '--format=%H %ct', range]);
  child.stdin.end();
  const failed = ended(child);
  const log = await parseLog(child.stdout, head);
  const failure = await failed;
  if (failure) throw new SourceError(epoch.path, `git log failed: ${failure}`);
  return log;
}

/** Lines of `git log --raw`: `<commit> <date>`, then `:<modes> <old> <new> <status>\t<path>`. */
async function parseLog(stdout: AsyncIterable<Buffer>, head: string): Promise<EpochLog> {
  const log: EpochLog = { oids: [], at: [], kinds: [], commits: new Map(), head };
  let commit = '';
  let at = 0;
  let rest = '';
  const take = (line: string) => {
    if (line.startsWith(':')) {
      const [, , old = '', made = '', statusAndPath = ''] = line.split(' ');
      const [status = '', path = ''] = statusAndPath.split('\t');
      const withdrawn = status === 'D' ? path !== 'm' && path !== 'd' : path === 'd';
      if (status === 'D' && !withdrawn) return;
      // Joined anew, so that the chunk it was cut from is not kept alive.
      const index = log.oids.push(Buffer.from(status === 'D' ? old : made, 'latin1').toString('latin1')) - 1;
      log.at.push(at);
      log.kinds.push(withdrawn ? 'd' : 'm');
      if (index % CHECKPOINT_EVERY === CHECKPOINT_EVERY - 1) log.commits.set(index, commit);
    } else if (line) {
      commit = line.slice(0, line.indexOf(' '));
      at = Number(line.slice(line.indexOf(' ') + 1));
    }
  };
  for await (const chunk of stdout) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) take(line);
  }
  take(rest);
  return log;
}

async function* readEpoch(epoch: Epoch, log: EpochLog, done: EpochState): AsyncGenerator<SourceEvent> {
  const withdrawn = new Set(log.oids.filter((_, n) => log.kinds[n] === 'd'));
  const added = new Set(withdrawn.size ? log.oids.filter((oid, n) => log.kinds[n] === 'm' && withdrawn.has(oid)) : []);
  const label = epoch.number === null ? '' : `epoch ${epoch.number}, `;
  let n = 0;
  for await (const { oid, bytes } of readBlobs(epoch.path, log.oids)) {
    const origin = { place: `${label}blob ${oid}`, epoch: epoch.number, oid, receivedAt: log.at[n] as number };
    if (bytes === null) yield { kind: 'reject', bytes: Buffer.alloc(0), origin, reason: 'the repository lacks this blob' };
    else if (log.kinds[n] === 'd') {
      if (!added.has(oid)) yield { kind: 'withdraw', bytes, origin };
    } else if (withdrawn.has(oid)) yield { kind: 'deleted', bytes, origin };
    else if (isBlank(bytes)) yield { kind: 'reject', bytes, origin, reason: 'holds no mail at all' };
    else yield { kind: 'mail', bytes, origin };
    const commit = log.commits.get(n++);
    if (commit) yield { kind: 'checkpoint', state: stateAt(done, epoch, commit) };
  }
  yield { kind: 'checkpoint', state: stateAt(done, epoch, log.head) };
}

function stateAt(done: EpochState, epoch: Epoch, commit: string): EpochState {
  done.epochs[keyOf(epoch)] = commit;
  return { epochs: { ...done.epochs } };
}

/** Nothing but white space in its first bytes, and short: no header can be in it. */
export function isBlank(bytes: Buffer): boolean {
  return bytes.length < 4096 && bytes.toString('latin1').trim() === '';
}

/** How many names are ahead of the blobs read, so that git always has work and its pipe never fills up. */
const OIDS_AHEAD = 512;

/** Contents of blobs in the order asked, through one `git cat-file --batch`; null where the repository lacks one. */
export async function* readBlobs(
  repository: string,
  oids: string[],
): AsyncGenerator<{ oid: string; bytes: Buffer | null }> {
  if (!oids.length) return;
  const child = git(repository, ['cat-file', '--batch', '--buffer']);
  const failed = ended(child);
  child.stdin.on('error', () => {});
  let asked = 0;
  const ask = (upTo: number) => {
    if (asked >= upTo) return;
    const end = Math.min(upTo, oids.length);
    if (end > asked) child.stdin.write(`${oids.slice(asked, end).join('\n')}\n`);
    asked = end;
    if (asked === oids.length) child.stdin.end();
  };
  // --buffer holds output back until git has read a good deal of input, so all names are given as fast as it takes them.
  let feeding = true;
  const feed = async () => {
    while (feeding && asked < oids.length) {
      ask(asked + OIDS_AHEAD);
      if (child.stdin.writableNeedDrain) await new Promise((resolve) => child.stdin.once('drain', resolve));
    }
  };
  void feed();
  let n = 0;
  try {
    for await (const bytes of splitBatch(child.stdout)) yield { oid: oids[n++] as string, bytes };
    const failure = await failed;
    if (failure || n < oids.length) throw new SourceError(repository, `git cat-file ended early: ${failure ?? `${n} of ${oids.length} blobs`}`);
  } finally {
    feeding = false;
    child.kill();
  }
}

/** Cuts the output of `git cat-file --batch`: `<oid> blob <size>\n<bytes>\n`, or `<oid> missing\n`. */
async function* splitBatch(stdout: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  let held: Buffer = Buffer.alloc(0);
  /** A blob that began in an earlier chunk: its bytes so far. */
  let blob: Buffer | null = null;
  let filled = 0;
  for await (const next of stdout) {
    const chunk = held.length ? Buffer.concat([held, next]) : next;
    held = Buffer.alloc(0);
    let at = 0;
    for (;;) {
      if (blob) {
        // One byte more than the blob: the line end after it.
        const part = chunk.subarray(at, at + blob.length - filled);
        part.copy(blob, filled);
        filled += part.length;
        at += part.length;
        if (filled < blob.length) break;
        yield blob.subarray(0, blob.length - 1);
        blob = null;
      }
      const end = chunk.indexOf(10, at);
      if (end < 0) {
        held = chunk.subarray(at);
        break;
      }
      const header = chunk.toString('latin1', at, end);
      at = end + 1;
      const size = header.endsWith(' missing') ? -1 : Number(header.slice(header.lastIndexOf(' ') + 1));
      if (size < 0) yield null;
      else if (at + size + 1 <= chunk.length) {
        yield chunk.subarray(at, at + size);
        at += size + 1;
      } else {
        blob = Buffer.allocUnsafe(size + 1);
        filled = 0;
      }
    }
  }
}
