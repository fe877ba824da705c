import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '#query/parse';
import type { Node } from '#query/types';
import { expandTopics, parseTopics, TopicsError } from './topic';

const one = (topic: object) =>
  JSON.stringify({ topics: [{ slug: 't', title: 'T', description: '', systems: [], ...topic }] });

describe('topics.json', () => {
  it('that comes with the project is right', () => {
    const topics = parseTopics(readFileSync('topics.json', 'utf8'), 'topics.json');
    expect(topics.map(({ slug }) => slug)).toEqual(expect.arrayContaining(['ras', 'kexec', 'hibernation', 'mm-tree']));
    const systems = topics.flatMap((topic) => topic.systems.map(({ slug }) => slug));
    const asked =
      'kexec kdump kdb kgdb nlkd netdump lkcd crash swsusp uswsusp suspend2 kexec-jump mm-tree reiser4 realtime-preemption perfctr cachefs cpusets ext3-reservations ext3-resize sysfs-backing-store md';
    expect(systems).toEqual(expect.arrayContaining(asked.split(' ')));
  });

  it.each([
    ['{', 'this is not JSON'],
    ['{}', 'topics'],
    [one({ slug: 'No' }), 'lower-case letters'],
    [one({}), 'neither a query nor systems'],
    [one({ query: '(' }), 'topic t: query'],
    [one({ query: 'a', colour: 'red' }), 'colour'],
    [one({ systems: [{ slug: 'x', title: 'X', aliases: ['a AND'] }] }), 'system x: alias "a AND"'],
    [
      one({
        systems: [
          { slug: 'x', title: 'X', aliases: ['a'] },
          { slug: 'x', title: 'Y', aliases: ['b'] },
        ],
      }),
      'twice',
    ],
  ])('%s is refused with its place', (text, message) => {
    expect(() => parseTopics(text, 'f.json')).toThrow(TopicsError);
    expect(() => parseTopics(text, 'f.json')).toThrow(message);
  });

  it('is replaced by its queries in a search; a word refers to what its author writes', () => {
    const topics = parseTopics(
      one({ query: 'word s:x', systems: [{ slug: 'x', title: 'X', aliases: ['y'], except: 'z' }] }),
      'f',
    );
    const tree = expandTopics(parseQuery('a topic:T -system:x', 0).tree as Node, topics) as { of: Node[] };
    expect(tree.of[0]).toMatchObject({ field: 'any', text: 'a' });
    expect(tree.of[1]).toMatchObject({
      kind: 'about',
      said: { kind: 'or', of: [{ kind: 'and', of: [{ field: 'own' }, { field: 's' }] }, { kind: 'and' }] },
      titled: {
        of: [{ kind: 'or', of: [{ kind: 'and', of: [{ field: 's' }, { field: 's' }] }, { kind: 'and' }] }, {}],
      },
    });
    expect(tree.of[2]).toMatchObject({
      kind: 'not',
      of: {
        of: [
          { kind: 'about' },
          {
            kind: 'and',
            of: [
              { text: 'y', field: 'own' },
              { kind: 'not', of: { field: 'own' } },
            ],
          },
        ],
      },
    });
  });
});
