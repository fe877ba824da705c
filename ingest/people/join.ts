import { addTo } from '#mail/groups';
import { foldName, relayedAddress } from '#mail/name';
import { type Account, accountsOf } from './accounts';
import { Groups } from './groups';
import { type Likeness, Likenesses } from './likeness';
import { bestName, type Kept, slugsOf } from './naming';
import { Rarity } from './rarity';
import type { Evidence, Identity, Perhaps, Person } from './types';

/** The number of namesakes on a person's page. */
const MAX_PERHAPS = 8;

/**
 * Joins identities into persons, preferring precision to recall (docs/decisions/0048). An address belongs to one sender. Two established
 * senders with the same full name are one person if they sign for each other, write in the same threads, or have a rare name and
 * similar addresses. A newcomer joins at most one of them, so that no single mail can join two people.
 * A pure function of the set of identities: neither their order nor their ids matter. Some of them give the same persons as all do if
 * they are complete (keys.ts) and `known` says how rare names are, and which slugs are kept.
 */
export function joinPeople(given: Identity[], evidence: Evidence, known?: { rarity: Rarity; kept: Kept }): Person[] {
  const accounts = accountsOf(given, evidence.lists);
  const groups = new Groups(accounts, evidence.apart);
  const people = accounts.filter(hasOwnName);
  const rarity = known?.rarity ?? Rarity.of(ownNames(people));
  const named = byName(people);
  const likenesses = new Likenesses(evidence);
  joinEstablished(groups, named, rarity, likenesses);
  joinNewcomers(groups, people, named, rarity, likenesses);
  joinRewritten(groups, accounts, named, rarity);
  joinRobots(groups, accounts);
  for (const { a, b, reason } of evidence.joined) {
    const [one, other] = [groups.at(a)[0], groups.at(b)[0]];
    if (one && other) groups.join(one, other, reason);
  }
  return personsOf(groups, known?.kept);
}

const hasOwnName = (one: Account) => one.kind === 'person' && !one.isRewritten;

/** The full names in which words are counted: those that persons gave themselves. */
export const ownNames = (accounts: Account[]) => new Set(accounts.filter(hasOwnName).flatMap(({ names }) => names));

/** More accounts than this with the same name are a spammer's; only those with the most mails are compared. */
const MAX_NAMESAKES = 200;

/** The accounts for each full name, those with the most mails first. */
function byName(people: Account[]): Map<string, Account[]> {
  const named = new Map<string, Account[]>();
  for (const account of people.toSorted((a, b) => b.messages - a.messages))
    for (const name of account.names) {
      const known = named.get(name);
      if (known && known.length < MAX_NAMESAKES) known.push(account);
      else if (!known) named.set(name, [account]);
    }
  return named;
}

function joinEstablished(groups: Groups, named: Map<string, Account[]>, rarity: Rarity, likenesses: Likenesses): void {
  for (const [name, all] of named) {
    const established = all.filter((one) => one.isEstablished);
    for (const [n, a] of established.entries())
      for (const b of established.slice(n + 1)) {
        const like = likenesses.of(a, b, rarity.isRare(name), true);
        if (like) groups.join(a, b, like.reason);
      }
  }
}

/** Joins each newcomer, those with the most mails first, to the most similar person. */
function joinNewcomers(
  groups: Groups,
  people: Account[],
  named: Map<string, Account[]>,
  rarity: Rarity,
  likenesses: Likenesses,
): void {
  const newcomers = people.filter((one) => !one.isEstablished).sort((a, b) => b.messages - a.messages);
  for (const one of newcomers) {
    let best: { other: Account; like: Likeness; mails: number } | null = null;
    for (const name of one.names)
      for (const other of named.get(name) ?? []) {
        if (groups.find(other) === groups.find(one)) continue;
        if (groups.isEstablished(one) && groups.isEstablished(other)) continue;
        const like = likenesses.of(one, other, rarity.isRare(name), false);
        const mails = groups.mails(other);
        if (
          like &&
          (!best || like.weight > best.like.weight || (like.weight === best.like.weight && mails > best.mails))
        )
          best = { other, like, mails };
      }
    if (best) groups.join(best.other, one, best.like.reason);
  }
}

/** A rewritten author is the person with the address that the relay names, else the only person with that name if it is rare. */
function joinRewritten(groups: Groups, accounts: Account[], named: Map<string, Account[]>, rarity: Rarity): void {
  const relayed = new Map<string, Account>();
  for (const one of accounts)
    if (one.kind === 'person' && !one.isRewritten) relayed.set(one.address.replace('@', '.'), one);
  for (const one of accounts.filter((account) => account.isRewritten)) {
    const namedBy = relayed.get(relayedAddress(one.address) ?? '');
    if (namedBy) groups.join(namedBy, one, 'the address that a relay names');
    else {
      const [name = ''] = one.names;
      const namesakes = named.get(name) ?? [];
      const persons = new Set(namesakes.map((other) => groups.find(other)));
      if (persons.size === 1 && rarity.isRare(name)) groups.join(namesakes[0] as Account, one, 'rewritten by a list');
    }
  }
}

/** A program writes from many addresses under one name. It is not a person, so forgeries do no harm. */
function joinRobots(groups: Groups, accounts: Account[]): void {
  const first = new Map<string, Account>();
  for (const one of accounts.filter(({ kind }) => kind === 'bot'))
    for (const name of new Set(one.identities.map((identity) => foldName(identity.name).trim()))) {
      const known = first.get(name);
      if (!name) continue;
      if (known) groups.join(known, one, 'a program of the same name');
      else first.set(name, one);
    }
}

function personsOf(groups: Groups, kept?: Kept): Person[] {
  const all = groups.all();
  const accounts = all.map((members) => members.map(({ account }) => account));
  const slugs = slugsOf(accounts, kept);
  const perhaps = perhapsOf(accounts, slugs);
  return all.map((members, n) => {
    const main = members.map(({ account }) => account).toSorted((a, b) => b.messages - a.messages)[0] as Account;
    return {
      slug: slugs[n] as string,
      name: bestName(members.flatMap(({ account }) => account.identities)),
      kind: members.some(({ account }) => account.kind === 'person') ? 'person' : main.kind,
      identities: members.flatMap(({ account, reason }) =>
        account.identities.map(({ id }, m) => ({ id, reason: m === 0 ? reason : ('same address' as const) })),
      ),
      perhaps: perhaps[n] as Perhaps[],
    };
  });
}

/** Persons with the same full name without evidence that they are one, those with the most mails first. */
function perhapsOf(all: Account[][], slugs: string[]): Perhaps[][] {
  const mails = all.map((accounts) => accounts.reduce((sum, one) => sum + one.messages, 0));
  const bearers = new Map<string, number[]>();
  for (const [n, accounts] of all.entries())
    if (accounts.some(({ kind }) => kind === 'person'))
      for (const name of new Set(accounts.flatMap(({ names }) => names))) addTo(bearers, name, n);
  const found = all.map(() => new Set<number>());
  for (const persons of bearers.values())
    for (const one of persons.length > MAX_NAMESAKES ? [] : persons)
      for (const other of persons) if (other !== one) found[one]?.add(other);
  return found.map((others) =>
    [...others]
      .sort((a, b) => (mails[b] as number) - (mails[a] as number) || a - b)
      .slice(0, MAX_PERHAPS)
      .map((other) => ({ slug: slugs[other] as string, reason: 'the same full name' })),
  );
}
