import type { HeldBlob } from './held';

/** The place of a raw mail, for error messages and for `posting`. */
export interface Origin {
  /** A readable place: `epoch 0, commit 1a2b3c`, `offset 8211`, `cur/1234.host`. */
  place: string;
  /** The epoch of a public-inbox v2 source, else null. */
  epoch: number | null;
  /** The git blob name (40 or 64 hex), else null. */
  oid: string | null;
  /** The arrival in Unix seconds according to the source (git committer date), else null. */
  receivedAt: number | null;
  /** The time in an mbox's `From ` line: the arrival of a mail without `Received:` headers (mail/date.ts `isArrival`). */
  fromLine?: number | null;
  /** For a mail from an older database: its list there, its arrival on that list, and its article number. */
  posted?: { list: string; receivedAt: number | null; number: number };
}

/**
 * The events of a reader. `mail`: a raw mail, with the archive's wrapping undone (mbox `From ` line removed, `>From ` unescaped).
 * `deleted`: a mail that was added and withdrawn within the part being read (counted, not stored).
 * `withdraw`: the archive withdrew a mail that an earlier run may have stored.
 * `purged`: the archive's history was rewritten without a mail that an earlier run posted; only the blob's name is known.
 * `reject`: bytes that contain no mail.
 * `checkpoint`: everything yielded so far may be recorded as read; `state` is passed to `open` in the next run.
 */
export type SourceEvent =
  | { kind: 'mail'; bytes: Buffer; origin: Origin }
  | { kind: 'deleted'; bytes: Buffer; origin: Origin }
  | { kind: 'withdraw'; bytes: Buffer; origin: Origin }
  | { kind: 'purged'; bytes: Buffer; origin: Origin; message: number }
  | { kind: 'reject'; bytes: Buffer; origin: Origin; reason: string }
  | { kind: 'checkpoint'; state: unknown; seen?: string[] };

export type SourceKind =
  | 'public-inbox-v2'
  | 'public-inbox-v1'
  | 'mbox'
  | 'maildir'
  | 'eml'
  | 'pipermail'
  | 'stdin'
  | 'url';

export interface OpenOptions {
  /** The state of this source's last checkpoint; undefined in the first run. JSON-safe. */
  state: unknown;
  /** For sources of files: which of these keys an earlier run recorded in `seen`. */
  isSeen(keys: string[]): Promise<Set<string>>;
  /** For archives with a history: the blobs that earlier runs posted from an epoch of this source. */
  held?(epoch: number | null): AsyncIterable<HeldBlob[]>;
  /** Called when it is known how much there is to read (mails or bytes), for progress; may never be called. */
  onTotal?(total: number, unit: 'mails' | 'bytes'): void;
  /** Called with the source's description of its list. */
  onDescription?(text: string): void;
  /** Called with a note for the user ("its history was rewritten; reading it again from the start"). */
  onNote?(note: string): void;
  /** When aborted, waiting for a server ends at once with an error. */
  signal?: AbortSignal;
}

/** When `signal` is aborted, waiting for a server ends at once, and so does the rest of the fetched source. */
export type FetchOptions = Pick<OpenOptions, 'state' | 'onNote' | 'signal'>;

export interface Fetched {
  /** There may be something new since the last fetch. */
  news: boolean;
  /** Why not everything could be fetched; reading `source` ends with this error too. */
  failure: SourceError | null;
  /** The same source, to be read from this machine. */
  source: Source;
}

/** Something that can be read. Opening it twice with the same state yields the same events. */
export interface Source {
  kind: SourceKind;
  /** Absolute path, URL or `-`; with `kind`, the key under which state is kept. */
  location: string;
  /** The list's name according to the source (inbox directory), else null (List-Id decides for each mail). */
  listName: string | null;
  /** The name of the list if neither the source nor the mails name one; by default made from the location. */
  fallback?: string;
  /**
   * For following: fetches news to this machine, as cheaply as the server allows. Does not need the database, so that a slow server
   * does not keep others from writing.
   */
  fetch?(options: FetchOptions): Promise<Fetched>;
  open(options: OpenOptions): AsyncIterable<SourceEvent>;
}

/** A source cannot be read. Names it, and says why and what to do. Exit code 1; other sources are still read. */
export class SourceError extends Error {
  constructor(
    readonly location: string,
    reason: string,
  ) {
    super(`${location}: ${reason}`);
    this.name = 'SourceError';
  }
}
