import { nameWords } from '#mail/name';
import type { Identity, Ties } from './types';

/** A trailer in an identity's mails with the same name and another address. */
export interface Signed {
  author: number;
  name: string;
  address: string;
  days: number;
}

/** What the mails of identities with the same name prove: who signs for whom, and who writes where. `wrote`: (identity, thread) pairs. */
export function tiesOf(own: Identity[], signed: Signed[], wrote: [number, number][]): Ties {
  return { signed: signedOf(own, signed), shared: sharedOf(own, wrote) };
}

function signedOf(own: Identity[], signed: Signed[]): Ties['signed'] {
  const byId = new Map(own.map((one) => [one.id, one]));
  const addresses = new Set(own.map(({ address }) => address));
  const days = new Map<string, Ties['signed'][number]>();
  for (const { author, name, address, days: count } of signed) {
    const one = byId.get(author);
    if (!one || one.address === address || !addresses.has(address) || !isOneName(one.name, name)) continue;
    const known = days.get(`${one.address}\n${address}`);
    if (!known || known.days < count)
      days.set(`${one.address}\n${address}`, { a: one.address, b: address, days: count });
  }
  return [...days.values()];
}

function isOneName(a: string, b: string): boolean {
  const words = nameWords(a);
  return words.length > 1 && words.join(' ') === nameWords(b).join(' ');
}

function sharedOf(own: Identity[], wrote: [number, number][]): Ties['shared'] {
  const byId = new Map(own.map((one) => [one.id, one]));
  const inThread = new Map<number, Set<string>>();
  for (const [author, thread] of wrote) {
    const address = byId.get(author)?.address;
    if (address !== undefined) inThread.set(thread, (inThread.get(thread) ?? new Set<string>()).add(address));
  }
  const shared = new Map<string, Ties['shared'][number]>();
  for (const addresses of inThread.values()) {
    const all = [...addresses].sort();
    for (const [n, a] of all.entries())
      for (const b of all.slice(n + 1)) {
        const known = shared.get(`${a}\n${b}`) ?? { a, b, threads: 0 };
        known.threads++;
        shared.set(`${a}\n${b}`, known);
      }
  }
  return [...shared.values()];
}
