import type { Reads } from '#db/open';
import {
  bearers,
  countedNames,
  type IdentityRow,
  identitiesAt,
  identitiesOf,
  identitiesOfPersons,
  identitiesWith,
  type KinRows,
  nameCount,
  namesWith,
  personsBySlug,
  personsOf,
} from '#db/write/kin';
import { accountsOf, fullNames } from '../people/accounts';
import { ownNames } from '../people/join';
import { keysOf, nameKey, soughtBy } from '../people/keys';
import { familyOf, type Kept, slugOf } from '../people/naming';
import { Rarity, rounded, roundedNames, wordsOf } from '../people/rarity';
import type { Evidence, Person } from '../people/types';

/** With more of them all are joined: that costs little more then. */
const MAX_KIN = 20_000;

/** What people said elsewhere, without what the mails prove: that is asked of the part alone. */
export type Said = Pick<Evidence, 'joined' | 'apart' | 'lists'>;

/** The rows of all identities. */
export function allKin(identities: IdentityRow[], lists: ReadonlySet<string>): KinRows {
  const names = [...ownNames(accountsOf(identities, lists))];
  return {
    keys: identities.flatMap((one) => keyRows(one, lists)),
    words: { added: names.flatMap(wordRows), removed: [] },
    names: names.length,
  };
}

const keyRows = (one: IdentityRow, lists: ReadonlySet<string>) =>
  keysOf(one, lists).map((key): [string, number] => [key, one.id]);
const wordRows = (name: string) => [...wordsOf(name)].map((word): [string, string] => [word, name]);

/** The identities that may be joined otherwise because of what changed, and what has to be known of all others. */
export class Part {
  readonly #families = new Set<string>();
  readonly #slugs = new Map<number, string>();

  private constructor(
    private readonly db: Reads,
    private readonly changed: number[],
    private readonly kin: Kin,
    private readonly said: Said,
    private readonly names: Names,
    private readonly nameCount: number,
  ) {}

  /** Null: all have to be joined again. */
  static async of(db: Reads, changed: number[], said: Said): Promise<Part | null> {
    const kin = new Kin(db, said);
    await kin.add(changed);
    // Of an identity whose last mail was withdrawn nothing is known that leads to those whom it was joined with.
    if (kin.isTooMany || changed.some((id) => !kin.found.has(id))) return null;
    const names = await changedNames(db, kin.identities, said.lists);
    const before = await nameCount(db);
    const now = before + names.added.length - names.removed.length;
    if (roundedNames(before) !== roundedNames(now)) return null;
    await kin.addWith((await namesTurned(db, names)).map(nameKey));
    return kin.isTooMany ? null : new Part(db, changed, kin, said, names, now);
  }

  get identities(): IdentityRow[] {
    return [...this.kin.found.values()];
  }

  get rows(): KinRows {
    const { added, removed } = this.names;
    return {
      keys: this.changed.flatMap((id) => keyRows(this.kin.found.get(id) as IdentityRow, this.said.lists)),
      words: { added: added.flatMap(wordRows), removed: removed.flatMap(wordRows) },
      names: this.nameCount,
    };
  }

  /** Adds everybody whose slug may change because these get one, or give theirs up; false where they are too many. */
  async addFamilies(people: Person[]): Promise<boolean> {
    const ids = [...this.kin.found.keys()];
    const slugs = [
      ...people.map(({ name }) => slugOf(name)),
      ...(await personsOf(this.db, ids)).map(({ slug }) => slug),
    ];
    for (const slug of slugs) this.#families.add(familyOf(slug));
    const all = await personsBySlug(this.db, [...this.#families]);
    const own = all.filter(({ slug }) => this.#families.has(familyOf(slug)));
    await this.kin.add(
      await identitiesOfPersons(
        this.db,
        own.map(({ id }) => id),
      ),
    );
    for (const { id, slug } of await personsOf(this.db, [...this.kin.found.keys()])) this.#slugs.set(id, slug);
    return !this.kin.isTooMany;
  }

  /** For `joinPeople`. */
  async known(): Promise<{ rarity: Rarity; kept: Kept }> {
    const words = new Set([...fullNames(this.identities).values()].flatMap((name) => [...wordsOf(name)]));
    const counts = await bearers(this.db, [...words]);
    for (const [word, by] of changesOf(this.names)) counts.set(word, (counts.get(word) ?? 0) + by);
    return {
      rarity: new Rarity(counts, this.nameCount),
      kept: (id, plain) => (this.#families.has(familyOf(plain)) ? null : (this.#slugs.get(id) ?? null)),
    };
  }
}

/** Identities, and with each all that keys or a mailmap connect with it. */
class Kin {
  readonly found = new Map<number, IdentityRow>();
  readonly #asked = new Set<string>();
  /** Addresses that a mailmap or people.json says something of, each with the others. */
  readonly #pairs = new Map<string, string[]>();

  constructor(
    private readonly db: Reads,
    private readonly said: Said,
  ) {
    for (const { a, b } of said.joined)
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const)
        this.#pairs.set(one, [...(this.#pairs.get(one) ?? [one]), other]);
  }

  get identities(): IdentityRow[] {
    return [...this.found.values()];
  }

  get isTooMany(): boolean {
    return this.found.size > MAX_KIN;
  }

  async addWith(keys: string[]): Promise<void> {
    await this.add(await identitiesWith(this.db, keys));
  }

  async add(ids: number[]): Promise<void> {
    for (let next = ids; next.length && !this.isTooMany; ) {
      const rows = await identitiesOf(
        this.db,
        next.filter((id) => !this.found.has(id)),
      );
      for (const row of rows) this.found.set(row.id, row);
      const keys = this.#new(rows.flatMap((row) => keysOf(row, this.said.lists).flatMap(soughtBy)));
      const addresses = this.#new(
        rows.flatMap(({ address }) => this.#pairs.get(address) ?? []),
        'at ',
      );
      next = [...(await identitiesWith(this.db, keys)), ...(await identitiesAt(this.db, addresses))].filter(
        (id) => !this.found.has(id),
      );
    }
  }

  #new(all: string[], mark = ''): string[] {
    return [...new Set(all)].filter((one) => {
      const isNew = !this.#asked.has(mark + one);
      this.#asked.add(mark + one);
      return isNew;
    });
  }
}

interface Names {
  added: string[];
  removed: string[];
}

/** Full names that persons of this part have and had not before, and the other way round. */
async function changedNames(db: Reads, part: IdentityRow[], lists: ReadonlySet<string>): Promise<Names> {
  const now = ownNames(accountsOf(part, lists));
  const all = new Set(fullNames(part).values());
  all.delete('');
  const before = new Set(
    await countedNames(
      db,
      [...all].map((name) => [name.split(' ')[0] as string, name]),
    ),
  );
  return {
    added: [...now].filter((name) => !before.has(name)),
    removed: [...before].filter((name) => !now.has(name)),
  };
}

/** By how many more names have a word. */
function changesOf({ added, removed }: Names): Map<string, number> {
  const changes = new Map<string, number>();
  for (const [names, by] of [
    [added, 1],
    [removed, -1],
  ] as const)
    for (const name of names) for (const word of wordsOf(name)) changes.set(word, (changes.get(word) ?? 0) + by);
  return changes;
}

/** Names that may have become rare, or are not any more. */
async function namesTurned(db: Reads, names: Names): Promise<string[]> {
  const changes = changesOf(names);
  const before = await bearers(db, [...changes.keys()]);
  const turned = [...changes].filter(([word, by]) => {
    const count = before.get(word) ?? 0;
    return rounded(count) !== rounded(count + by);
  });
  return namesWith(
    db,
    turned.map(([word]) => word),
  );
}
