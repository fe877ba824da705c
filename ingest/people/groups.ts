import { groupBy } from '#mail/groups';
import type { Account } from './accounts';
import type { JoinReason } from './types';

/** Union-find over accounts. Remembers why each was joined, and refuses joins that people.json forbids. */
export class Groups {
  readonly #parent: number[];
  readonly #members: number[][];
  readonly #reason: JoinReason[];
  readonly #mails: number[];
  readonly #established: boolean[];
  readonly #place: Map<Account, number>;
  readonly #byAddress: Map<string, Account[]>;

  constructor(
    private readonly accounts: Account[],
    private readonly apart: { a: string; b: string }[],
  ) {
    this.#parent = accounts.map((_, n) => n);
    this.#members = accounts.map((_, n) => [n]);
    this.#reason = accounts.map(() => 'first');
    this.#mails = accounts.map(({ messages }) => messages);
    this.#established = accounts.map(({ isEstablished }) => isEstablished);
    this.#place = new Map(accounts.map((account, n) => [account, n]));
    this.#byAddress = groupBy(accounts, ({ address }) => address);
  }

  /** The number of an account's group: the same for all its members, until the next join. */
  find(account: Account): number {
    return this.#root(this.#place.get(account) as number);
  }

  at(address: string): Account[] {
    return this.#byAddress.get(address) ?? [];
  }

  /** Whether any account of the group is established. */
  isEstablished(account: Account): boolean {
    return this.#established[this.find(account)] as boolean;
  }

  /** The number of mails by the whole group. */
  mails(account: Account): number {
    return this.#mails[this.find(account)] as number;
  }

  /** Joins `b` to the person of `a`. The reason is recorded for `b` if it was not joined before, else for `a`. */
  join(a: Account, b: Account, reason: JoinReason): void {
    const [one, other] = [this.find(a), this.find(b)];
    if (one === other || this.#isKeptApart(one, other)) return;
    const size = (n: number) => (this.#members[n] as number[]).length;
    const [large, small] = size(one) >= size(other) ? [one, other] : [other, one];
    this.#parent[small] = large;
    for (const member of this.#members[small] as number[]) this.#members[large]?.push(member);
    this.#mails[large] = (this.#mails[large] as number) + (this.#mails[small] as number);
    this.#established[large] ||= this.#established[small] as boolean;
    const place = [b, a].map((account) => this.#place.get(account) as number).find((n) => this.#reason[n] === 'first');
    if (place !== undefined) this.#reason[place] = reason;
  }

  /** Every person's accounts with their reasons. */
  all(): { account: Account; reason: JoinReason }[][] {
    return this.accounts.flatMap((_, n) =>
      this.#root(n) === n
        ? [
            (this.#members[n] as number[])
              .toSorted((a, b) => a - b)
              .map((m) => ({ account: this.accounts[m] as Account, reason: this.#reason[m] as JoinReason })),
          ]
        : [],
    );
  }

  #root(n: number): number {
    let at = n;
    while (this.#parent[at] !== at) {
      this.#parent[at] = this.#parent[this.#parent[at] as number] as number;
      at = this.#parent[at] as number;
    }
    return at;
  }

  #isKeptApart(a: number, b: number): boolean {
    const roots = (address: string) => this.at(address).map((account) => this.find(account));
    return this.apart.some((pair) => {
      const [left, right] = [roots(pair.a), roots(pair.b)];
      return (left.includes(a) && right.includes(b)) || (left.includes(b) && right.includes(a));
    });
  }
}
