import { textKey } from '#patch/fingerprint';
import { patchIds } from '#patch/patchid';
import { titleKey } from '#patch/subject';
import { msgidOfLink } from './claims';
import { authorKey } from './facts';

/** Longer lines of a commit's message are not examined. */
const LINE = 1000;

/** A commit with the keys by which its patch may be found. */
export interface CommitKeys {
  oid: string;
  authorKey: number;
  titleKey: number;
  authoredAt: number;
  committedAt: number;
  /** Message-IDs in its `Link:` lines. */
  msgids: string[];
  /** The commit that it reverts, 40 hex digits. */
  reverts: string | null;
  patchId: string | null;
}

/** The keys of a commit; its patch_id is computed from the diff (`diffPatchId`). */
export function commitKeys(commit: {
  oid: string;
  authorName: string;
  authorAddress: string;
  authoredAt: number;
  committedAt: number;
  subject: string;
  body: string;
}): CommitKeys {
  const links = commit.body.split('\n').flatMap((line) => {
    const value = /^\s*(?:Link|Closes|Lore|Patchwork-link|Message-I[dD]):\s*(.+)$/.exec(line.slice(0, LINE))?.[1];
    if (value === undefined) return [];
    const named = /^<?([^\s<>/]+@[^\s<>/]+)>?$/.exec(value.trim())?.[1] ?? msgidOfLink(value.trim());
    return named ? [named] : [];
  });
  return {
    oid: commit.oid,
    authorKey: authorKey(commit.authorName, commit.authorAddress),
    titleKey: textKey(titleKey(commit.subject)),
    authoredAt: commit.authoredAt,
    committedAt: commit.committedAt,
    msgids: [...new Set(links)],
    reverts: /^This reverts commit ([0-9a-f]{12,40})/m.exec(commit.body)?.[1] ?? null,
    patchId: null,
  };
}

/** The `git patch-id --stable` of a commit's diff. */
export function diffPatchId(diff: string): string | null {
  return patchIds(diff)[0] ?? null;
}

/** A patch that a commit may come from. */
export interface CommitCandidate {
  id: number;
  msgid: string;
  sentAt: number;
  isCover: boolean;
  authorKey: number;
  titleKey: number;
  patchId: string | null;
}

export type CommitMatch = { oid: string; patch: number; how: 'link' | 'patch id' | 'author, subject and date' };

/** A commit's author date is the Date of its mail, up to this many seconds in hand-made mails. */
const SAME_DATE = 2;
/** Without an equal date, a single patch with that author and title counts if it was posted at most half a year before the commit. */
const REACH = 183 * 86400;

/**
 * The patch from which a commit was made, among `candidates` (those that share a key with it): the patch that its Link names, else one
 * with its patch_id, else one with its author and subject, by date. Null if in doubt.
 */
export function matchCommit(commit: CommitKeys, candidates: CommitCandidate[]): CommitMatch | null {
  const found = (patch: CommitCandidate | undefined, how: CommitMatch['how']) =>
    patch ? { oid: commit.oid, patch: patch.id, how } : null;
  const linked = candidates.filter((one) => commit.msgids.includes(one.msgid));
  // A Link may also lead to a discussion or a report, so something else must match too.
  const patches = linked.filter((one) => !one.isCover);
  const named =
    patches.find((one) => one.titleKey === commit.titleKey) ??
    patches.find(
      (one) => one.authorKey === commit.authorKey || (one.patchId !== null && one.patchId === commit.patchId),
    );
  if (named) return found(named, 'link');
  const before = candidates.filter((one) => !one.isCover && one.sentAt <= commit.committedAt + 86400);
  const sameChange = before.filter((one) => commit.patchId !== null && one.patchId === commit.patchId);
  if (sameChange.length > 0) return found(nearest(sameChange, commit), 'patch id');
  const sameWork = before.filter((one) => one.authorKey === commit.authorKey && one.titleKey === commit.titleKey);
  const sameDate = sameWork.filter((one) => Math.abs(one.sentAt - commit.authoredAt) <= SAME_DATE);
  if (sameDate.length > 0) return found(nearest(sameDate, commit), 'author, subject and date');
  const recent = sameWork.filter((one) => commit.committedAt - one.sentAt < REACH);
  return found(nearest(recent, commit), 'author, subject and date');
}

/** Of a patch that was posted several times: the one with the commit's date, else the newest before it. */
function nearest(patches: CommitCandidate[], commit: CommitKeys): CommitCandidate | undefined {
  const dated = patches.find((one) => Math.abs(one.sentAt - commit.authoredAt) <= SAME_DATE);
  return (
    dated ??
    patches.reduce<CommitCandidate | undefined>((best, one) => (!best || one.id > best.id ? one : best), undefined)
  );
}
