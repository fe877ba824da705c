/** With fewer persons, an archive does not show how common a name is. */
const FEWEST_NAMES = 200;
/** A name is rare if fewer other people than this are expected to have it. */
const RARE = 0.1;
/** Shorter names are too similar in too many languages: Li Wei, Yu Jun. */
const SHORTEST = 7;
/** The least share of people assumed to have a name in FREQUENT, which a small archive does not show. */
const SHARE = 0.03;
/** The most frequent surnames of China, Korea, Vietnam, India and the English-speaking world (national statistics), and given names. */
const FREQUENT = new Set(
  `wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie tang song deng han feng cao
  peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren shen yao lee kim park choi jung kang cho yoon jang lim
  nguyen tran pham le hoang kumar singh sharma gupta patel khan das reddy rao smith johnson williams brown jones miller davis garcia
  martin anderson wilson taylor john david michael james robert thomas peter paul daniel andrew mark jun jie hui ming lei jing ying`.split(
    /\s+/,
  ),
);

/**
 * Counts are rounded down to four binary digits. So a new name changes how rare the others are only now and then, and only then are
 * their bearers joined again (pipeline/people.ts).
 */
export function rounded(count: number): number {
  const shift = Math.max(0, 28 - Math.clz32(count));
  return (count >> shift) << shift;
}

/** The number of names that rarity is computed with. */
export const roundedNames = (names: number) => rounded(Math.max(names, FEWEST_NAMES));

/** Estimates how many people in an archive have a full name by chance, from the frequency of its words. */
export class Rarity {
  readonly #names: number;

  /** `bearers`: how many of the `names` have a word. */
  constructor(
    private readonly bearers: ReadonlyMap<string, number>,
    names: number,
  ) {
    this.#names = roundedNames(names);
  }

  static of(names: ReadonlySet<string>): Rarity {
    const bearers = new Map<string, number>();
    for (const name of names) for (const word of wordsOf(name)) bearers.set(word, (bearers.get(word) ?? 0) + 1);
    return new Rarity(bearers, names.size);
  }

  /** Whether two accounts with this name are more likely one person's than two. */
  isRare(name: string): boolean {
    if (name.length < SHORTEST) return false;
    const shares = name.split(' ').map((word) => {
      const known = (rounded(this.bearers.get(word) ?? 0) + 1) / this.#names;
      return FREQUENT.has(word) ? Math.max(known, SHARE) : known;
    });
    return this.#names * shares.reduce((product, share) => product * share, 1) < RARE;
  }
}

export const wordsOf = (name: string) => new Set(name.split(' '));
