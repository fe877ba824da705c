import { type Blob, BlobReader } from './blobs';
import { gitAnswer, gitOutput, startGit } from './git';
import { History, type Layout, LOG_ARGS, LogParser, Withdrawals } from './history';
import { isBlank, REASON_BLANK, REASON_TOO_LONG } from './limits';
import { type OpenOptions, SourceError, type SourceEvent } from './types';

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
  history: History;
}

const NO_BYTES = Buffer.alloc(0);

/**
 * Reads public-inbox repositories, epoch after epoch, from the commit where the last run ended. All of the history is read before the
 * first mail is handed on, as public-inbox withdraws a mail of any epoch in the newest one; git has the first mails ready by then.
 */
export async function* readEpochs(epochs: Epoch[], options: OpenOptions): AsyncGenerator<SourceEvent> {
  const state: EpochState = { epochs: { ...(options.state as EpochState | undefined)?.epochs } };
  const parts: Part[] = [];
  for (const epoch of epochs) {
    const part = await partToRead(epoch, state.epochs[keyOf(epoch)], options);
    if (part) parts.push(part);
  }
  let withdrawals: Withdrawals | null = null;
  let reader: BlobReader | null = null;
  try {
    const histories = readHistories(parts);
    for (const part of parts) {
      reader = new BlobReader(part.epoch.path, part.history);
      await reader.askWhile(histories);
      if (part === parts[0])
        options.onTotal?.(
          parts.reduce((sum, { history }) => sum + history.length, 0),
          'mails',
        );
      withdrawals ??= new Withdrawals(parts.map(({ history }) => history));
      yield* readPart(part, reader, withdrawals, state);
    }
  } finally {
    reader?.close();
  }
}

async function* readPart(
  { epoch, history, head }: Part,
  reader: BlobReader,
  withdrawals: Withdrawals,
  state: EpochState,
): AsyncGenerator<SourceEvent> {
  let n = 0;
  for await (const blobs of reader.read()) {
    for (const blob of blobs) {
      const mark = history.marks.get(n);
      if (mark) yield checkpointAt(state, epoch, mark);
      const kind = withdrawals.meaning(blob.oid, history.withdrawn.has(n));
      if (kind) yield eventOf(kind, epoch, blob, history.dateAt(n));
      n++;
    }
  }
  yield checkpointAt(state, epoch, head);
}

const keyOf = (epoch: Epoch) => String(epoch.number ?? 0);

function checkpointAt(state: EpochState, epoch: Epoch, commit: string): SourceEvent {
  state.epochs[keyOf(epoch)] = commit;
  return { kind: 'checkpoint', state: { epochs: { ...state.epochs } } };
}

/** Null where an epoch has nothing new. */
async function partToRead(epoch: Epoch, from: string | undefined, options: OpenOptions): Promise<Part | null> {
  const head = (await gitAnswer(epoch.path, ['rev-parse', '--verify', '--quiet', 'HEAD']))?.trim();
  if (!head) {
    // Fails with git's own words where it is no repository at all.
    await gitOutput(epoch.path, ['rev-parse', '--git-dir']);
    options.onNote?.(`${epoch.path}: an empty repository, nothing to read yet`);
    return null;
  }
  if (head === from) return null;
  const history = new History(epoch.layout);
  if (from === undefined) return { epoch, range: head, head, history };
  // "No" is also the answer where the old commit was pruned after a rewrite.
  const grown = (await gitAnswer(epoch.path, ['merge-base', '--is-ancestor', from, head])) !== null;
  if (!grown)
    options.onNote?.(`${epoch.path}: its history was rewritten since the last run; reading it again from the start`);
  return { epoch, range: grown ? `${from}..${head}` : head, head, history };
}

async function readHistories(parts: Part[]): Promise<void> {
  for (const part of parts) await readHistory(part);
}

async function readHistory({ epoch, range, history }: Part): Promise<void> {
  const { child, failed } = startGit(epoch.path, [...LOG_ARGS, range]);
  child.stdin.end();
  const parser = new LogParser(history);
  child.stdout.on('data', (chunk: Buffer) => parser.push(chunk));
  const failure = await failed;
  if (failure !== null) throw new SourceError(epoch.path, `git log failed: ${failure}`);
}

function eventOf(
  kind: 'mail' | 'deleted' | 'withdraw',
  epoch: Epoch,
  { oid, bytes, cut }: Blob,
  receivedAt: number,
): SourceEvent {
  const where = epoch.number === null ? '' : `epoch ${epoch.number}, `;
  const origin = { place: `${where}blob ${oid}`, epoch: epoch.number, oid, receivedAt };
  if (bytes === null)
    return { kind: 'reject', bytes: NO_BYTES, origin, reason: 'its blob is missing from the repository' };
  if (kind !== 'mail') return { kind, bytes, origin };
  if (cut) return { kind: 'reject', bytes, origin, reason: REASON_TOO_LONG };
  return isBlank(bytes) ? { kind: 'reject', bytes, origin, reason: REASON_BLANK } : { kind, bytes, origin };
}
