import type { OutcomeLine } from '#db/queries/series';
import { CLAIM, CLAIM_SOURCE } from '#patch/kinds';

const SAID = new Map<number, string>([
  [CLAIM.applied, 'applied'],
  [CLAIM.queued, 'queued'],
  [CLAIM.merged, 'merged'],
  [CLAIM.upstream, 'upstream, copied to stable'],
  [CLAIM.stable, 'in stable'],
  [CLAIM.mmAdded, 'in -mm'],
  [CLAIM.mmDropped, 'left -mm'],
  [CLAIM.mmMerged, 'left -mm, merged'],
  [CLAIM.changesRequested, 'changes wanted'],
  [CLAIM.rejected, 'refused'],
  [CLAIM.reverted, 'reverted'],
  [CLAIM.dropped, 'dropped'],
  [CLAIM.superseded, 'superseded'],
]);

const WHO = new Map<number, string>([
  [CLAIM_SOURCE.b4, 'a b4 thank-you mail'],
  [CLAIM_SOURCE.patchwork, 'patchwork-bot'],
  [CLAIM_SOURCE.tip, 'tip-bot'],
  [CLAIM_SOURCE.prTracker, 'pr-tracker-bot'],
  [CLAIM_SOURCE.stable, 'a copy for stable'],
  [CLAIM_SOURCE.mm, 'mm-commits'],
  [CLAIM_SOURCE.commit, 'a commit'],
]);

/** "applied to ras/core, says tip-bot": what a piece of evidence tells, in words. */
export function outcomeWords(outcome: OutcomeLine): string {
  const tree = outcome.tree ? ` (${outcome.tree})` : '';
  const who = WHO.get(outcome.source) ?? outcome.author ?? 'a reply';
  return `${SAID.get(outcome.kind) ?? 'mentioned'}${tree}, says ${who}`;
}

/** Why a revision is taken for a version of the one before. */
export const LINK_WORDS: Record<string, string> = {
  'change-id': 'same change-id',
  link: 'it links the version before',
  reply: 'sent in reply to the version before',
  title: 'same author and title',
  content: 'same author, and the same lines changed',
  resend: 'sent again',
  number: 'same author and files, and the next number',
  replacement: 'one patch of the set, sent again',
};
