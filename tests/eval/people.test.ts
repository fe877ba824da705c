import { describe, expect, it } from 'vitest';
import { joinPeople } from '../../ingest/people/join.ts';
import type { Identity } from '../../ingest/people/types.ts';
import { isRobot, nameWords } from '../../mail/name.ts';
import { ARCHIVES } from '../archives.ts';
import { readFacts } from './facts.ts';

/**
 * What the archives prove, and the joining does not look at: a patch sent under one address whose first line says `From:`
 * another, and a mail whose author signs off under another address; the full names being equal. Every miss is printed.
 */
describe.skipIf(!ARCHIVES)('people', () => {
  it('are joined where the archives prove it, and nowhere else', async () => {
    const mails = await readFacts(['linux-edac', 'kexec', 'linux-pm']);
    const identities = new Map<string, Identity>();
    const proved = new Map<string, [string, string]>();
    const prove = (name: string, a: string, other: string, b: string) => {
      const [one, two] = [nameWords(name).join(' '), nameWords(other).join(' ')];
      if (a && b && a !== b && one === two && one.includes(' ') && !isRobot(name, a))
        proved.set([a, b].sort().join(' '), [a, b]);
    };
    for (const { message, facts } of mails) {
      const { name, address } = message.author;
      const key = `${name}\n${address}`;
      const known = identities.get(key) ?? {
        id: identities.size + 1,
        name,
        address,
        messages: 0,
        first: message.sentAt,
        last: message.sentAt,
      };
      known.messages++;
      known.first = Math.min(known.first, message.sentAt);
      known.last = Math.max(known.last, message.sentAt);
      identities.set(key, known);
      const inBody = /^\s*From: "?([^"<\n]{3,80}?)"? <([^<>\s]{3,100})>\s*\n/.exec(message.text.slice(0, 300));
      if (inBody) prove(name, address, inBody[1] ?? '', (inBody[2] ?? '').toLowerCase());
      for (const signed of facts.trailers)
        if (signed.key === 'Signed-off-by') prove(name, address, signed.name, signed.address.toLowerCase());
    }
    const people = joinPeople([...identities.values()], {
      joined: [],
      apart: [],
      lists: new Set(),
      signed: [],
      shared: [],
    });
    const byAddress = new Map<string, number>();
    const byId = new Map([...identities.values()].map((one) => [one.id, one]));
    for (const [n, person] of people.entries())
      for (const { id } of person.identities) byAddress.set(byId.get(id)?.address ?? '', n);
    const judged = [...proved.values()].filter(([a, b]) => byAddress.has(a) && byAddress.has(b));
    const missed = judged.filter(([a, b]) => byAddress.get(a) !== byAddress.get(b));
    for (const [a, b] of missed) console.log('not joined:', a, b);
    const recall = 1 - missed.length / judged.length;
    // Different full names at different addresses in one person are a false join, unless one of them is a byname. Names
    // that share an address were not joined by us: a desk that several use, or somebody's second name.
    const several = people.filter(
      ({ kind, identities: own }) => kind === 'person' && new Set(own.map(({ id }) => byId.get(id)?.address)).size > 1,
    );
    const unlike = several.filter((person) => {
      const known = person.identities.map(({ id }) => byId.get(id)).filter((one) => one !== undefined);
      const named = known
        .map((one) => ({ ...one, words: nameWords(one.name) }))
        .filter(({ words }) => words.length > 1);
      return named.some(
        (one) =>
          !named.some(
            (other) => other.address !== one.address && other.words.some((word) => one.words.includes(word)),
          ) && !named.some((other) => other.address === one.address && other.id !== one.id),
      );
    });
    for (const person of unlike)
      console.log(
        'unlike:',
        person.identities.map(({ id }) => `${byId.get(id)?.name} <${byId.get(id)?.address}>`).join(', '),
      );
    console.log(
      `people: ${judged.length} proved pairs of addresses, ${missed.length} not joined, recall ${recall.toFixed(3)}; ` +
        `${several.length} persons of several addresses, ${unlike.length} with unlike names`,
    );
    expect(judged.length).toBeGreaterThan(20);
    expect(recall).toBeGreaterThan(0.85);
    expect(unlike.length / several.length).toBeLessThan(0.03);
  }, 240_000);
});
