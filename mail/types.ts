/**
 * The vocabulary: what one mail is once it has been read. Every room speaks in these types;
 * none of them knows of SQLite, Next or where the mail came from.
 * Names follow docs/ARCHITECTURE.md ("Names"); header semantics are RFC 5322 unless another RFC is named.
 */

import type { Checked } from './authenticity';

/** A Message-ID's value without angle brackets (RFC 5322 3.6.4). */
export type MsgId = string;

/** One mailbox of an address header: the decoded display name ('' if none) and the addr-spec as written. */
export interface Address {
  name: string;
  address: string;
}

/** A MIME part that is not the displayed text (RFC 2183). `index` numbers the leaves in document order from 0. */
export interface Attachment {
  index: number;
  /** File name as decoded from RFC 2231 or RFC 2047 forms; null where the part has none. */
  name: string | null;
  /** Lower-case media type, such as `text/x-patch`. */
  type: string;
  /** Decoded size in bytes. */
  size: number;
  /** Decoded text of a textual attachment (patches, logs), cut at a named limit; null for others. */
  text: string | null;
}

/** Why `sentAt` is not what the `Date:` header says; null where it is. */
export type DateNote = 'absent' | 'unreadable' | 'absurd';

/** One mail, parsed. Bad mail yields a poorer Message, never an exception. */
export interface Message {
  /** From `Message-ID:`, or derived from the bytes where there is none (then `msgidDerived`). */
  msgid: MsgId;
  msgidDerived: boolean;
  /** Decoded and unfolded; '' where absent. */
  subject: string;
  /** Who `From:` names first; both fields '' where it names nobody. */
  author: Address;
  to: Address[];
  cc: Address[];
  /** First id of `In-Reply-To:`. */
  inReplyTo: MsgId | null;
  /** What `In-Reply-To:` names without brackets or in an encoded word: the parent if a stored mail bears it (mail/msgid.ts). */
  possibleParent: MsgId | null;
  /** Ids of `References:` then of `In-Reply-To:`, own id and recipients' addresses left out. The last is the parent. */
  references: MsgId[];
  /** Unix seconds, UTC: the `Date:` header, or arrival where `dateNote` says so. */
  sentAt: number;
  /** The author's zone in minutes east of UTC, as the `Date:` header gives it; null where it gives none. */
  sentZone: number | null;
  dateNote: DateNote | null;
  /** Unix seconds, UTC: as the source tells, else the newest `Received:`, else an mbox's `From ` line; null where nothing tells. */
  receivedAt: number | null;
  /** Values inside <> of `List-Id:`, lower case (RFC 2919). */
  listIds: string[];
  /** The text a reader sees: text/plain parts joined, format=flowed undone, LF line ends; else HTML turned to text. */
  text: string;
  textKind: 'plain' | 'html' | 'none';
  attachments: Attachment[];
  /** Content of the headers that identify work across mails; lower-case names, only those present. */
  headers: {
    /** `To:` and `Cc:` decoded but not taken apart: their words, for the index. */
    to?: string;
    cc?: string;
    changeId?: string;
    forPatchId?: string;
    /** `X-Mailer` or `User-Agent`. */
    mailer?: string;
    archivedAt?: string;
    xMailingList?: string;
    supersedes?: string;
  };
  /** What the last mail server that looked found of a signature of the author's domain (mail/authenticity.ts). */
  senderChecked?: Checked;
  /** Length in bytes of the header part of the raw mail, the empty line that ends it included. */
  headerBytes: number;
  /** What was cut or repaired, in words fit for a page ("text cut at 8 MB"); usually empty. */
  notes: string[];
}
