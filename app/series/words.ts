import type { OutcomeLine } from '#db/queries/series';
import { CLAIM_SOURCE, CLAIM_WORDS } from '#patch/kinds';

/** "applied (ras/core), says tip-bot2 for Ada": what a piece of evidence says, and always who sent it. */
export function outcomeWords(outcome: OutcomeLine): string {
  const tree = outcome.tree ? ` (${outcome.tree})` : '';
  const who = outcome.source === CLAIM_SOURCE.commit ? 'a commit' : outcome.author || 'a reply';
  const doubt = outcome.doubted ? ', who is not known to keep a tree' : '';
  return `${CLAIM_WORDS.get(outcome.kind) ?? 'mentioned'}${tree}, says ${who}${doubt}`;
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
