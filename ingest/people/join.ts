import { foldName, isRewritten, isRobot, localFits, nameWords } from '#mail/name';

/** One (name, address) pair, with how many mails it wrote. */
export interface Identity {
  id: number;
  name: string;
  /** Lower case. */
  address: string;
  messages: number;
  /** message.id of its first mail: an id is a time. */
  first: number;
}

/** Why an identity belongs to its person; `first` begins it. */
export type JoinReason =
  | 'first'
  | 'same address'
  | 'same name and local part'
  | 'same name and organisation'
  | 'same name, and both addresses are made of it'
  | 'mailmap'
  | 'people.json'
  | 'rewritten by a list';

export interface Person {
  /** Stands in addresses: of the name; who came later under a name that is taken has a mark of his address behind it. */
  slug: string;
  name: string;
  kind: 'person' | 'bot' | 'role';
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

/** A word of names is common once it goes with so many different others: `Wei` and `Wang`, not `Wysocki`. */
const COMMON_PARTNERS = 4;
/** An address that so many unlike names write from is a role's, such as a company's open-source desk. */
const ROLE_NAMES = 3;

/** Mail services that anybody may have an address at: sharing them says nothing. */
const PUBLIC_DOMAINS = new Set(
  'gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.co.in hotmail.com outlook.com live.com msn.com aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.com web.de t-online.de mail.ru yandex.ru yandex.com rambler.ru 163.com 126.com qq.com sina.com foxmail.com protonmail.com proton.me pm.me fastmail.com fastmail.fm free.fr orange.fr laposte.net libero.it naver.com users.sourceforge.net vger.kernel.org lists.infradead.org lists.linux-foundation.org lists.linux.dev kernel.org'.split(
    ' ',
  ),
);

/**
 * Joins identities into persons, precision before recall: same address; same unusual name with the same local part or
 * organisation, or at addresses that are both made of the name; what a mailmap or people.json says. A name that is common in
 * the archive joins nothing by itself. A pure function of the set of identities: neither their order nor their numbers matter.
 */
export function joinPeople(given: Identity[], evidence: Evidence): Person[] {
  const identities = given.toSorted((a, b) => compare(a.address, b.address) || compare(a.name, b.name));
  const groups = new Groups(identities, evidence);
  const roles = roleAddresses(identities);
  const isOwn = (one: Identity) =>
    one.address !== '' && !roles.has(one.address) && !evidence.lists.has(one.address) && !isRewritten(one.name);
  joinBy(groups, identities.filter(isOwn), (one) => one.address, 'same address');
  const people = identities.filter((one) => !isRobot(one.name, one.address));
  const common = commonWords(people);
  joinNamesakes(
    groups,
    people.filter((one) => isOwn(one) && isUnusual(nameWords(one.name), common)),
  );
  joinRewritten(groups, people, common, evidence);
  groups.joinAddresses(evidence);
  return groups.people(roles, evidence.lists);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function joinNamesakes(groups: Groups, named: Identity[]): void {
  const nameKey = (one: Identity) => nameWords(one.name).join(' ');
  joinBy(groups, named, (one) => `${nameKey(one)}\n${localPart(one.address)}`, 'same name and local part');
  joinBy(
    groups,
    named.filter((one) => !PUBLIC_DOMAINS.has(domainOf(one.address))),
    (one) => `${nameKey(one)}\n${organisation(one.address)}`,
    'same name and organisation',
  );
  joinBy(
    groups,
    named.filter((one) => localFits(one.name, one.address)),
    nameKey,
    'same name, and both addresses are made of it',
  );
}

/** Union-find over identities that remembers why each was joined and refuses what people.json keeps apart. */
class Groups {
  readonly #parent: number[];
  readonly #size: number[];
  readonly #reason: JoinReason[];
  readonly #place: Map<number, number>;
  readonly #byAddress = new Map<string, number[]>();

  constructor(
    private readonly identities: Identity[],
    private readonly evidence: Evidence,
  ) {
    this.#parent = identities.map((_, n) => n);
    this.#size = identities.map(() => 1);
    this.#reason = identities.map(() => 'first');
    this.#place = new Map(identities.map(({ id }, n) => [id, n]));
    for (const [n, { address }] of identities.entries())
      this.#byAddress.set(address, [...(this.#byAddress.get(address) ?? []), n]);
  }

  find(one: Identity): number {
    return this.#root(this.#place.get(one.id) as number);
  }

  #root(n: number): number {
    let at = n;
    while (this.#parent[at] !== at) {
      this.#parent[at] = this.#parent[this.#parent[at] as number] as number;
      at = this.#parent[at] as number;
    }
    return at;
  }

  /** Joins `b` to the person of `a`; the reason is b's where nothing had joined it before. */
  join(a: Identity, b: Identity, reason: JoinReason): void {
    const [one, other] = [this.find(a), this.find(b)];
    if (one === other || this.#isKeptApart(one, other)) return;
    const [large, small] = (this.#size[one] as number) >= (this.#size[other] as number) ? [one, other] : [other, one];
    this.#parent[small] = large;
    this.#size[large] = (this.#size[large] as number) + (this.#size[small] as number);
    const place = this.#place.get(b.id) as number;
    if (this.#reason[place] === 'first') this.#reason[place] = reason;
  }

  joinAddresses({ joined }: Evidence): void {
    for (const { a, b, reason } of joined) {
      const [one, other] = [this.#byAddress.get(a)?.[0], this.#byAddress.get(b)?.[0]];
      if (one !== undefined && other !== undefined)
        this.join(this.identities[one] as Identity, this.identities[other] as Identity, reason);
    }
  }

  people(roles: Set<string>, lists: ReadonlySet<string>): Person[] {
    const members = new Map<number, number[]>();
    for (const n of this.identities.keys()) {
      const root = this.#root(n);
      const own = members.get(root);
      if (own) own.push(n);
      else members.set(root, [n]);
    }
    const groups = [...members.values()].map((places) => ({
      own: places.map((n) => this.identities[n] as Identity),
      identities: places.map((n) => ({
        id: (this.identities[n] as Identity).id,
        reason: this.#reason[n] as JoinReason,
      })),
    }));
    const slugs = slugsOf(groups.map(({ own }) => own));
    return groups.map(({ own, identities }, n) => ({
      slug: slugs[n] as string,
      name: bestName(own),
      kind: kindOf(own, roles, lists),
      identities,
    }));
  }

  #isKeptApart(a: number, b: number): boolean {
    const roots = (address: string) => (this.#byAddress.get(address) ?? []).map((n) => this.#root(n));
    return this.evidence.apart.some((pair) => {
      const [left, right] = [roots(pair.a), roots(pair.b)];
      return (left.includes(a) && right.includes(b)) || (left.includes(b) && right.includes(a));
    });
  }
}

function kindOf(own: Identity[], roles: Set<string>, lists: ReadonlySet<string>): Person['kind'] {
  if (own.some((one) => isRobot(one.name, one.address))) return 'bot';
  const isDesk = own.every((one) => roles.has(one.address) || lists.has(one.address));
  return isDesk && !own.some((one) => isRewritten(one.name)) ? 'role' : 'person';
}

/** Of the name, in ASCII. Who wrote first under a name has it plain, so that a link stays when a namesake comes. */
function slugsOf(groups: Identity[][]): string[] {
  const first = (own: Identity[]) => own.reduce((best, one) => (one.first < best.first ? one : best));
  const order = groups.map((own, n) => ({ n, first: first(own), plain: slugOf(bestName(own)) }));
  order.sort((a, b) => a.first.first - b.first.first || compare(a.first.address, b.first.address));
  const taken = new Set<string>();
  const slugs: string[] = [];
  for (const {
    n,
    first: { address, name },
    plain,
  } of order) {
    let slug = plain;
    for (let salt = ''; taken.has(slug); salt += '+') slug = `${plain}-${mark(address + name + salt)}`;
    taken.add(slug);
    slugs[n] = slug;
  }
  return slugs;
}

function slugOf(name: string): string {
  const plain = foldName(name)
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return plain.slice(0, 60) || `x-${mark(name)}`;
}

/** Four letters of FNV-1a: only to tell namesakes apart. */
function mark(text: string): string {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193) >>> 0;
  return hash.toString(36).padStart(4, '0').slice(-4);
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
    const persons = new Set(namesakes.map((other) => groups.find(other)));
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
  const isPair = /^(ac|co|com|edu|gov|net|org|or|ne)$/.test(labels.at(-2) ?? '') && labels.at(-1)?.length === 2;
  return labels.slice(isPair ? -3 : -2).join('.');
}

/** The name that wrote most mails: full where there is a full one, as one says it where it is also written so (`Luck, Tony`). */
function bestName(own: Identity[]): string {
  const tests: ((one: Identity) => boolean)[] = [
    (one) => nameWords(one.name).length > 1 && !isRewritten(one.name),
    (one) => !one.name.includes(','),
    (one) => !/[([{/]/.test(one.name),
  ];
  const fitting = tests.reduce((left, test) => (left.some(test) ? left.filter(test) : left), own);
  const [best] = fitting.toSorted((a, b) => b.messages - a.messages || compare(a.name, b.name));
  return (best?.name ?? '').replace(/^['"\s]+|(?<!['"\s])['"\s]+$/g, '') || best?.address || '';
}
