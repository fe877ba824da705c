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
  [CLAIM.changesRequested, 'changes requested'],
  [CLAIM.rejected, 'refused'],
  [CLAIM.reverted, 'a revert'],
  [CLAIM.dropped, 'dropped'],
  [CLAIM.superseded, 'superseded'],
  [CLAIM.withdrawn, 'to be ignored'],
]);

/** "applied (ras/core), says tip-bot2 for Ada": what a piece of evidence says, and always who sent it. */
export function outcomeWords(outcome: OutcomeLine): string {
  const tree = outcome.tree ? ` (${outcome.tree})` : '';
  const who = outcome.source === CLAIM_SOURCE.commit ? 'a commit' : outcome.author || 'a reply';
  const doubt = outcome.doubted ? ', who is not known to keep a tree' : '';
  return `${SAID.get(outcome.kind) ?? 'mentioned'}${tree}, says ${who}${doubt}`;
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
