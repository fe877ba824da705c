import { describe, expect, it } from 'vitest';
import { joinPeople } from './join';
import { parseMailmap } from './mailmap';
import type { Evidence, Identity } from './types';

const NOTHING: Evidence = { joined: [], apart: [], lists: new Set(), signed: [], shared: [] };
const of = (...pairs: [string, string][]): Identity[] =>
  pairs.map(([name, address], n) => ({ id: n + 1, name, address, messages: 1, first: n, last: n }));
/** Addresses of each person, sorted. */
const groups = (identities: Identity[], evidence = NOTHING) =>
  joinPeople(identities, evidence)
    .map(({ identities: own }) =>
      own
        .map(({ id }) => identities.find((one) => one.id === id)?.address)
        .sort()
        .join(' '),
    )
    .sort();

describe('joinPeople', () => {
  it.each<[string, [string, string][], number]>([
    [
      'one address',
      [
        ['Ada Example', 'a@example.org'],
        ['A. Example', 'a@example.org'],
      ],
      1,
    ],
    [
      'names in both orders',
      [
        ['Zoe Quillfeather', 'zq@a.example'],
        ['Quillfeather, Zoe', 'zoe.quillfeather@b.example'],
      ],
      1,
    ],
    [
      'accents',
      [
        ['Zoë Quillfeather', 'zoe@a.example'],
        ['Zoe Quillfeather', 'zoe@b.example'],
      ],
      1,
    ],
    [
      'an address not made from the name',
      [
        ['Zoe Quillfeather', 'zoe@a.example'],
        ['Zoe Quillfeather', 'opensource@b.example'],
      ],
      2,
    ],
    [
      'one word only',
      [
        ['Zoe', 'zoe@a.example'],
        ['Zoe', 'zoe@b.example'],
      ],
      2,
    ],
    [
      'two short syllables',
      [
        ['Li Wei', 'liwei@a.example'],
        ['Li Wei', 'liwei@b.example'],
      ],
      2,
    ],
    [
      'unlike names',
      [
        ['Zoe Quillfeather', 'x@a.example'],
        ['Max Overbury', 'x@b.example'],
      ],
      2,
    ],
    [
      'a bot',
      [
        ['kernel test robot', 'lkp@a.example'],
        ['kernel test robot', 'robot@b.example'],
      ],
      1,
    ],
    [
      'rewritten by a list',
      [
        ['Zoe Quillfeather', 'zoe@a.example'],
        ['Zoe Quillfeather via linux-pm', 'linux-pm@l.example'],
      ],
      1,
    ],
  ])('%s', (_, identities, persons) => expect(groups(of(...identities))).toHaveLength(persons));

  it('does not join people by a name that is common in the archive', () => {
    const others = ['Zoe', 'Max', 'Ida', 'Kim'].map(
      (name) => [`${name} Overbury`, `${name}@x.example`] as [string, string],
    );
    const first = ['Hill', 'Lake', 'Moor', 'Dale'].map(
      (name) => [`Joan ${name}`, `joan.${name}@x.example`] as [string, string],
    );
    const both: [string, string][] = [
      ['Joan Overbury', 'joan@a.example'],
      ['Joan Overbury', 'joan@b.example'],
    ];
    expect(groups(of(...others, ...first, ...both))).toHaveLength(10);
  });

  it('is overruled by people.json and a mailmap, and keeps its reasons', () => {
    const identities = of(
      ['Zoe Quillfeather', 'zoe@a.example'],
      ['Zoe Quillfeather', 'zoe@b.example'],
      ['zq', 'z@c.example'],
    );
    const pair = { a: 'zoe@a.example', b: 'z@c.example', reason: 'mailmap' as const };
    const apart = [{ a: 'zoe@a.example', b: 'zoe@b.example' }];
    expect(groups(identities, { ...NOTHING, apart })).toHaveLength(3);
    expect(groups(identities, { ...NOTHING, joined: [pair] })).toHaveLength(1);
    const reasons = joinPeople(identities, { ...NOTHING, joined: [pair] })[0]?.identities.map(({ reason }) => reason);
    expect(reasons?.sort()).toEqual(['first', 'mailmap', 'same name and local part']);
  });

  it('gives the plain slug to the person who wrote first, in any order', () => {
    const identities = of(['Joan Overbury', 'joan@a.example'], ['Joan Overbury', 'desk@b.example']);
    const slugs = (given: Identity[]) =>
      joinPeople(given, NOTHING)
        .map(({ slug, identities: own }) => [own[0]?.id, slug])
        .sort();
    expect(slugs(identities)[0]).toEqual([1, 'joan-overbury']);
    expect(slugs(identities.toReversed())).toEqual(slugs(identities));
    expect(slugs(identities)[1]?.[1]).toMatch(/^joan-overbury-\w{4}$/);
  });

  it('makes the same persons from identities in any order and with any ids', () => {
    const names = ['Zoe Quillfeather', 'Max Overbury', 'Jun Wang', 'Ida Thornwood', 'zoequillfeather'];
    const given = Array.from({ length: 60 }, (_, n) => ({
      id: n + 1,
      name: names[n % names.length] as string,
      address: `${['zoe', 'max.overbury', 'jun', 'post'][n % 4]}${n % 7 || ''}@${['a', 'b', 'c'][n % 3]}.example`,
      messages: 1 + ((n * 7) % 11),
      first: (n % 5) * 86_400,
      last: (5 + (n % 9)) * 86_400,
    }));
    const shared = [{ a: 'jun2@a.example', b: 'jun@b.example', threads: 5 }];
    const persons = (all: Identity[]) => {
      const named = new Map(all.map((one) => [one.id, `${one.name} <${one.address}>`]));
      return joinPeople(all, { ...NOTHING, shared })
        .map(({ identities: own, ...person }) => ({
          ...person,
          own: own.map(({ id, reason }) => [named.get(id), reason]),
        }))
        .sort((a, b) => (a.slug < b.slug ? -1 : 1));
    };
    const shuffled = given.map((_, n) => given[(n * 37) % given.length] as Identity);
    expect(persons(shuffled.map((one, n) => ({ ...one, id: n + 500 })))).toEqual(persons(given));
    expect(persons(given.toReversed())).toEqual(persons(given));
  });
});

const DAY = 86_400;
/** An identity that has written often, for long. */
const established = (id: number, name: string, address: string): Identity => ({
  id,
  name,
  address,
  messages: 40,
  first: DAY,
  last: 300 * DAY,
});
const once = (id: number, name: string, address: string): Identity => ({
  id,
  name,
  address,
  messages: 1,
  first: 5 * DAY,
  last: 5 * DAY,
});

describe('a single mail', () => {
  it('never joins two established persons', () => {
    const two = [
      established(1, 'Zoe Quillfeather', 'zoe@a.example'),
      established(2, 'Max Overbury', 'zoe@b.example'),
      established(3, 'Ida Thornwood', 'ida@a.example'),
    ];
    // With the name of one and an address like the other's: the same local part, or the same domain.
    const forged = [once(4, 'Zoe Quillfeather', 'zoe@b.example'), once(5, 'Zoe Quillfeather', 'ida@a.example')];
    expect(groups([...two, ...forged])).toEqual([
      'ida@a.example ida@a.example',
      'zoe@a.example',
      'zoe@b.example zoe@b.example',
    ]);
    // From a third address that is similar to both.
    const same = [established(1, 'Jun Wang', 'jun@a.example'), established(2, 'Jun Wang', 'wang@b.example')];
    expect(groups([...same, once(3, 'Jun Wang', 'jun.wang@b.example')]).length).toBeGreaterThan(1);
    const ties = { signed: [{ a: 'jun@a.example', b: 'wang@b.example', days: 1 }], shared: [] };
    expect(groups(same, { ...NOTHING, ...ties })).toHaveLength(2);
  });

  it("does not take anybody's slug, however old it claims to be", () => {
    const forged = { ...once(2, 'Zoe Quillfeather', 'other@b.example'), first: 0, last: 0 };
    const people = joinPeople([established(1, 'Zoe Quillfeather', 'desk@a.example'), forged], NOTHING);
    expect(people.find(({ identities }) => identities[0]?.id === 1)?.slug).toBe('zoe-quillfeather');
    expect(people.find(({ identities }) => identities[0]?.id === 2)?.perhaps).toEqual([
      { slug: 'zoe-quillfeather', reason: 'the same full name' },
    ]);
  });
});

describe('many mails', () => {
  const two = [established(1, 'Jun Wang', 'jun@a.example'), established(2, 'Jun Wang', 'kernel@b.example')];
  it.each([
    ['both sign for each other', [1, 1], 0, 1],
    ['one signs for the other on two days', [2, 0], 0, 1],
    ['one signs for the other once', [1, 0], 0, 2],
    ['they write in four threads', [0, 0], 4, 1],
    ['they write in three threads', [0, 0], 3, 2],
  ])('%s', (_, [there, back], threads, persons) => {
    const [a, b] = ['jun@a.example', 'kernel@b.example'];
    const signed = [
      { a, b, days: there as number },
      { a: b, b: a, days: back as number },
    ].filter(({ days }) => days);
    const shared = threads ? [{ a: b, b: a, threads }] : [];
    expect(groups(two, { ...NOTHING, signed, shared })).toHaveLength(persons);
  });
});

it('joins a single mail in the thread of its namesake, but not one elsewhere', () => {
  const all = [established(1, 'Jun Wang', 'jun@a.example'), once(2, 'Jun Wang', 'kernel@b.example')];
  const shared = [{ a: 'jun@a.example', b: 'kernel@b.example', threads: 1 }];
  expect(groups(all, { ...NOTHING, shared })).toHaveLength(1);
  expect(groups(all)).toHaveLength(2);
});

describe('accounts', () => {
  it('gives every mail from a shared address to its author', () => {
    const desk = ['Zoe Quillfeather', 'Max Overbury', 'Ida Thornwood'].map((name, n) => ({
      ...once(n + 1, name, 'desk@a.example'),
      messages: 2,
    }));
    const people = joinPeople(desk, NOTHING);
    expect(people.map(({ kind }) => kind)).toEqual(['person', 'person', 'person']);
  });

  it('joins a nickname, and a name without its space', () => {
    const own = ['Zihan Quillfeather', 'quillfeatherzihan', 'night owl', 'zq'].map((name, n) => ({
      ...once(n + 1, name, 'zq@a.example'),
      messages: 20,
    }));
    const people = joinPeople(own, NOTHING);
    expect(people.map(({ kind, identities }) => [kind, identities.length])).toEqual([['person', 4]]);
  });

  it('keeps a person whose address a robot also uses, and one named like a program', () => {
    const people = joinPeople(
      of(['Ida Thornwood', 'ida@a.example'], ['kernel test robot', 'ida@a.example'], ['Ida Jenkins', 'ij@a.example']),
      NOTHING,
    );
    expect(people.map(({ name, kind }) => `${name}: ${kind}`).sort()).toEqual([
      'Ida Jenkins: person',
      'Ida Thornwood: person',
      'kernel test robot: bot',
    ]);
  });

  it('recognises the author behind a relay by the address that it names', () => {
    const given = of(
      ['Jun Wang', 'jun@a.example'],
      ['Jun Wang', 'wang@b.example'],
      ['Jun Wang via B4 Relay', 'devnull+wang.b.example@kernel.org'],
    );
    expect(groups(given)).toEqual(['devnull+wang.b.example@kernel.org wang@b.example', 'jun@a.example']);
  });

  it('shows a name without the additions of lists and mailers', () => {
    const names = (...all: string[]) => all.map((name) => joinPeople(of([name, 'x@a.example']), NOTHING)[0]?.name);
    expect(names('Quillfeather, Zoe', 'Zoe Quillfeather (Example Corp)', 'Zoe Quillfeather via linux-x')).toEqual(
      Array(3).fill('Zoe Quillfeather'),
    );
  });
});

describe('parseMailmap', () => {
  it('reads the four forms, and skips the rest', () => {
    const text =
      '# no\nAda Example <a@example.org>\n<new@example.org> <old@example.org>\nAda <a@example.org> <B@example.org>\nAda <a@example.org> Other <c@example.org> # why\nnonsense';
    expect(parseMailmap(text).map(({ address, oldName, oldAddress }) => [address, oldName, oldAddress])).toEqual([
      ['a@example.org', null, 'a@example.org'],
      ['new@example.org', null, 'old@example.org'],
      ['a@example.org', null, 'b@example.org'],
      ['a@example.org', 'Other', 'c@example.org'],
    ]);
  });
});
