import { describe, expect, it } from 'vitest';
import { parseMmSubject, readMmAnnouncement } from './mm.ts';

const TEXT = `http://example.org/patches/2.6.99-mm1/

- A word about nothing.

- Status of as-yet-unmerged things:

  - the widget code: it works, but nobody
    has asked for it.

  - gadgets: next year.

Changes since 2.6.99-rc1-mm1:

 linus.patch

 External trees

-gone.patch
-gone-too.patch

 Merged

+new.patch
+new-fix.patch

 Widget work

number of patches in -mm: 3

All 3 patches:

linus.patch

new.patch
  widget: do it

new-fix.patch
  widget-do-it fix
`;

describe('readMmAnnouncement', () => {
  const release = readMmAnnouncement('2.6.99-mm1', TEXT);
  it('distinguishes remarks on unmerged things from others', () => {
    expect(release?.remarks.map(({ subject, isUnmerged }) => [subject, isUnmerged])).toEqual([
      ['', false],
      ['the widget code', true],
      ['gadgets', true],
    ]);
    expect(release?.remarks[1]?.text).toBe('it works, but nobody has asked for it.');
  });
  it('accounts for each line of the changelog', () => {
    const brief = release?.entries.map(({ kind, file, title, note }) => `${kind} ${file}|${title ?? ''}|${note ?? ''}`);
    expect(brief).toEqual([
      'kept linus.patch||External trees',
      'note ||External trees',
      'dropped gone.patch||Merged',
      'dropped gone-too.patch||Merged',
      'note ||Merged',
      'added new.patch||Widget work',
      'added new-fix.patch||Widget work',
      'note ||Widget work',
      'all linus.patch||',
      'all new.patch|widget: do it|',
      'all new-fix.patch|widget-do-it fix|',
    ]);
  });
  it('gives its name, its predecessor and the number of its patches', () => {
    expect([release?.name, release?.previous, release?.patches, release?.location]).toEqual([
      '2.6.99-mm1',
      '2.6.99-rc1-mm1',
      3,
      'http://example.org/patches/2.6.99-mm1/',
    ]);
  });
  it('ignores other mails', () => expect(readMmAnnouncement('Re: 2.6.99-mm1', TEXT)).toBeNull());
});

describe('parseMmSubject', () => {
  it.each([
    ['+ a-b.patch added to mm-unstable branch', 'added a-b.patch  mm-unstable'],
    ['+ a-b.patch added to -mm tree', 'added a-b.patch  -mm'],
    ['[merged mm-stable] a-b.patch removed from -mm tree', 'removed a-b.patch merged mm-stable -mm'],
    ['[obsolete] a-b.patch removed from -mm tree', 'removed a-b.patch obsolete -mm'],
  ])('%s', (subject, expected) => {
    const event = parseMmSubject(subject);
    expect(event && `${event.action} ${event.file} ${event.reason} ${event.tree}`).toBe(expected);
  });
});
