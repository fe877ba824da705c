import { isRewritten, isRobot, nameWords } from '#mail/name';

/** One (name, address) pair, with how many mails it wrote. */
export interface Identity {
  id: number;
  name: string;
  /** Lower case. */
  address: string;
  messages: number;
}

/** Why an identity belongs to its person; `first` begins it. */
export type JoinReason =
  | 'first'
  | 'same address'
  | 'same name and local part'
  | 'same name and domain'
  | 'mailmap'
  | 'people.json'
  | 'rewritten by a list';

export interface Person {
  /** Smallest identity id: stable as identities are added. */
  id: number;
  name: string;
  kind: 'person' | 'robot' | 'role';
  identities: { id: number; reason: JoinReason }[];
}

/** What people said of themselves elsewhere. Addresses are lower case. */
export interface Evidence {
  /** Pairs of addresses that a `.mailmap` or `people.json` says are one person's. */
  joined: { a: string; b: string; reason: 'mailmap' | 'people.json' }[];
  /** Pairs that `people.json` says are not. */
  apart: { a: string; b: string }[];
  /** Addresses of lists; no person's. */
  lists: ReadonlySet<string>;
}

/** A name of the archive is common once each of its words goes with so many different others: `Wei Wang`, not `Rafael Wysocki`. */
const COMMON_PARTNERS = 4;
/** An address that so many unlike names write from is a role's, such as a company's open-source desk. */
const ROLE_NAMES = 3;

/** Mail services that anybody may have an address at: sharing them says nothing. */
const PUBLIC_DOMAINS = new Set(
  'gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.co.in hotmail.com outlook.com live.com msn.com aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.com web.de t-online.de mail.ru yandex.ru yandex.com rambler.ru 163.com 126.com qq.com sina.com foxmail.com protonmail.com proton.me pm.me fastmail.com fastmail.fm free.fr orange.fr laposte.net libero.it naver.com users.sourceforge.net vger.kernel.org lists.infradead.org lists.linux-foundation.org lists.linux.dev'.split(
    ' ',
  ),
);

/**
 * Joins identities into persons, precision before recall: same address; same unusual name with the same local part or domain;
 * what a mailmap or people.json says. A name that is common in the archive joins nothing by itself.
 * A pure function of the set of identities: their order does not matter.
 */
export function joinPeople(given: Identity[], evidence: Evidence): Person[] {
  const identities = [...given].sort((a, b) => a.id - b.id);
  const groups = new Groups(identities, evidence);
  const roles = roleAddresses(identities);
  const ownAddress = (one: Identity) =>
    one.address !== '' && !roles.has(one.address) && !evidence.lists.has(one.address) && !isRewritten(one.name);
  joinBy(groups, identities.filter(ownAddress), (one) => one.address, 'same address');
  const people = identities.filter((one) => !isRobot(one.name, one.address));
  const common = commonWords(people);
  const named = people.filter((one) => ownAddress(one) && isUnusual(nameWords(one.name), common));
  const nameKey = (one: Identity) => nameWords(one.name).join(' ');
  joinBy(groups, named, (one) => `${nameKey(one)}\n${localPart(one.address)}`, 'same name and local part');
  joinBy(
    groups,
    named.filter((one) => !PUBLIC_DOMAINS.has(domainOf(one.address))),
    (one) => `${nameKey(one)}\n${organisation(one.address)}`,
    'same name and domain',
  );
  joinRewritten(groups, people, common, evidence);
  groups.joinAddresses(evidence);
  return groups.people(roles, evidence.lists);
}

/** Union-find over identities that remembers why each was joined and refuses what people.json keeps apart. */
class Groups {
  readonly #parent = new Map<number, number>();
  readonly #reason = new Map<number, JoinReason>();
  readonly #byAddress = new Map<string, Identity[]>();

  constructor(
    private readonly identities: Identity[],
    private readonly evidence: Evidence,
  ) {
    for (const one of identities) {
      this.#byAddress.set(one.address, [...(this.#byAddress.get(one.address) ?? []), one]);
    }
  }

  find(id: number): number {
    let at = id;
    for (let up = this.#parent.get(at); up !== undefined; up = this.#parent.get(at)) at = up;
    return at;
  }

  join(a: Identity, b: Identity, reason: JoinReason): void {
    const [low, high] = [this.find(a.id), this.find(b.id)].sort((x, y) => x - y) as [number, number];
    if (low === high || this.#keptApart(low, high)) return;
    this.#parent.set(high, low);
    this.#reason.set(high, reason);
  }

  joinAddresses({ joined }: Evidence): void {
    for (const { a, b, reason } of joined) {
      const [one, other] = [this.#byAddress.get(a)?.[0], this.#byAddress.get(b)?.[0]];
      if (one && other) this.join(one, other, reason);
    }
  }

  people(roles: Set<string>, lists: ReadonlySet<string>): Person[] {
    const members = new Map<number, Identity[]>();
    for (const one of this.identities) {
      const root = this.find(one.id);
      members.set(root, [...(members.get(root) ?? []), one]);
    }
    return [...members].map(([id, own]) => ({
      id,
      name: bestName(own),
      kind: own.some((one) => isRobot(one.name, one.address))
        ? 'robot'
        : own.every((one) => roles.has(one.address) || lists.has(one.address)) &&
            !own.some((one) => isRewritten(one.name))
          ? 'role'
          : 'person',
      identities: own.map((one) => ({ id: one.id, reason: this.#reason.get(one.id) ?? 'first' })),
    }));
  }

  #keptApart(a: number, b: number): boolean {
    if (!this.evidence.apart.length) return false;
    const roots = (address: string) => (this.#byAddress.get(address) ?? []).map((one) => this.find(one.id));
    return this.evidence.apart.some(
      (pair) =>
        (roots(pair.a).includes(a) && roots(pair.b).includes(b)) ||
        (roots(pair.a).includes(b) && roots(pair.b).includes(a)),
    );
  }
}

function joinBy(groups: Groups, identities: Identity[], key: (one: Identity) => string, reason: JoinReason): void {
  const first = new Map<string, Identity>();
  for (const one of identities) {
    const found = first.get(key(one));
    if (found) groups.join(found, one, reason);
    else first.set(key(one), one);
  }
}

/** A rewritten author is the one person of that unusual name, where the archive knows exactly one. */
function joinRewritten(groups: Groups, people: Identity[], common: ReadonlySet<string>, evidence: Evidence): void {
  const named = new Map<string, Identity[]>();
  for (const one of people) {
    if (isRewritten(one.name) || evidence.lists.has(one.address)) continue;
    const key = nameWords(one.name).join(' ');
    named.set(key, [...(named.get(key) ?? []), one]);
  }
  for (const one of people) {
    const words = nameWords(one.name);
    if (!isRewritten(one.name) || !isUnusual(words, common)) continue;
    const namesakes = named.get(words.join(' ')) ?? [];
    const persons = new Set(namesakes.map((other) => groups.find(other.id)));
    if (persons.size === 1) groups.join(namesakes[0] as Identity, one, 'rewritten by a list');
  }
}

/** Addresses that several unlike names write from. */
function roleAddresses(identities: Identity[]): Set<string> {
  const names = new Map<string, string[][]>();
  for (const { name, address } of identities) {
    const words = nameWords(name);
    const known = names.get(address) ?? [];
    // One word in common is the same bearer: initials, a married name, a middle name.
    if (words.length && !known.some((other) => other.some((word) => words.includes(word)))) known.push(words);
    names.set(address, known);
  }
  return new Set([...names].filter(([, known]) => known.length >= ROLE_NAMES).map(([address]) => address));
}

/** Words that go with many different others in the archive's names: frequent surnames and first names alike. */
function commonWords(identities: Identity[]): Set<string> {
  const partners = new Map<string, Set<string>>();
  for (const { name } of identities) {
    const words = nameWords(name);
    for (const word of words) {
      const known = partners.get(word) ?? new Set();
      for (const other of words) if (other !== word) known.add(other);
      partners.set(word, known);
    }
  }
  return new Set([...partners].filter(([, known]) => known.size >= COMMON_PARTNERS).map(([word]) => word));
}

/** A full name with at least one word that few others bear, and not of two short syllables (Li Wei, Yu Jun). */
function isUnusual(words: string[], common: ReadonlySet<string>): boolean {
  if (words.length < 2) return false;
  const rare = words.filter((word) => !common.has(word));
  return rare.some((word) => word.length >= 4) && words.join('').length >= 8;
}

const localPart = (address: string) => address.slice(0, address.lastIndexOf('@')).replace(/\+.*$/, '');
const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1);

/** `linux.intel.com` and `intel.com` are one organisation; `co.uk` and the like are not. */
function organisation(address: string): string {
  const labels = domainOf(address).split('.');
  const size =
    /^(ac|co|com|edu|gov|net|org|or|ne)$/.test(labels.at(-2) ?? '') && (labels.at(-1)?.length ?? 0) === 2 ? 3 : 2;
  return labels.slice(-size).join('.');
}

/** The name that wrote most mails, among those with a full name where there is one. */
function bestName(own: Identity[]): string {
  const full = own.filter((one) => nameWords(one.name).length > 1 && !isRewritten(one.name));
  const [best] = (full.length ? full : own).toSorted((a, b) => b.messages - a.messages || a.id - b.id);
  return best?.name || best?.address || '';
}
