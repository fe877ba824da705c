import { describe, expect, it } from 'vitest';
import { changelogsOf, itemNaming } from './changelog';

const versions = (text: string) => changelogsOf(text).map(({ version }) => version);
const items = (text: string) => changelogsOf(text).flatMap(({ items }) => items.map(({ text }) => text));

describe('the changes in a version', () => {
  it.each([
    ['Changes in v4:\n- one\n', [4]],
    ['Changes since v9:\n* one\n', [10]],
    ['Changes since V3:\n\nAdded one.\n', [4]],
    ['Changes from v1 to v2:\n - one\n', [2]],
    ['---\nV2: make it explicit\n---\n part.c | 2 +-\n', [2]],
    ['Changelog:\nv3:\n- one\nv2:\n- two\n', [3, 2]],
    ['Changelog:\n* v2: drop the hints (Cy)\n* v3: drop all (Cy)\n', [2, 3]],
    ['v3->v4:\n* one\n\nv2->v3:\n* two\n', [4, 3]],
    ['Changes\n=======\nv9 -> v10:\n1. one\n   more\n\n2. two\n', [10]],
    ['---\nChange in v2:\n\t- None.\n\n part.c | 1 +\n', [2]],
  ])('%j', (text, expected) => expect(versions(text)).toEqual(expected));

  it.each([
    'We changed v4l2 code.\n',
    'This was true since the beginning.\n',
    'v2 of the board has it.\n',
    'The history of v3 is long.\n',
  ])('is not %j', (text) => expect(versions(text)).toEqual([]));

  it('end where other text begins', () => {
    const text = 'Hello.\n\nChanges since v1:\n- one\n  and more\n\n- two\n\nThe work began long ago.\n- no item\n';
    expect(changelogsOf(text)[0]).toEqual({
      version: 2,
      lines: [2, 6],
      text: 'Changes since v1:\n- one\n  and more\n\n- two',
      items: [
        { line: 3, text: 'one and more' },
        { line: 6, text: 'two' },
      ],
    });
    expect(items('Changes in v2:\n- one\n\nAda Ames (2):\n  lib: part\n')).toEqual(['one']);
    expect(items('Changes in v2:\n- one\n---\n lib/part.c | 2 +-\n')).toEqual(['one']);
    expect(items('---\nV2: make it explicit\n---\n')).toEqual(['make it explicit']);
  });

  it('are found in linear time', () => {
    const began = performance.now();
    changelogsOf(`Changes in v2:\n${'- '.repeat(15_000)}`);
    changelogsOf(`${' '.repeat(30_000)}v2:`);
    changelogsOf('v1 -> \n'.repeat(5000));
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('an item that names a person', () => {
  const [log] = changelogsOf(
    'Changes in v4:\n- Rebase.\n- Address comments from Boris about names.\n- Split it (Cy Cole).\n- Add Reviewed-by from Dee Dunn.\n- Drop the lock as Ann suggested.\n',
  );
  const naming = (name: string, others: string[] = []) => (log ? itemNaming(log, name, others)?.text : undefined);
  it('is found by the name, a word of it or its beginning', () => {
    expect(naming('Borislav Petrov')).toBe('Address comments from Boris about names.');
    expect(naming('Cy Cole')).toBe('Split it (Cy Cole).');
    expect(naming('Ann East')).toBe('Drop the lock as Ann suggested.');
  });
  it('is the one about the objection', () => {
    const [two] = changelogsOf('Changes in v2:\n- rename the part (Cy)\n- drop the lock (Cy)\n');
    expect(two && itemNaming(two, 'Cy Cole', [], 'The lock is not needed.')?.text).toBe('drop the lock (Cy)');
  });
  it('is not found if another person has that name, or only tags are mentioned', () => {
    expect(naming('Ann East', ['Ann West'])).toBeUndefined();
    expect(naming('Dee Dunn')).toBeUndefined();
    expect(naming('Eve West')).toBeUndefined();
  });
});
