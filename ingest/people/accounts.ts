import { groupBy } from '#mail/groups';
import { isRewritten, isRobot, joinedName, nameWords } from '#mail/name';
import { compare, type Identity } from './types';

/** Everything that a sender wrote from an address. Accounts are joined into persons. */
export interface Account {
  address: string;
  kind: 'person' | 'bot' | 'role';
  /** Those with the most mails first. */
  identities: Identity[];
  /** The full names that it really uses, as sorted words. */
  names: string[];
  messages: number;
  first: number;
  /** It has written often enough, and for long enough, that nobody can imitate it with a mail or two. */
  isEstablished: boolean;
  /** A list or a relay replaced the author's address by its own. */
  isRewritten: boolean;
}

const ESTABLISHED_MAILS = 5;
const ESTABLISHED_SECONDS = 7 * 86_400;
/** A name under fewer of an established account's mails is a mistake or a forgery. */
const EARNEST = { share: 0.1, mails: 3 };
/** An address used with this many different full names is shared, such as a company's; each name is a separate person. */
const DESK_NAMES = 3;

/** The accounts of identities, ordered by address, independent of the order of mails. */
export function accountsOf(given: Identity[], lists: ReadonlySet<string>): Account[] {
  const names = fullNames(given);
  const nameOf = (one: Identity) => names.get(one.name) as string;
  const byAddress = groupBy(given, ({ address }) => address);
  const accounts: Account[] = [];
  for (const [address, all] of byAddress) {
    const [robots, own] = split(all, (one) => isRobot(one.name, one.address));
    if (robots.length) accounts.push(account(robots, 'bot', nameOf));
    const [rewritten, people] = split(own, (one) => isRewritten(one.name));
    for (const one of rewritten) accounts.push(account([one], 'person', nameOf));
    for (const group of sendersOf(people, nameOf, lists.has(address)))
      accounts.push(account(group, lists.has(address) || !address ? 'role' : 'person', nameOf));
  }
  return accounts.sort(
    (a, b) => compare(a.address, b.address) || compare(a.identities[0]?.name ?? '', b.identities[0]?.name ?? ''),
  );
}

function split<T>(all: T[], test: (one: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}

function account(own: Identity[], kind: Account['kind'], nameOf: (one: Identity) => string): Account {
  const identities = own.toSorted((a, b) => b.messages - a.messages || compare(a.name, b.name));
  const messages = own.reduce((sum, one) => sum + one.messages, 0);
  const first = own.reduce((least, one) => Math.min(least, one.first), Number.POSITIVE_INFINITY);
  const last = own.reduce((most, one) => Math.max(most, one.last), 0);
  const isEstablished = messages >= ESTABLISHED_MAILS && last - first >= ESTABLISHED_SECONDS;
  const mails = new Map<string, number>();
  for (const one of own) mails.set(nameOf(one), (mails.get(nameOf(one)) ?? 0) + one.messages);
  mails.delete('');
  const names = [...mails].filter(
    ([, count]) => !isEstablished || (count >= EARNEST.mails && count >= messages * EARNEST.share),
  );
  return {
    address: (own[0] as Identity).address,
    kind,
    identities,
    names: names.sort((a, b) => b[1] - a[1] || compare(a[0], b[0])).map(([name]) => name),
    messages,
    first,
    isEstablished,
    isRewritten: own.some((one) => isRewritten(one.name)),
  };
}

/** One group, except for a shared address, where each full name is a separate person. A single mail cannot make an address shared. */
function sendersOf(own: Identity[], nameOf: (one: Identity) => string, isList: boolean): Identity[][] {
  if (!own.length) return [];
  const unlike: string[][] = [];
  for (const one of own.filter(({ messages }) => messages > 1)) {
    const words = nameOf(one).split(' ');
    if (words.length > 1 && !unlike.some((other) => isAlike(other, words))) unlike.push(words);
  }
  if (!isList && own[0]?.address && unlike.length < DESK_NAMES) return [own];
  return [...groupBy(own, (one) => nameOf(one) || one.name).values()];
}

/** Whether two names may be the same person's: a common word (initials, a married name, a middle name), or the beginning of one. */
function isAlike(a: string[], b: string[]): boolean {
  const begins = (word: string, other: string) => other.length > 2 && word.startsWith(other);
  return a.some((word) => b.some((other) => word === other || begins(word, other) || begins(other, word)));
}

/**
 * The full name of each name, as sorted words; '' for a nickname. A name written as one word (`zhangsanfeng`) is looked up among names
 * of two words. Each name is split only once: with 76,000 identities that took half of the time.
 */
export function fullNames(given: Identity[]): Map<string, string> {
  const words = new Map<string, string[]>();
  for (const { name } of given) if (!words.has(name)) words.set(name, nameWords(name));
  const joined = new Map<string, string>();
  for (const two of words.values()) {
    if (two.length !== 2) continue;
    const [a, b] = two as [string, string];
    const full = `${a} ${b}`;
    // If there are two ways to split it, take the one that sorts first, whichever came first.
    for (const one of [a + b, b + a]) if (full < (joined.get(one) ?? '\uffff')) joined.set(one, full);
  }
  const full = new Map<string, string>();
  for (const [name, own] of words)
    full.set(name, own.length > 1 ? own.join(' ') : (joined.get(joinedName(name)) ?? ''));
  return full;
}

/** Identities with the same full name at several addresses, whose mails may prove that they are one person. */
export function namesakes(given: Identity[]): Identity[][] {
  const names = fullNames(given);
  const named = groupBy(given, ({ name }) => names.get(name) as string);
  named.delete('');
  return [...named.values()].filter((all) => all.length > 1 && new Set(all.map(({ address }) => address)).size > 1);
}
