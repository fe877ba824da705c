import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { namesakes } from '../../ingest/people/accounts.ts';
import { joinPeople } from '../../ingest/people/join.ts';
import { type Signed, tiesOf } from '../../ingest/people/ties.ts';
import type { Evidence, Identity } from '../../ingest/people/types.ts';
import { isRobot, nameWords } from '../../mail/name.ts';
import { ARCHIVES } from '../archives.ts';
import { type EvalMail, readFacts } from './facts.ts';

/** Two addresses with the same full name, and whether a reader of their mails considers them one person, two, or cannot decide. */
type Judged = [a: string, b: string, is: 'one' | 'two' | 'open'];

function identitiesOf(mails: EvalMail[]): Map<string, Identity> {
  const identities = new Map<string, Identity>();
  for (const { message } of mails) {
    const { name, address } = message.author;
    const key = `${name}\n${address}`;
    const { sentAt } = message;
    const fresh = { id: identities.size + 1, name, address, messages: 0, first: sentAt, last: sentAt };
    const known = identities.get(key) ?? fresh;
    known.messages++;
    known.first = Math.min(known.first, sentAt);
    known.last = Math.max(known.last, sentAt);
    identities.set(key, known);
  }
  return identities;
}

/** The ties that the database would have (db/write/ties.ts). */
function evidenceOf(mails: EvalMail[], identities: Map<string, Identity>): Evidence {
  const threads = new Map<string, number>();
  const wrote: [number, number][] = [];
  const days = new Map<string, { one: Omit<Signed, 'days'>; on: Set<number> }>();
  for (const { message, facts } of mails.toSorted((a, b) => a.message.sentAt - b.message.sentAt)) {
    const author = identities.get(`${message.author.name}\n${message.author.address}`)?.id as number;
    const ids = [...message.references, message.msgid];
    const thread = ids.map((id) => threads.get(id)).find((known) => known !== undefined) ?? threads.size;
    for (const id of ids) if (!threads.has(id)) threads.set(id, thread);
    wrote.push([author, thread]);
    for (const { key, name, address } of facts.trailers) {
      if (key !== 'Signed-off-by' && facts.patch) continue;
      const of = `${author}\n${name}\n${address.toLowerCase()}`;
      const known = days.get(of) ?? { one: { author, name, address: address.toLowerCase() }, on: new Set() };
      days.set(of, { ...known, on: known.on.add(Math.floor(message.sentAt / 86_400)) });
    }
  }
  const signed = [...days.values()].map(({ one, on }) => ({ ...one, days: on.size }));
  const evidence: Evidence = { joined: [], apart: [], lists: new Set(), signed: [], shared: [] };
  for (const own of namesakes([...identities.values()])) {
    const ids = new Set(own.map(({ id }) => id));
    const ties = tiesOf(
      own,
      signed.filter((one) => ids.has(one.author)),
      wrote.filter(([author]) => ids.has(author)),
    );
    evidence.signed.push(...ties.signed);
    evidence.shared.push(...ties.shared);
  }
  return evidence;
}

/**
 * Proof in the archives that joining does not use: a patch sent from one address whose first line names another one in `From:`,
 * and a mail whose author signs off with another address, each with equal full names. Prints every miss.
 */
describe.skipIf(!ARCHIVES)('people', () => {
  let mails: EvalMail[];
  beforeAll(async () => {
    mails = await readFacts(['linux-edac', 'kexec', 'linux-pm']);
  }, 240_000);

  // Random pairs of addresses with the same full name, at most two per name: 50 that were joined (of 269) and 50 that were not
  // (of 105). Spammers' names, and pairs that no mail decides, are open.
  it('are one or two according to a reader', () => {
    const judged = JSON.parse(readFileSync(new URL('namesakes.json', import.meta.url), 'utf8')) as Judged[];
    const identities = identitiesOf(mails);
    const byId = new Map([...identities.values()].map((one) => [one.id, one]));
    const persons = new Map<string, Set<number>>();
    for (const [n, person] of joinPeople([...identities.values()], evidenceOf(mails, identities)).entries())
      for (const { id } of person.identities) {
        const address = byId.get(id)?.address ?? '';
        persons.set(address, (persons.get(address) ?? new Set<number>()).add(n));
      }
    const isJoined = ([a, b]: Judged) => [...(persons.get(a) ?? [])].some((n) => persons.get(b)?.has(n));
    const of = (is: Judged[2]) =>
      judged.filter((pair) => pair[2] === is && persons.has(pair[0]) && persons.has(pair[1]));
    const [one, two] = [of('one'), of('two')];
    const missed = one.filter((pair) => !isJoined(pair));
    const wrong = two.filter(isJoined);
    for (const [a, b] of missed) console.log('one person, apart:', a, b);
    for (const [a, b] of wrong) console.log('two persons, joined:', a, b);
    console.log(
      `pairs of one name: ${judged.length} judged; ${one.length} of one person, ${one.length - missed.length} joined; ` +
        `${two.length} of two, ${wrong.length} joined; ${of('open').length} open`,
    );
    expect(judged).toHaveLength(100);
    expect(wrong).toHaveLength(0);
    expect(missed.length / one.length).toBeLessThan(0.2);
  }, 60_000);

  it('are joined if the archives prove it, and never otherwise', () => {
    const identities = identitiesOf(mails);
    const proved = new Map<string, [string, string]>();
    const prove = (name: string, a: string, other: string, b: string) => {
      const [one, two] = [nameWords(name).join(' '), nameWords(other).join(' ')];
      if (a && b && a !== b && one === two && one.includes(' ') && !isRobot(name, a))
        proved.set([a, b].sort().join(' '), [a, b]);
    };
    for (const { message, facts } of mails) {
      const { name, address } = message.author;
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
    // Different full names with different addresses in one person are a false join, unless one of them is a nickname. Names
    // with the same address were not joined by us: a shared address, or somebody's second name.
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
