import type { MsgId } from '#mail/types';

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
export const MARK = { rfc: 1, resend: 2, autosel: 4, signed: 8 } as const;

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
} as const;
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
} as const;
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

/** What became of the newest version of a series, as far as mails and commits tell. */
export const STATUS = [
  'posted',
  'under discussion',
  'changes requested',
  'reviewed',
  'in -mm',
  'dropped',
  'partly applied',
  'applied',
  'merged',
  'reverted',
] as const;
export type Status = (typeof STATUS)[number];

/** One patch or cover letter of a revision, with what was said of it. */
export interface PatchState {
  isCover: boolean;
  /** Mails of others that speak of it. */
  replies: number;
  /** Someone other than its author stands for it. */
  isEndorsed: boolean;
  /** Kinds of its outcomes. */
  outcomes: ClaimKind[];
}

/** The analyses that linking needs; ingest/patch provides them, so that db/write depends on no analysis. */
export interface PatchAnalysis {
  linkSeries(facts: PatchFact[]): Revision[];
  resolveClaims(claims: StoredClaim[], facts: PatchFact[], revisionOf: (id: number) => number | null): Outcome[];
  /** As resolveClaims, for claims it found nothing for: `facts` are all patches of the authors of the mails that make them. */
  resolveByAuthor(claims: StoredClaim[], facts: PatchFact[], applied: ReadonlySet<number>): Outcome[];
  statusOf(newest: PatchState[], earlier: PatchState[][]): Status;
}
