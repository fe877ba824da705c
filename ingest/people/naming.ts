import { foldName, isRewritten, nameWords, tidyName } from '#mail/name';
import type { Account } from './accounts';
import { compare, type Identity } from './types';

/** The name used in most mails: a full name if there is one, in spoken order if it is also written so (`Luck, Tony`). */
export function bestName(own: Identity[]): string {
  const tests: ((one: Identity) => boolean)[] = [
    (one) => nameWords(one.name).length > 1 && !isRewritten(one.name),
    (one) => !one.name.includes(','),
    (one) => !/[([{/]/.test(one.name),
  ];
  const [only] = own;
  if (own.length === 1 && only) return tidyName(only.name) || only.address;
  const fitting = tests.reduce((left, test) => (left.some(test) ? left.filter(test) : left), own);
  const [best] = fitting.toSorted((a, b) => b.messages - a.messages || compare(a.name, b.name));
  return tidyName(best?.name ?? '') || best?.address || '';
}

/** Marks that are tried before a number is used: anybody can invent thousands of addresses with the same mark, salted or not. */
const MOST_SALT = 4;

/** The slug that a person keeps, by the lowest of its ids and its plain slug; null: it gets one like everybody. */
export type Kept = (id: number, plain: string) => string | null;

/**
 * Slugs made from names, in ASCII. Established persons get the plain slug first, then those who wrote first. So links stay valid when a
 * namesake appears, and a mail that claims to be older cannot take anybody's slug.
 */
export function slugsOf(groups: Account[][], kept: Kept = () => null): string[] {
  const order = groups.map((accounts, n) => {
    const own = accounts.flatMap(({ identities }) => identities);
    const first = own.reduce((best, one) =>
      one.first < best.first || (one.first === best.first && compare(one.address, best.address) < 0) ? one : best,
    );
    return { n, first, plain: slugOf(bestName(own)), isNew: accounts.every((one) => !one.isEstablished) };
  });
  order.sort(
    (a, b) =>
      Number(a.isNew) - Number(b.isNew) ||
      a.first.first - b.first.first ||
      compare(a.first.address, b.first.address) ||
      compare(a.first.name, b.first.name),
  );
  const taken = new Set<string>();
  const numbers = new Map<string, number>();
  const slugs: string[] = [];
  for (const { n, first, plain } of order) {
    const known = kept(lowestId(groups[n] as Account[]), plain);
    if (known !== null) {
      slugs[n] = known;
      continue;
    }
    let slug = plain;
    for (let salt = ''; taken.has(slug) && salt.length < MOST_SALT; salt += '+')
      slug = `${plain}-${mark(first.address + first.name + salt)}`;
    for (const marked = slug; taken.has(slug); ) {
      const number = (numbers.get(marked) ?? 1) + 1;
      numbers.set(marked, number);
      slug = `${marked}-${number}`;
    }
    taken.add(slug);
    slugs[n] = slug;
  }
  return slugs;
}

const lowestId = (accounts: Account[]) =>
  Math.min(...accounts.flatMap(({ identities }) => identities.map(({ id }) => id)));

/** What a slug is without marks and numbers at its end. Two persons can want one slug only if theirs have this in common. */
export const familyOf = (slug: string) => slug.replace(/(?:-(?:[a-z0-9]{4}|\d+))+$/, '');

export function slugOf(name: string): string {
  const plain = foldName(name)
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return plain.slice(0, 60) || `x-${mark(name)}`;
}

/** Four letters of FNV-1a, only to distinguish namesakes. */
function mark(text: string): string {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193) >>> 0;
  return hash.toString(36).padStart(4, '0').slice(-4);
}
