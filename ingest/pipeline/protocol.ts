/**
 * What the main thread and the parsing workers say to one another. Columns rather than objects,
 * because structured clone writes every key of every object again.
 */

/** Raw mails of one unit, end to end in one buffer. */
export interface ParseRequest {
  type: 'parse';
  unit: number;
  bytes: Uint8Array;
  /** End of each mail in `bytes`. */
  ends: number[];
  /** Arrival as the source tells it. */
  received: (number | null)[];
  /** Time of an mbox's `From ` line. */
  fromLines: (number | null)[];
  /** Mails that ended a worker before, by place in the unit, and how often: they are read with so much doubt (ingest/parse). */
  doubts: [number, number][];
}

/** Shared with a worker: steps taken, and the unit and place of the mail it is at (-1: at none). */
export type Progress = Int32Array;

/** What main needs of each mail to decide whether it is new, its id and its thread. */
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
  /** First List-Id, '' if none; and X-Mailing-List's address, '' if none. */
  listId: string[];
  mailingList: string[];
  synthetic: boolean[];
}

/** Asks for what is stored of the mails that are new; the unit is forgotten after it. */
export interface PackRequest {
  type: 'pack';
  unit: number;
  /** Which mails of the unit to store, ascending. */
  keep: number[];
}

/** Asks for the displayed text of one mail, to tell a duplicate from an imposter. */
export interface TextRequest {
  type: 'text';
  unit: number;
  index: number;
}

/** Where a member of a thread has its text; `block` null for a ghost. */
export interface MemberSlot {
  parent: number | null;
  block: number | null;
  at: number | null;
  size: number | null;
}

/** Asks for the quotations of threads whose texts stand in these (compressed) blocks. */
export interface QuotesRequest {
  type: 'quotes';
  unit: number;
  threads: MemberSlot[][];
  blocks: { id: number; data: Uint8Array }[];
}

/** Of each thread its quotations as by, line, lines, from, fromLine, fromLines, answered: ingest/quote/resolve.ts. */
export type ThreadQuotes = number[][][];

export type Request = ParseRequest | PackRequest | TextRequest | QuotesRequest;

export type Cell = string | number | null;

/** What is stored of the kept mails; `messages`, `columnEnds` and each table of `facts` run along `keep`. */
export interface Packed {
  /** Cells of `message` in the order of PACKED_COLUMNS (db/write/columns.ts). Block numbers are local: indexes into `blocks`. */
  messages: Cell[][];
  blocks: { kind: number; data: Uint8Array }[];
  /** Columns of `search` per kept mail, end to end as UTF-8; `columnEnds` has as many offsets a mail as there are columns. */
  words: Uint8Array;
  columnEnds: Uint32Array;
  /** Rows of tables keyed by message: the first cell is the index into `keep`. */
  facts: Record<string, Cell[][]>;
}
