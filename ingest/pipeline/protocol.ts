/**
 * The messages between the main thread and the parsing workers. Columns instead of objects,
 * because structured clone writes all keys of each object.
 */

/** The raw mails of a unit, concatenated in a buffer. */
export interface ParseRequest {
  type: 'parse';
  unit: number;
  bytes: Uint8Array;
  /** The end of each mail in `bytes`. */
  ends: number[];
  /** The arrivals, according to the source. */
  received: (number | null)[];
  /** The times in an mbox's `From ` lines. */
  fromLines: (number | null)[];
  /** Mails that killed a worker before, by position in the unit, and how often: the `doubt` with which they are read (ingest/parse). */
  doubts: [number, number][];
}

/** Shared with a worker: number of steps, and the unit and position of its current mail (-1: none). */
export type Progress = Int32Array;

/** What the main thread needs to decide whether a mail is new, and its id and thread. */
export interface Heads {
  msgid: string[];
  /** `message.refs`: References then In-Reply-To, space separated. */
  refs: string[];
  /** `Message.possibleParent`; '' if none. */
  possibleParent: string[];
  sentAt: number[];
  receivedAt: (number | null)[];
  authorName: string[];
  authorAddress: string[];
  subject: string[];
  /** attachmentKey of each. */
  attachments: string[];
  /** The first List-Id, and below, the address in X-Mailing-List; '' if none. */
  listId: string[];
  mailingList: string[];
  synthetic: boolean[];
}

/** Asks for the data to store for the new mails; the unit is forgotten after it. */
export interface PackRequest {
  type: 'pack';
  unit: number;
  /** Which mails of the unit to store, ascending. */
  keep: number[];
}

/** Asks for the displayed text of a mail, to distinguish a duplicate from an imposter. */
export interface TextRequest {
  type: 'text';
  unit: number;
  index: number;
}

/** The place of a thread member's text; `block` is null for a ghost. */
export interface MemberSlot {
  parent: number | null;
  block: number | null;
  at: number | null;
  size: number | null;
}

/** Asks for the quotations of threads with texts in these (compressed) blocks. */
export interface QuotesRequest {
  type: 'quotes';
  unit: number;
  threads: MemberSlot[][];
  blocks: { id: number; data: Uint8Array }[];
}

/** The quotations of each thread as by, line, lines, from, fromLine, fromLines, answered: ingest/quote/resolve.ts. */
export type ThreadQuotes = number[][][];

export type Request = ParseRequest | PackRequest | TextRequest | QuotesRequest;

export type Cell = string | number | null;

/** The data to store for the kept mails; `messages`, `columnEnds` and each table of `facts` are in the order of `keep`. */
export interface Packed {
  /** Cells of `message` in the order of PACKED_COLUMNS (db/write/columns.ts). Block numbers are indexes into `blocks`. */
  messages: Cell[][];
  blocks: { kind: number; data: Uint8Array }[];
  /** The columns of `search` for each kept mail, concatenated as UTF-8; `columnEnds` has one offset per column and mail. */
  words: Uint8Array;
  columnEnds: Uint32Array;
  /** Rows of tables by message: the first cell is the index into `keep`. */
  facts: Record<string, Cell[][]>;
}
