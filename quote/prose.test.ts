import { describe, expect, it } from 'vitest';
import { isContents, isProse } from './prose';

describe('an argument', () => {
  it.each([
    'The kernel that crashed cannot be trusted, so a second one takes the dump.',
    'I think that do_dump() is called too late: by then the console lock (see panic()) may be held.',
    "That's a bit of a chicken-and-egg thing, isn't it? Needs more discussion.",
    '1. The unfortunate naming\n2. The number that means nothing\n3. A word for what was not found',
    '* it takes no lock of the kernel, and\n* it relies on nothing that the crash may have harmed.',
  ])('is prose: %s', (text) => expect(isProse(text)).toBe(true));

  it.each([
    'case DIE_OOPS:\ncase PANIC_NOTIFIER:\n\tdo_dump = 1;\n\tbreak;',
    '/*\n * Disable the walk errors here because this\n * is always needed when it is enabled\n */',
    "ld: vmlinux.o: in function `poll':\ncore.c:683: undefined reference to `track'\nmake[1]: *** [Makefile:35] Error 1",
    'Changes since v7:\n- rebased on the tree of today\n- took the names that were asked for',
    '    Link: some place or other\n    Acked-by: Ann Example\n    Signed-off-by: Bob Example\n    and so it was',
    'Ann Example (2):\n  dump: take the names that were asked for\n  dump: say what was written and where',
    'v2 -> v3: no change but the names that were asked for',
    'If you fix the issue in a separate patch, kindly add following tags\n| Reported-by: a robot <robot@example.org>',
    '[  117.973657] EDAC MC0: 1 CE on unknown memory\n[  117.973660] EDAC MC0: 2 CE on unknown memory',
    'STEP 1 critical_callback => __sdei_callback => in_nmi_queue_one // peak and read => irq_work_queue()',
  ])('is not prose: %s', (text) => expect(isProse(text)).toBe(false));
});

describe('a long list', () => {
  it('is a table of contents, but three reasons are not', () => {
    expect(isContents('1. a driver\n2. its interface\n3. the documents\n4. a test\n5. a maintainer')).toBe(true);
    expect(isContents('Because:\n- it is late\n- it holds locks\n- nobody reads it')).toBe(false);
  });
});
