import { type Blob, BlobSplitter } from './blobs';
import { type GitChild, gitAnswer, gitOutput, startGit } from './git';
import { type Change, type Layout, LOG_ARGS, LogParser, Withdrawals, withdrawalArgs } from './history';
import { CHECKPOINT_EVERY, isBlank, REASON_BLANK, REASON_TOO_LONG } from './limits';
import { type OpenOptions, type Origin, SourceError, type SourceEvent } from './types';

/** One public-inbox epoch, or a v1 repository. */
export interface Epoch {
  path: string;
  layout: Layout;
  /** `0` of `0.git`; null where the repository's name has none. */
  number: number | null;
}

/** The last commit of each epoch whose mails were all handed on. */
interface EpochState {
  epochs: Record<string, string>;
}

/** What is left to read of an epoch: `range` as git log takes it, `head` its newest commit. */
interface Part {
  epoch: Epoch;
  range: string;
  head: string;
}

const NO_BYTES = Buffer.alloc(0);

/**
 * Reads public-inbox repositories, epoch after epoch, from the commit where the last run ended.
 * History streams from `git log` into `git cat-file --batch` and the mails stream back, so memory does not depend on the archive's size.
 */
export async function* readEpochs(epochs: Epoch[], options: OpenOptions): AsyncGenerator<SourceEvent> {
  const state: EpochState = { epochs: { ...(options.state as EpochState | undefined)?.epochs } };
  const parts: Part[] = [];
  for (const epoch of epochs) {
    const part = await partToRead(epoch, state.epochs[keyOf(epoch)], options);
    if (part) parts.push(part);
  }
  const withdrawals = await findWithdrawals(parts);
  void countMails(parts, options);
  for (const part of parts) {
    let unmarked = 0;
    let commit = '';
    for await (const { changes, blobs } of readPart(part)) {
      for (let n = 0; n < blobs.length; n++) {
        const change = changes[n] as Change;
        if (unmarked >= CHECKPOINT_EVERY && change.commit !== commit) {
          yield checkpointAt(state, part.epoch, commit);
          unmarked = 0;
        }
        commit = change.commit;
        unmarked++;
        const event = eventOf(part.epoch, change, blobs[n] as Blob, withdrawals);
        if (event) yield event;
      }
    }
    yield checkpointAt(state, part.epoch, part.head);
  }
}

const keyOf = (epoch: Epoch) => String(epoch.number ?? 0);

function checkpointAt(state: EpochState, epoch: Epoch, commit: string): SourceEvent {
  state.epochs[keyOf(epoch)] = commit;
  return { kind: 'checkpoint', state: { epochs: { ...state.epochs } } };
}

/** Null where an epoch has nothing new. */
async function partToRead(epoch: Epoch, from: string | undefined, options: OpenOptions): Promise<Part | null> {
  const head = (await gitAnswer(epoch.path, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']))?.trim();
  if (!head) {
    if (await gitAnswer(epoch.path, ['rev-parse', '--verify', '--quiet', 'HEAD'])) await gitOutput(epoch.path, ['cat-file', '-e', 'HEAD^{commit}']);
    options.onNote?.(`${epoch.path}: an empty repository, nothing to read yet`);
    return null;
  }
  if (head === from) return null;
  if (from === undefined) return { epoch, range: head, head };
  // "No" is also the answer where the old commit was pruned after a rewrite.
  const grown = (await gitAnswer(epoch.path, ['merge-base', '--is-ancestor', from, head])) !== null;
  if (!grown) options.onNote?.(`${epoch.path}: its history was rewritten since the last run; reading it again from the start`);
  return { epoch, range: grown ? `${from}..${head}` : head, head };
}

/**
 * A pass over the history before the mails: public-inbox withdraws a mail of any epoch in the newest one.
 * Measured on linux-edac (2026-11-23): 0.09 s for 14,321 commits, against 0.6 s for printing the mails.
 */
async function findWithdrawals(parts: Part[]): Promise<Withdrawals> {
  const withdrawals = new Withdrawals();
  for (const { epoch, range } of parts) {
    const log = startGit(epoch.path, withdrawalArgs(epoch.layout, range));
    for await (const changes of changesOf(epoch, log)) {
      for (const change of changes) {
        if (change.withdrawn) withdrawals.announce(change.oid);
      }
    }
  }
  return withdrawals;
}

/** Told while reading is under way already; one commit is one mail but for a withdrawal here and there. */
async function countMails(parts: Part[], options: OpenOptions): Promise<void> {
  if (!options.onTotal) return;
  const counts = await Promise.all(parts.map(({ epoch, range }) => gitAnswer(epoch.path, ['rev-list', '--count', '--first-parent', range])));
  options.onTotal(
    counts.reduce((sum, count) => sum + Number(count ?? 0), 0),
    'mails',
  );
}

/** Changes as `git log` prints them; SourceError at the end where it failed. */
async function* changesOf(epoch: Epoch, log: GitChild): AsyncGenerator<Change[]> {
  log.child.stdin.end();
  const parser = new LogParser(epoch.layout);
  try {
    for await (const chunk of log.child.stdout) yield parser.push(chunk as Buffer);
    const failure = await log.failed;
    if (failure !== null) throw new SourceError(epoch.path, `git log failed: ${failure}`);
  } finally {
    log.child.kill();
  }
}

/** Changes with the blobs they name, a chunk of git's output at a time. */
async function* readPart({ epoch, range }: Part): AsyncGenerator<{ changes: Change[]; blobs: Blob[] }> {
  const log = startGit(epoch.path, [...LOG_ARGS, '--reverse', range]);
  const batch = startGit(epoch.path, ['cat-file', '--batch']);
  const asked: Change[] = [];
  const feeding = feed(changesOf(epoch, log), batch, asked);
  const splitter = new BlobSplitter();
  try {
    for await (const chunk of batch.child.stdout) {
      const blobs = splitter.push(chunk as Buffer);
      if (blobs.length) yield { changes: asked.splice(0, blobs.length), blobs };
    }
    const broken = await feeding;
    const failure = await batch.failed;
    if (broken) throw broken;
    if (failure !== null) throw new SourceError(epoch.path, `git cat-file failed: ${failure}`);
    if (asked.length) throw new SourceError(epoch.path, `git cat-file ended ${asked.length} mails too early`);
  } finally {
    log.child.kill();
    batch.child.kill();
  }
}

/**
 * Asks for each change's blob. git stops reading names while its own output is not taken, so `asked` stays as short as the pipes.
 * Resolves to what went wrong, so that the mails before it are still handed on.
 */
async function feed(history: AsyncIterable<Change[]>, { child, failed }: GitChild, asked: Change[]): Promise<unknown> {
  try {
    for await (const changes of history) {
      if (!changes.length) continue;
      asked.push(...changes);
      const more = child.stdin.write(`${changes.map(({ oid }) => oid).join('\n')}\n`);
      if (!more) await Promise.race([new Promise((resolve) => child.stdin.once('drain', resolve)), failed]);
      if (child.stdin.destroyed) break;
    }
    return null;
  } catch (error) {
    return error;
  } finally {
    child.stdin.end();
  }
}

function eventOf(epoch: Epoch, change: Change, { bytes, cut }: Blob, withdrawals: Withdrawals): SourceEvent | null {
  const kind = withdrawals.meaning(change);
  if (kind === null) return null;
  const origin = originOf(epoch, change);
  if (bytes === null) return { kind: 'reject', bytes: NO_BYTES, origin, reason: 'its blob is missing from the repository' };
  if (kind !== 'mail') return { kind, bytes, origin };
  if (cut) return { kind: 'reject', bytes, origin, reason: REASON_TOO_LONG };
  return isBlank(bytes) ? { kind: 'reject', bytes, origin, reason: REASON_BLANK } : { kind, bytes, origin };
}

function originOf(epoch: Epoch, { commit, at, oid }: Change): Origin {
  const where = epoch.number === null ? '' : `epoch ${epoch.number}, `;
  return { place: `${where}commit ${commit.slice(0, 12)}`, epoch: epoch.number, oid, receivedAt: at };
}
