import type { Reads } from '#db/open';
import {
  bearers,
  countedNames,
  type IdentityRow,
  type IndexRows,
  identitiesAt,
  identitiesOf,
  identitiesOfPersons,
  identitiesWith,
  nameCount,
  namesWith,
  personsBySlug,
  personsOf,
} from '#db/write/identities';
import { accountsOf, fullNames } from '../people/accounts';
import { ownNames } from '../people/join';
import { keysOf, nameKey, soughtBy } from '../people/keys';
import { familyOf, type Kept, slugOf } from '../people/naming';
import { Rarity, rounded, roundedNames, wordsOf } from '../people/rarity';
import type { Evidence, Person } from '../people/types';

/** If more identities are affected, all are joined, which then costs little more. */
const MAX_AFFECTED = 20_000;

/** Evidence from outside the mails (mailmap, people.json, lists). The evidence of the mails is read only for the affected part. */
export type Said = Pick<Evidence, 'joined' | 'apart' | 'lists'>;

/** The rows that find identities and names, for all identities. */
export function indexOfAll(identities: IdentityRow[], lists: ReadonlySet<string>): IndexRows {
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

/** The identities whose persons may change with new mails, and the facts about all others that joining them needs. */
export class AffectedPart {
  readonly #families = new Set<string>();
  readonly #slugs = new Map<number, string>();

  private constructor(
    private readonly db: Reads,
    private readonly changed: number[],
    private readonly affected: Affected,
    private readonly said: Said,
    private readonly names: Names,
    private readonly nameCount: number,
  ) {}

  /** Null if all have to be joined again. */
  static async of(db: Reads, changed: number[], said: Said): Promise<AffectedPart | null> {
    const affected = new Affected(db, said);
    await affected.add(changed);
    // An identity whose last mail was withdrawn has no keys any more that lead to the identities that it was joined with.
    if (affected.isTooMany || changed.some((id) => !affected.found.has(id))) return null;
    const names = await changedNames(db, affected.identities, said.lists);
    const before = await nameCount(db);
    const now = before + names.added.length - names.removed.length;
    if (roundedNames(before) !== roundedNames(now)) return null;
    await affected.addWith((await namesTurned(db, names)).map(nameKey));
    return affected.isTooMany ? null : new AffectedPart(db, changed, affected, said, names, now);
  }

  get identities(): IdentityRow[] {
    return [...this.affected.found.values()];
  }

  get rows(): IndexRows {
    const { added, removed } = this.names;
    return {
      keys: this.changed.flatMap((id) => keyRows(this.affected.found.get(id) as IdentityRow, this.said.lists)),
      words: { added: added.flatMap(wordRows), removed: removed.flatMap(wordRows) },
      names: this.nameCount,
    };
  }

  /** Adds everybody whose slug may change because one of these takes or releases a slug; false if they are too many. */
  async addFamilies(people: Person[]): Promise<boolean> {
    const ids = [...this.affected.found.keys()];
    const slugs = [
      ...people.map(({ name }) => slugOf(name)),
      ...(await personsOf(this.db, ids)).map(({ slug }) => slug),
    ];
    for (const slug of slugs) this.#families.add(familyOf(slug));
    const all = await personsBySlug(this.db, [...this.#families]);
    const own = all.filter(({ slug }) => this.#families.has(familyOf(slug)));
    await this.affected.add(
      await identitiesOfPersons(
        this.db,
        own.map(({ id }) => id),
      ),
    );
    for (const { id, slug } of await personsOf(this.db, [...this.affected.found.keys()])) this.#slugs.set(id, slug);
    return !this.affected.isTooMany;
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

/** Some identities, and all that are connected with them by keys or a mailmap. */
class Affected {
  readonly found = new Map<number, IdentityRow>();
  readonly #asked = new Set<string>();
  /** Addresses in a mailmap or people.json, each with the addresses joined to it there. */
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
    return this.found.size > MAX_AFFECTED;
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

/** Full names that persons of this part have now and had not before, and names that they no longer have. */
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

/** For each word, how many more names have it than before. */
function changesOf({ added, removed }: Names): Map<string, number> {
  const changes = new Map<string, number>();
  for (const [names, by] of [
    [added, 1],
    [removed, -1],
  ] as const)
    for (const name of names) for (const word of wordsOf(name)) changes.set(word, (changes.get(word) ?? 0) + by);
  return changes;
}

/** Names that may have become rare, or may no longer be rare. */
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
