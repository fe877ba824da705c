import { type Blob, BlobReader } from './blobs';
import { gitAnswer, startGit } from './git';
import { Held } from './held';
import { History, type Layout, LOG_ARGS, LogParser, Withdrawals } from './history';
import { isBlank, REASON_BLANK, REASON_TOO_LONG } from './limits';
import { openRepository, type Repository } from './repository';
import { type OpenOptions, type Origin, SourceError, type SourceEvent } from './types';

/** A public-inbox epoch, or a v1 repository. */
export interface Epoch {
  path: string;
  layout: Layout;
  /** `0` in `0.git`; null if the repository's name has no number. */
  number: number | null;
}

/** For each epoch, the last commit of which all mails were yielded. */
interface EpochState {
  epochs: Record<string, string>;
}

/** The rest of an epoch to read: `range` for git log, `head` its newest commit. */
interface Part {
  epoch: Epoch;
  repository: Repository;
  range: string;
  head: string;
  history: History;
  /** Set if the history was rewritten since the last run: the blobs that earlier runs posted. */
  held: Held | null;
  /** Files whose history is read; all by default. */
  paths?: string[];
}

const NO_BYTES = Buffer.alloc(0);

/**
 * Reads public-inbox repositories, epoch after epoch, from the commit where the last run ended. The whole history is read before the
 * first mail is yielded, because public-inbox withdraws mails of any epoch in the newest one. git has the first mails ready by then.
 *
 * A rewritten history (public-inbox-purge, public-inbox-edit, a force-push) is read again from the start. Mails that it no longer has are
 * yielded first, as purged, because an edited mail has the Message-ID of the old one; then its new mails.
 */
export async function* readEpochs(epochs: Epoch[], options: OpenOptions): AsyncGenerator<SourceEvent> {
  const state: EpochState = { epochs: { ...(options.state as EpochState | undefined)?.epochs } };
  sayMissing(epochs, state, options);
  const parts: Part[] = [];
  for (const epoch of epochs) {
    const part = await partToRead(epoch, state.epochs[keyOf(epoch)], options);
    if (part) parts.push(part);
  }
  const before = await earlierWithdrawals(epochs, parts, state);
  let withdrawals: Withdrawals | null = null;
  let reader: BlobReader | null = null;
  try {
    const histories = readHistories([...parts, ...before]);
    for (const part of parts) {
      reader = new BlobReader(part.repository, part.history);
      await reader.askWhile(histories);
      if (part === parts[0])
        options.onTotal?.(
          parts.reduce((sum, { history }) => sum + history.length, 0),
          'mails',
        );
      withdrawals ??= new Withdrawals([...parts, ...before].map(({ history }) => history));
      yield* part.held
        ? readAgain(part, part.held, reader, withdrawals, state)
        : readPart(part, reader, withdrawals, state);
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

/** Reads a rewritten history. Only the last checkpoint is set: until then, the next run must also see the history as rewritten. */
async function* readAgain(
  { epoch, history, head }: Part,
  held: Held,
  reader: BlobReader,
  withdrawals: Withdrawals,
  state: EpochState,
): AsyncGenerator<SourceEvent> {
  const kinds: ('mail' | 'withdraw' | null)[] = [];
  for (let n = 0; n < history.length; n++) {
    const [oid = ''] = history.oids(n, n + 1);
    const kind = withdrawals.meaning(oid, history.withdrawn.has(n));
    // Mails that were added and withdrawn in between were counted before, or never seen.
    kinds.push(kind === 'deleted' || (kind === 'mail' && held.find(oid)) ? null : kind);
  }
  for (const { oid, message } of held.lost())
    yield { kind: 'purged', bytes: NO_BYTES, message, origin: originOf(epoch, oid, null) };
  let n = 0;
  for await (const blobs of reader.read()) {
    for (const blob of blobs) {
      const kind = kinds[n] ?? null;
      if (kind && !isPurgeMark(epoch, blob)) yield eventOf(kind, epoch, blob, history.dateAt(n));
      n++;
    }
  }
  yield checkpointAt(state, epoch, head);
}

/** Withdrawals in later epochs that an earlier run read: reading an epoch again must not bring these mails back. */
async function earlierWithdrawals(epochs: Epoch[], parts: Part[], state: EpochState): Promise<Part[]> {
  const first = parts[0]?.epoch.number ?? null;
  const before: Part[] = [];
  for (const epoch of first === null ? [] : epochs) {
    const from = state.epochs[keyOf(epoch)];
    const isWhole = parts.some((part) => part.epoch === epoch && part.held !== null);
    if (from === undefined || isWhole || epoch.number === null || epoch.number <= Number(first)) continue;
    const repository = await openRepository(epoch.path);
    before.push({
      epoch,
      repository,
      range: from,
      head: from,
      history: new History(epoch.layout),
      held: null,
      paths: ['d'],
    });
  }
  return before;
}

function sayMissing(epochs: Epoch[], state: EpochState, options: OpenOptions): void {
  const newest = Math.max(...epochs.map(({ number }) => number ?? 0));
  const here = new Set(epochs.map(keyOf));
  for (const key of Object.keys(state.epochs))
    if (!here.has(key) && Number(key) < newest) options.onNote?.(`epoch ${key} no longer exists; its mails are kept`);
}

const keyOf = (epoch: Epoch) => String(epoch.number ?? 0);

function checkpointAt(state: EpochState, epoch: Epoch, commit: string): SourceEvent {
  state.epochs[keyOf(epoch)] = commit;
  return { kind: 'checkpoint', state: { epochs: { ...state.epochs } } };
}

/** The part of an epoch to read; null if nothing is new. */
async function partToRead(epoch: Epoch, from: string | undefined, options: OpenOptions): Promise<Part | null> {
  const repository = await openRepository(epoch.path);
  const { head } = repository;
  if (head === null) {
    options.onNote?.(`${epoch.path}: the repository is empty; nothing to read yet`);
    return null;
  }
  if (head === from) return null;
  const history = new History(epoch.layout);
  if (from === undefined) return { epoch, repository, range: head, head, history, held: null };
  // Also false if the old commit was pruned after a rewrite.
  const isWithin = async (one: string, other: string) =>
    (await gitAnswer(repository, ['merge-base', '--is-ancestor', one, other])) !== null;
  if (await isWithin(from, head)) return { epoch, repository, range: `${from}..${head}`, head, history, held: null };
  if (await isWithin(head, from)) {
    options.onNote?.(`${epoch.path}: its newest commits are gone since the last run; their mails are kept`);
    return null;
  }
  options.onNote?.(`${epoch.path}: its history was rewritten since the last run; reading it again from the start`);
  const held = await Held.load(options.held?.(epoch.number) ?? none());
  return { epoch, repository, range: head, head, history, held };
}

async function* none(): AsyncGenerator<never> {}

async function readHistories(parts: Part[]): Promise<void> {
  for (const part of parts) await readHistory(part);
}

async function readHistory({ epoch, repository, range, history, paths }: Part): Promise<void> {
  const { child, failed } = startGit(repository, [...LOG_ARGS, range, '--', ...(paths ?? [])]);
  child.stdin.end();
  const parser = new LogParser(history);
  child.stdout.on('data', (chunk: Buffer) => parser.push(chunk));
  const failure = await failed;
  if (failure !== null) throw new SourceError(epoch.path, `git log failed: ${failure}`);
}

function originOf(epoch: Epoch, oid: string, receivedAt: number | null): Origin {
  const where = epoch.number === null ? '' : `epoch ${epoch.number}, `;
  return { place: `${where}blob ${oid}`, epoch: epoch.number, oid, receivedAt };
}

/** public-inbox-purge replaces a mail by an empty file. */
const isPurgeMark = (epoch: Epoch, { bytes }: Blob) => epoch.layout === 'v2' && bytes?.length === 0;

function eventOf(kind: 'mail' | 'deleted' | 'withdraw', epoch: Epoch, blob: Blob, receivedAt: number): SourceEvent {
  const { oid, bytes, cut } = blob;
  const origin = originOf(epoch, oid, receivedAt);
  if (bytes === null)
    return { kind: 'reject', bytes: NO_BYTES, origin, reason: 'its blob is missing from the repository' };
  if (kind !== 'mail') return { kind, bytes, origin };
  if (isPurgeMark(epoch, blob)) return { kind: 'deleted', bytes, origin };
  if (cut) return { kind: 'reject', bytes, origin, reason: REASON_TOO_LONG };
  return isBlank(bytes) ? { kind: 'reject', bytes, origin, reason: REASON_BLANK } : { kind, bytes, origin };
}
