import type { HeldBlob } from './held';

/** Where a raw mail stood, for error messages and for `posting`. */
export interface Origin {
  /** Readable place: `epoch 0, commit 1a2b3c`, `offset 8211`, `cur/1234.host`. */
  place: string;
  /** Epoch of a public-inbox v2 source, else null. */
  epoch: number | null;
  /** git blob name (40 or 64 hex), else null. */
  oid: string | null;
  /** Arrival in Unix seconds as the source tells it (git committer date), else null. */
  receivedAt: number | null;
  /** Time of an mbox's `From ` line: the arrival of a mail without `Received:` headers (mail/date.ts `isArrival`). */
  fromLine?: number | null;
  /** Of a mail out of an older database: the list that it stood on there, its arrival on it, and its article number. */
  posted?: { list: string; receivedAt: number | null; number: number };
}

/**
 * What a reader yields. `mail`: one raw mail, its archive's wrapping undone (mbox `From ` line removed, `>From ` unescaped).
 * `deleted`: a mail that was added and withdrawn again within what is being read (counted, never stored).
 * `withdraw`: the archive withdrew a mail that an earlier run may have stored.
 * `purged`: the archive's history was rewritten without a mail that an earlier run posted; nothing but the blob's name is left of it.
 * `reject`: bytes that hold no mail at all.
 * `checkpoint`: everything yielded so far may be recorded as read; `state` is handed to the next run's `open`.
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
  /** What the last checkpoint of this source said; undefined on the first run. JSON-safe. */
  state: unknown;
  /** For sources made of files: which of these keys an earlier run recorded through `seen`. */
  isSeen(keys: string[]): Promise<Set<string>>;
  /** For archives with a history: the blobs that earlier runs posted of an epoch of this source. */
  held?(epoch: number | null): AsyncIterable<HeldBlob[]>;
  /** Told once it is known how much there is to read (mails or bytes), for progress; may never be called. */
  onTotal?(total: number, unit: 'mails' | 'bytes'): void;
  /** What the source says that its list is about. */
  onDescription?(text: string): void;
  /** A fact worth a line to the user ("history was rewritten: reading again from the start"). */
  onNote?(note: string): void;
  /** Aborted: a wait for a server ends at once, with an error. */
  signal?: AbortSignal;
}

/** A silent server's wait ends at once when `signal` is aborted; so does what of the fetched source is still to come. */
export type FetchOptions = Pick<OpenOptions, 'state' | 'onNote' | 'signal'>;

export interface Fetched {
  /** There may be something that was not there at the last fetch. */
  news: boolean;
  /** Why not all could be had; reading `source` ends with it too. */
  failure: SourceError | null;
  /** The same source, read from this machine. */
  source: Source;
}

/** One thing that can be read. Opening it twice with the same state yields the same events. */
export interface Source {
  kind: SourceKind;
  /** Absolute path, URL or `-`; with `kind`, the key under which state is kept. */
  location: string;
  /** The list's name as the source tells it (inbox directory), else null (List-Id decides, mail by mail). */
  listName: string | null;
  /** Name of the list where neither that nor the mails tell one; the location's own where it is left out. */
  fallback?: string;
  /**
   * For following: brings what is new onto this machine, asked as cheaply as the server allows. No database is needed meanwhile, so that
   * a slow server keeps nobody from writing.
   */
  fetch?(options: FetchOptions): Promise<Fetched>;
  open(options: OpenOptions): AsyncIterable<SourceEvent>;
}

/** A source that cannot be read: names it, says why and what to do. Exit code 1; the other sources still go in. */
export class SourceError extends Error {
  constructor(
    readonly location: string,
    reason: string,
  ) {
    super(`${location}: ${reason}`);
    this.name = 'SourceError';
  }
}
