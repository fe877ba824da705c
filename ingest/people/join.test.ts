import { describe, expect, it } from 'vitest';
import { type Evidence, type Identity, joinPeople } from './join';
import { parseMailmap } from './mailmap';

const NOTHING: Evidence = { joined: [], apart: [], lists: new Set() };
const of = (...pairs: [string, string][]): Identity[] =>
  pairs.map(([name, address], n) => ({ id: n + 1, name, address, messages: 1, first: n }));
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
      'an address not made of the name',
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
      2,
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

  it('joins nobody by a name that is common in the archive', () => {
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

  it('gives the plain slug to who wrote first, whatever the order', () => {
    const identities = of(['Joan Overbury', 'joan@a.example'], ['Joan Overbury', 'desk@b.example']);
    const slugs = (given: Identity[]) =>
      joinPeople(given, NOTHING)
        .map(({ slug, identities: own }) => [own[0]?.id, slug])
        .sort();
    expect(slugs(identities)[0]).toEqual([1, 'joan-overbury']);
    expect(slugs(identities.toReversed())).toEqual(slugs(identities));
    expect(slugs(identities)[1]?.[1]).toMatch(/^joan-overbury-\w{4}$/);
  });
});

describe('parseMailmap', () => {
  it('reads the four forms, and passes over the rest', () => {
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
