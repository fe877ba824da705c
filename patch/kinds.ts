import type { Address, MsgId } from '#mail/types';
import type { StateName } from './state';

/** `patch.kind`: the role of a mail in the history of patches. */
export const PATCH_KIND = {
  /** Proposes a patch. */
  patch: 1,
  /** The 0/n mail. */
  cover: 2,
  /** A pull request. */
  pull: 3,
  /** A bot reports that a patch entered the tip tree, with the patch as applied. */
  tip: 4,
  /** A copy for, or in, a stable tree. */
  stable: 5,
  /** A reply with a diff: a suggestion. */
  reply: 6,
  /** Reports that a patch entered or left the -mm tree; may contain the patch. */
  mm: 7,
  /** A script reports what happened to a patch, and quotes it: `patch "..." added to ...`. */
  notice: 8,
} as const;
/** Kinds of mails that belong to series. */
export const IN_SERIES: readonly number[] = [PATCH_KIND.patch, PATCH_KIND.cover, PATCH_KIND.stable];
export type PatchKind = (typeof PATCH_KIND)[keyof typeof PATCH_KIND];

/** Bits of `patch.marks`. */
export const MARK = { rfc: 1, resend: 2, autosel: 4, signed: 8, copy: 16 } as const;

/** The data for linking a mail with a patch, or a cover letter. */
export interface PatchFact {
  /** message.id; ascending by time. */
  id: number;
  msgid: MsgId;
  /** Unix seconds. */
  sentAt: number;
  thread: number;
  /** Ids of the mails that it answers, the nearest last. */
  refs: MsgId[];
  /** textKey (patch/fingerprint.ts) of the author's name, or of the address if there is no name. */
  authorKey: number;
  /** The same for the sender's address; 0 if a list or relay sends for many people ("X via list"). */
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
  /** From fingerprint in patch/fingerprint.ts. */
  print: ArrayLike<number>;
  /** Ids of the changed files, ascending. */
  files: number[];
  changeId: string | null;
  /** Ids that the mail names as its earlier versions. */
  earlier: MsgId[];
}

/** How a revision was linked to the one before it; pages show these words as the reason. */
export type LinkKind = 'change-id' | 'link' | 'reply' | 'title' | 'content' | 'resend' | 'replacement' | 'number';

/** A posted version of a series. `members` are message ids, the cover letter first, then by position. */
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
  /** 0 to 1: how similar the patches are to those of `previous`. */
  likeness: number;
}

/** `claim.kind`: what a mail says happened to a patch. */
export const CLAIM = {
  applied: 1,
  merged: 2,
  /** A copy in a stable tree names the upstream commit. */
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
  /** The author withdraws it. */
  withdrawn: 14,
  /** The author promises a change to the author of the mail that is answered. */
  gaveIn: 15,
  /** A reviewer is satisfied now. */
  content: 16,
} as const;
/** Claims that a patch was taken; below, those that it is in mainline or a release. */
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
/** Their names on pages and in mails. */
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

/** `claim.source`: who makes the claim, for pages and for weighing. */
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
  /** A notice in the form of a tree's robot, from an address that is not a robot's. */
  notice: 12,
} as const;
/** Evidence that a person keeps a tree: their plain words, a b4 mail, notices. Two such mails count as proof. */
export const KEEPING: readonly number[] = [CLAIM_SOURCE.words, CLAIM_SOURCE.b4, CLAIM_SOURCE.notice];
/** How many mails prove it. */
export const KEEPER_MAILS = 2;
/** Claims about the patch that the mail answers; other claims may be about another patch with the same change. */
export const SPOKEN: readonly number[] = [
  CLAIM_SOURCE.words,
  CLAIM_SOURCE.report,
  CLAIM_SOURCE.trailer,
  CLAIM_SOURCE.prTracker,
];
export type ClaimSource = (typeof CLAIM_SOURCE)[keyof typeof CLAIM_SOURCE];

/** A statement in a mail about what happened to a patch. It is about `msgid`, else `title`, else the mail that it answers. */
export interface Claim {
  kind: ClaimKind;
  source: ClaimSource;
  msgid: MsgId | null;
  title: string | null;
  /** A commit, 12 to 40 hex digits. */
  oid: string | null;
  /** The tree or branch, as named in the mail. */
  tree: string | null;
  /** Its line in the body. */
  line: number;
}

/** A stored claim, with the patch or cover letter that its mail is about. */
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
  /** The mail answers `parent` directly, not another answer to it. */
  isDirect: boolean;
  /** The mail itself, if it contains the patch (tip, stable): compared by content. */
  self: PatchFact | null;
}

/** What was decided about a patch. `how` says how the evidence was matched to the patch. */
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

/** Set when quotations are resolved: a promise quotes the request that it answers. */
export const LINE_UNKNOWN = -1;

/** A statement about a patch, and who made it. */
export interface Word {
  kind: ClaimKind;
  source: ClaimSource;
  /** message.id; 0 for a commit. */
  evidence: number;
  line: number;
  by: Address | null;
  oid: string;
  /** For `gaveIn`: the mail that it answers, and the line of the request there; LINE_UNKNOWN if no sentence was read as a request. */
  asked: { id: number; line: number; by: Address } | null;
  /** For `reverted`: the reverting patch belongs to another series and was taken. */
  isRevertTaken: boolean;
}

/** An author's mails about a patch. */
export interface Answer {
  by: Address;
  mails: number;
  last: number;
}

/** A trailer in a patch, or in a reply to it. */
export interface Endorsement {
  evidence: number;
  /** The person named, and the sender of the mail. */
  by: Address;
  sender: Address;
  isReview: boolean;
}

/** A patch or cover letter of a revision, with everything that was said about it. */
export interface PatchState {
  id: number;
  author: Address;
  /** identity.id */
  authorId: number;
  /** The subject, including brackets. */
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

/** The state of a series, and its proof. */
export interface Verdict {
  status: StateName;
  /** The mail and line that prove it; null if no single mail does. */
  proof: { id: number; line: number } | null;
}

/** A refusal or request, and whether a newer version or a later statement answered it. */
export interface Objection {
  id: number;
  line: number;
  isAnswered: boolean;
}
