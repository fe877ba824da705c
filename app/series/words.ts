import type { OutcomeLine, RevisionDetail } from '#db/queries/revisions';
import { CLAIM_SOURCE, CLAIM_WORDS } from '#patch/kinds';
import { isKnownRobot, isMachine } from '#patch/robots';
import { maskAddress, nameOf } from '../_ui/format';

/** Who sent a mail. The address is added if the name is a robot's but the address is not known as that robot's. */
export function senderOf(name: string | null, address: string | null): string {
  const isLookalike = address !== null && isMachine(name ?? '', address) && !isKnownRobot(address.toLowerCase());
  return isLookalike ? `${nameOf(name, address)} <${maskAddress(address)}>` : nameOf(name, address);
}

/** "applied (ras/core), says tip-bot2 for Ada": what a piece of evidence says, and who sent it. */
export function outcomeWords(outcome: OutcomeLine): string {
  const tree = outcome.tree ? ` (${outcome.tree})` : '';
  const who = outcome.source === CLAIM_SOURCE.commit ? 'a commit' : senderOf(outcome.author, outcome.address);
  const doubt = outcome.doubted ? ', who is not known to keep a tree' : '';
  return `${CLAIM_WORDS.get(outcome.kind) ?? 'mentioned'}${tree}, says ${who}${doubt}`;
}

/** "v2", "v4a"; "v1 again" where another of that number came before it. */
export function versionName({ id, number, part }: RevisionDetail, all: RevisionDetail[]): string {
  const isAgain = all.some((one) => one.number === number && one.part === part && one.id < id);
  return `v${number}${part}${isAgain ? ' again' : ''}`;
}

/** Why a revision counts as the next version of another. */
export const LINK_WORDS: Record<string, string> = {
  'change-id': 'same change-id',
  link: 'it links to that version',
  reply: 'sent in reply to that version',
  title: 'same author and title',
  content: 'same author, and the same lines changed',
  resend: 'sent again',
  number: 'same author and files, and the next version number',
  replacement: 'one patch of the set, sent again',
};
