import { describe, expect, it } from 'vitest';
import { namesOf, partsOf, type Titled, topicsFound } from './found';

describe('the topics that subjects name', () => {
  it.each([
    ['[PATCH v2 1/3] EDAC/amd64: Fix a leak', ['EDAC', 'amd64']],
    ['Re: [PATCH] PM / devfreq: exynos: Add a limit', ['PM', 'devfreq', 'exynos']],
    ['antenna: which cable', ['antenna']],
    ['Which cable for my antenna?', null],
    ['What I did: a long story', null],
    ['10.5: no', null],
  ])('%s', (subject, parts) => expect(partsOf(subject)).toEqual(parts));

  it('name the narrowest first', () => {
    expect(namesOf('[PATCH] EDAC/amd64: x86: Fix a leak')).toEqual(['EDAC/amd64', 'EDAC']);
    expect(namesOf('drivers/edac: Fix a leak')).toEqual(['drivers/edac']);
    expect(namesOf('Hello: which cable?')).toEqual([]);
    expect(namesOf('Which cable for my antenna?')).toEqual([]);
  });

  const threads = (prefix: string, many: number, files: string | null = null): Titled[] =>
    Array.from({ length: many }, (_, n) => ({ subject: `[PATCH] ${prefix}: change ${n}`, author: n % 4, files }));

  it('are those of many threads by several people, with their parts and their folder', () => {
    const found = topicsFound([
      ...threads('antenna', 6),
      ...threads('EDAC/amd64', 4, 'drivers/edac/amd64_edac.c'),
      ...threads('EDAC', 5, 'drivers/edac/edac_mc.c\nMAINTAINERS'),
      ...threads('rare', 3),
      ...threads('question', 9),
    ]);
    expect(found.map(({ topic: { slug, title }, threads }) => [slug, title, threads])).toEqual([
      ['edac', 'EDAC', 9],
      ['antenna', 'antenna', 6],
    ]);
    expect(found[0]?.topic.description).toContain('patches to drivers/edac/');
    expect(found[0]?.topic.systems.map(({ slug, title }) => [slug, title])).toEqual([['edac-amd64', 'amd64']]);
    expect(found[1]?.topic.systems).toEqual([]);
  });

  it('have the other files of their entry in MAINTAINERS, and entries that no subject names are topics', () => {
    const entries = [
      { title: 'EDAC-CORE', files: ['Documentation/edac.rst', 'drivers/edac'] },
      { title: 'EXAMPLE LAMPS', files: ['drivers/lamps'] },
      { title: 'EXAMPLE FANS', files: ['drivers/fans'] },
    ];
    const odd = ['Light up', 'Shine', 'Glow', 'Burn', 'Blink'].map((subject, author) => ({
      subject,
      author,
      files: 'drivers/lamps/led/a.c\ndrivers/lamps/b.c',
    }));
    const found = topicsFound(
      [...threads('EDAC', 6, 'drivers/edac/edac_mc.c'), ...odd, ...threads('fan', 4, 'drivers/fans/f.c')],
      entries,
    );
    expect(found.map(({ topic: { slug, title }, threads }) => [slug, title, threads])).toEqual([
      ['edac', 'EDAC', 6],
      ['example-lamps', 'EXAMPLE LAMPS', 5],
    ]);
    expect(found[0]?.topic.description).toContain('the other files of EDAC-CORE in MAINTAINERS');
  });

  it('are none where one person began all of the threads', () =>
    expect(topicsFound(threads('blog', 20).map((one) => ({ ...one, author: 1 })))).toEqual([]));

  it('takes a subject of any form, in linear time', () => {
    const odd = ['a/'.repeat(5000), '[a'.repeat(5000), `${'re:'.repeat(5000)} x`, '"x" OR (: y', ''];
    expect(() => topicsFound(odd.flatMap((one) => threads(one, 8)))).not.toThrow();
  });
});
