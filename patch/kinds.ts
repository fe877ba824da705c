import type { Address, MsgId } from '#mail/types';
import type { StateName } from './state';

/** `patch.kind`: what a mail is to the history of patches. */
export const PATCH_KIND = {
  /** Carries a patch that is proposed. */
  patch: 1,
  /** The 0/n mail. */
  cover: 2,
  /** A pull request. */
  pull: 3,
  /** A bot says that a patch entered the tip tree; it carries the patch as it was applied. */
  tip: 4,
  /** A copy for, or in, a stable tree. */
  stable: 5,
  /** A reply that carries a diff: a suggestion. */
  reply: 6,
  /** Says that a patch entered or left the -mm tree; it may carry it. */
  mm: 7,
  /** A script says what became of a patch, and quotes it: `patch "..." added to ...`. */
  notice: 8,
} as const;
export type PatchKind = (typeof PATCH_KIND)[keyof typeof PATCH_KIND];

/** Bits of `patch.marks`. */
export const MARK = { rfc: 1, resend: 2, autosel: 4, signed: 8, copy: 16 } as const;

/** What linking knows of one mail that carries a patch or is a cover letter. */
export interface PatchFact {
  /** message.id: ascending is by time. */
  id: number;
  msgid: MsgId;
  /** Unix seconds. */
  sentAt: number;
  thread: number;
  /** Ids it answers to, the nearest last. */
  refs: MsgId[];
  /** patch/fingerprint.ts textKey of the author's name, or of the address where there is no name. */
  authorKey: number;
  /** The same of the sender's address; 0 where a list or relay sends for many ("X via list"). */
  addressKey: number;
  kind: PatchKind;
  revision: number;
  revisionPart: string;
  position: number | null;
  total: number | null;
  marks: number;
  stable: string | null;
  title: string;
  titleKey: number;
  /** 40 hex digits. */
  patchId: string | null;
  /** patch/fingerprint.ts fingerprint. */
  print: ArrayLike<number>;
  /** Numbers that name the changed files, ascending. */
  files: number[];
  changeId: string | null;
  /** Ids that the mail itself names as earlier versions. */
  earlier: MsgId[];
}

/** How a revision was joined to the one before it; the words stand on the page as the reason. */
export type LinkKind = 'change-id' | 'link' | 'reply' | 'title' | 'content' | 'resend' | 'replacement' | 'number';

/** One posting of a series. `members` are message ids, the cover letter first, then by position. */
export interface Revision {
  id: number;
  series: number;
  number: number;
  part: string;
  isResend: boolean;
  cover: number | null;
  total: number | null;
  members: number[];
  /** The revision that this one follows, and why. */
  previous: number | null;
  link: LinkKind | null;
  /** 0 to 1: how alike the patches are to those of `previous`. */
  likeness: number;
}

/** `claim.kind`: what a mail says became of a patch. */
export const CLAIM = {
  applied: 1,
  merged: 2,
  /** A copy in a stable tree names the commit upstream. */
  upstream: 3,
  stable: 4,
  mmAdded: 5,
  mmDropped: 6,
  mmMerged: 7,
  changesRequested: 8,
  rejected: 9,
  reverted: 10,
  dropped: 11,
  queued: 12,
  superseded: 13,
  /** The author takes it back. */
  withdrawn: 14,
  /** The author promises a change to whoever wrote the mail answered to. */
  gaveIn: 15,
  /** Somebody is content now. */
  content: 16,
} as const;
/** Claims by which a patch was taken; of these, those by which it is in mainline or a release. */
export const TAKEN: readonly number[] = [
  CLAIM.applied,
  CLAIM.queued,
  CLAIM.merged,
  CLAIM.mmAdded,
  CLAIM.mmMerged,
  CLAIM.upstream,
  CLAIM.stable,
];
export const MERGED: readonly number[] = [CLAIM.merged, CLAIM.mmMerged, CLAIM.upstream, CLAIM.stable];
/** What pages and mails call them. */
export const CLAIM_WORDS = new Map<number, string>([
  [CLAIM.applied, 'applied'],
  [CLAIM.queued, 'queued'],
  [CLAIM.merged, 'merged'],
  [CLAIM.upstream, 'upstream, copied to stable'],
  [CLAIM.stable, 'in stable'],
  [CLAIM.mmAdded, 'in -mm'],
  [CLAIM.mmDropped, 'left -mm'],
  [CLAIM.mmMerged, 'left -mm, merged'],
  [CLAIM.changesRequested, 'changes requested'],
  [CLAIM.rejected, 'refused'],
  [CLAIM.reverted, 'a revert'],
  [CLAIM.dropped, 'dropped'],
  [CLAIM.superseded, 'superseded'],
  [CLAIM.withdrawn, 'to be ignored'],
]);
export type ClaimKind = (typeof CLAIM)[keyof typeof CLAIM];

/** `claim.source`: who speaks, for the page and for weighing. */
export const CLAIM_SOURCE = {
  words: 1,
  b4: 2,
  patchwork: 3,
  tip: 4,
  prTracker: 5,
  stable: 6,
  mm: 7,
  commit: 8,
  revert: 9,
  trailer: 10,
  /** Words that count only from somebody known to keep a tree: "I took this", "will queue it". */
  report: 11,
  /** A notice in the form of a tree's robot, from an address that is none. */
  notice: 12,
} as const;
/** By which a person is seen to keep a tree: their plain words, a b4 mail, notices. Two mails of them are taken for proof. */
export const KEEPING: readonly number[] = [CLAIM_SOURCE.words, CLAIM_SOURCE.b4, CLAIM_SOURCE.notice];
/** Mails of them that prove it. */
export const KEEPER_MAILS = 2;
/** Claims about the patch answered to; others may be about one of the same change. */
export const SPOKEN: readonly number[] = [
  CLAIM_SOURCE.words,
  CLAIM_SOURCE.report,
  CLAIM_SOURCE.trailer,
  CLAIM_SOURCE.prTracker,
];
export type ClaimSource = (typeof CLAIM_SOURCE)[keyof typeof CLAIM_SOURCE];

/** One statement of a mail on what became of a patch. What it is about: `msgid`, else `title`, else the mail it answers to. */
export interface Claim {
  kind: ClaimKind;
  source: ClaimSource;
  msgid: MsgId | null;
  title: string | null;
  /** 12 to 40 hex digits of a commit. */
  oid: string | null;
  /** Tree or branch as the mail names it. */
  tree: string | null;
  /** Line of the body on which it stands. */
  line: number;
}

/** A claim as stored, with the patch or cover letter that its mail speaks of. */
export interface StoredClaim {
  evidence: number;
  line: number;
  kind: ClaimKind;
  source: ClaimSource;
  msgid: string | null;
  title: string | null;
  titleKey: number | null;
  oid: string | null;
  tree: string | null;
  /** message.id of the patch or cover letter that the mail answers to (patch_reply). */
  parent: number | null;
  /** The mail answers `parent` itself, not another answer to it. */
  isDirect: boolean;
  /** message.id of the mail, where it carries the patch itself (tip, stable): compared by content. */
  self: PatchFact | null;
}

/** A patch and what was decided of it. `how` says what joined evidence and patch. */
export interface Outcome {
  patch: number;
  evidence: number;
  line: number;
  kind: ClaimKind;
  source: ClaimSource;
  how: 'link' | 'reply' | 'title' | 'title and change' | 'patch id';
  oid: string;
  tree: string | null;
}

/** Found once quotations are resolved: what a promise quotes is what was asked. */
export const LINE_UNKNOWN = -1;

/** One thing said of a patch, by whom. */
export interface Word {
  kind: ClaimKind;
  source: ClaimSource;
  /** message.id; 0 for a commit. */
  evidence: number;
  line: number;
  by: Address | null;
  oid: string;
  /** For `gaveIn`: the mail that it answers, and the line there that asks; LINE_UNKNOWN where no sentence was read as a request. */
  asked: { id: number; line: number; by: Address } | null;
  /** For `reverted`: the reverting patch is of another series and was taken. */
  isRevertTaken: boolean;
}

/** Mails of one author that speak of a patch. */
export interface Answer {
  by: Address;
  mails: number;
  last: number;
}

/** A trailer of a patch, or of a reply to it. */
export interface Endorsement {
  evidence: number;
  /** Who is named, and who sent the mail. */
  by: Address;
  sender: Address;
  isReview: boolean;
}

/** One patch or cover letter of a revision, with all that was said of it. */
export interface PatchState {
  id: number;
  author: Address;
  /** identity.id */
  authorId: number;
  /** The subject, brackets included. */
  title: string;
  isCover: boolean;
  position: number | null;
  changeId: string | null;
  stable: string | null;
  addressee: string | null;
  marks: number;
  answers: Answer[];
  endorsements: Endorsement[];
  words: Word[];
}

/** A revision with its patches, the cover letter first. */
export interface RevisionState {
  id: number;
  number: number;
  part: string | null;
  isResend: boolean;
  patches: PatchState[];
}

/** What a series row needs: the judged state and its proof. */
export interface Verdict {
  status: StateName;
  /** The mail that proves it and the line; null where no single mail does. */
  proof: { id: number; line: number } | null;
}

/** Somebody's no or request, and whether a newer version or a later word answered it. */
export interface Objection {
  id: number;
  line: number;
  isAnswered: boolean;
}
