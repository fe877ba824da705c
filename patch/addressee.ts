import type { Address, Message } from '#mail/types';
import { isMachine } from './robots';

/** Domains of lists, and the words with which get_maintainer.pl or a mailer marks a list. */
const LIST_DOMAIN =
  /^(?:vger\.kernel\.org|lists?\d*[.-].*|.*\.lists?\..*|googlegroups\.com|.*\.googlegroups\.com|groups\.io|kvack\.org)$/i;
const LIST_NAME = /\b(?:open|moderated|subscriber|mailing)[ -]list\b|^(?:maintainer|list|supporter):/i;
/** Addresses that several people read, unless they come with a name of two words. */
const SHARED =
  /^(?:linux-[\w.-]+|git|x86|stable|devicetree|netdev|patches|security|kexec|maintainers?|.*[-.+](?:devel|dev|list|users|discuss|announce|kernel|patches|commits|maintainers?|team|bugs?)|kernel(?:-team)?|lkml)$/i;

/** The person to whom a patch is sent: the first in To:, else in Cc:, who is not its author, a robot or a list. */
export function addresseeOf({ author, to, cc, listIds }: Message): Address | null {
  const own = author.address.toLowerCase();
  const lists = new Set(listIds.map((id) => id.toLowerCase()));
  const isPerson = ({ name, address }: Address) => {
    const lower = address.toLowerCase();
    const [local = '', domain = ''] = lower.split('@');
    if (domain === '' || lower === own || isMachine(name, lower)) return false;
    if (LIST_DOMAIN.test(domain) || LIST_NAME.test(name) || lists.has(lower.replace('@', '.'))) return false;
    return /\S\s+\S/.test(name.trim()) || !SHARED.test(local);
  };
  return [...to, ...cc].find(isPerson) ?? null;
}
