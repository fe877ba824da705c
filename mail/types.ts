/**
 * The vocabulary: a mail after it has been read. All other folders use these types,
 * which do not depend on SQLite, Next or where the mail came from.
 * Names follow docs/ARCHITECTURE.md ("Names"); header semantics are RFC 5322 unless another RFC is named.
 */

import type { Checked } from './authenticity';

/** A Message-ID's value without angle brackets (RFC 5322 3.6.4). */
export type MsgId = string;

/** A mailbox in an address header: the decoded display name ('' if none) and the addr-spec as written. */
export interface Address {
  name: string;
  address: string;
}

/** A MIME part that is not the displayed text (RFC 2183). `index` numbers the leaves in document order from 0. */
export interface Attachment {
  index: number;
  /** The file name, decoded (RFC 2231 or RFC 2047); null if the part has none. */
  name: string | null;
  /** Lower-case media type, such as `text/x-patch`. */
  type: string;
  /** Decoded size in bytes. */
  size: number;
  /** The decoded text of a textual attachment (patch, log), cut at a limit; null for others. */
  text: string | null;
}

/** Why `sentAt` differs from the `Date:` header. */
export type DateNote = 'absent' | 'unreadable' | 'absurd';

/** A parsed mail. Bad mail gives a poorer Message, never an exception. */
export interface Message {
  /** From `Message-ID:`, or derived from the bytes if there is none (then `msgidDerived`). */
  msgid: MsgId;
  msgidDerived: boolean;
  /** Decoded and unfolded; '' if absent. */
  subject: string;
  /** The first mailbox in `From:`; both fields are '' if there is none. */
  author: Address;
  to: Address[];
  cc: Address[];
  /** The first id in `In-Reply-To:`. */
  inReplyTo: MsgId | null;
  /** An id in `In-Reply-To:` without brackets or in an encoded word: the parent if a stored mail has it (mail/msgid.ts). */
  possibleParent: MsgId | null;
  /** Ids in `References:`, then in `In-Reply-To:`, without the mail's own id and recipients' addresses. The last is the parent. */
  references: MsgId[];
  /** Unix seconds, UTC: from the `Date:` header, or the arrival if `dateNote` is set. */
  sentAt: number;
  /** The author's zone in minutes east of UTC, from the `Date:` header, or null. */
  sentZone: number | null;
  dateNote: DateNote | null;
  /** Unix seconds, UTC: from the source, else the newest `Received:`, else an mbox's `From ` line; null if unknown. */
  receivedAt: number | null;
  /** Values inside <> of `List-Id:`, lower case (RFC 2919). */
  listIds: string[];
  /** The text a reader sees: text/plain parts joined, format=flowed undone, LF line ends; else HTML turned to text. */
  text: string;
  textKind: 'plain' | 'html' | 'none';
  attachments: Attachment[];
  /** The headers that identify work across mails; lower-case names, only those present. */
  headers: {
    /** `To:` and `Cc:`, decoded but not parsed: their words, for the index. */
    to?: string;
    cc?: string;
    changeId?: string;
    forPatchId?: string;
    xMailingList?: string;
    supersedes?: string;
  };
  /** Whether a mail server found a signature of the author's domain (mail/authenticity.ts). */
  senderChecked?: Checked;
  /** Length of the raw mail's headers in bytes, including the empty line after them. */
  headerBytes: number;
  /** What was cut or repaired, in words for a page ("text cut at 8 MB"); usually empty. */
  notes: string[];
}
