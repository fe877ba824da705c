import { describe, expect, it } from 'vitest';
import { classify, partsForIndex } from './body.ts';
import { lineAt, lineStarts } from './lines.ts';

/** The kinds of the lines, one letter each. */
function kinds(text: string): string {
  const letters = {
    text: '.',
    attribution: 'A',
    quote: 'q',
    signature: 's',
    trailers: 'T',
    diffstat: 'S',
    file: 'F',
    hunk: '@',
    add: '+',
    del: '-',
    context: ' ',
    binary: 'B',
    base: 'b',
  };
  return classify(text)
    .map(({ kind, start, end }) => letters[kind].repeat(end - start))
    .join('');
}

const PATCH = `Fix it.

Signed-off-by: A <a@example.org>
---
 a/x.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

diff --git a/x.c b/x.c
index 1234567..89abcde 100644
--- a/x.c
+++ b/x.c
@@ -1,3 +1,3 @@ int f(void)
 one
-two
+TWO
 three
-- 
2.20.1

base-commit: 0123456789012345678901234567890123456789`;

describe('lineStarts', () => {
  it('gives each line, with or without a last LF', () => {
    for (const text of ['a\nb', 'a\nb\n']) {
      const starts = lineStarts(text);
      expect([...Array(starts.length - 1).keys()].map((i) => lineAt(text, starts, i))).toEqual(['a', 'b']);
    }
    expect(lineStarts('').length).toBe(1);
  });
});

describe('classify', () => {
  it('ends a diff where its hunks end', () => {
    expect(kinds(PATCH)).toBe('..T.SS.FFFF@ -+ sssb');
  });
  it('distinguishes quotations by depth', () => {
    const quotes = classify('On Monday, A B wrote:\n> > old\n> new\nmine\n');
    expect(quotes).toEqual([
      { kind: 'attribution', start: 0, end: 1 },
      { kind: 'quote', start: 1, end: 2, depth: 2 },
      { kind: 'quote', start: 2, end: 3, depth: 1 },
      { kind: 'text', start: 3, end: 4 },
    ]);
  });
  it('includes the first line of a wrapped attribution', () => {
    expect(kinds('Hi\n\nOn Tue, Jan 1, 2019 at 1:00 PM A B\n<a@example.org> wrote:\n> x')).toBe('..AAq');
  });
  it('recognises Outlook and supercite', () => {
    expect(kinds('Yes\n-----Original Message-----\nFrom: A\nSent: today\nSubject: x\n\nold')).toBe('.AAAA..');
    expect(kinds('>>>>> "AB" == A B <a@example.org> writes:\nAB> old\nnew')).toBe('Aq.');
  });
  it('keeps a wrapped line with the one above', () => {
    expect(kinds('--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a long\nline\n+b\n c\nbye')).toBe('FF@--+ .');
  });
  it('reads a diff -u, and text after it', () => {
    expect(kinds('diff -u a/x b/x\n--- a/x\t2004\n+++ b/x\t2004\n@@ -1 +1 @@\n-a\n+b\nwords\n--- a line')).toBe(
      'FFF@-+..',
    );
  });
  it('skips git binary data', () => {
    expect(
      kinds('diff --git a/x b/x\nindex 0..1\nGIT binary patch\nliteral 3\nKcmZ\n\nliteral 0\nHcmV\n\n-- \n2.1'),
    ).toBe('FFBBBBBBBss');
  });
});

describe('partsForIndex', () => {
  it('puts each line into its column, without its mark', () => {
    const parts = partsForIndex(`${PATCH}\n> quoted words`);
    expect(parts.removed).toBe('two');
    expect(parts.added).toBe('TWO');
    expect(parts.context).toBe('one\nthree');
    expect(parts.hunk).toBe('int f(void)');
    expect(parts.file).toBe('a/x.c b/x.c\na/x.c\nb/x.c');
    expect(parts.pre).toEqual(['1234567']);
    expect(parts.post).toEqual(['89abcde']);
    expect(parts.quoted).toBe('quoted words');
    expect(parts.own).toContain('Fix it.');
  });

  it('reads the names that git quotes', () => {
    const name = '"a/k\\303\\266r/an \\"x\\".c"';
    const other = name.replace('a/', 'b/');
    const { file } = partsForIndex(
      `diff --git ${name} ${other}\nindex 1234567..89abcde 100644\n--- ${name}\n+++ ${other}\n@@ -1 +1 @@\n-one\n+two\n`,
    );
    expect(file).toBe('a/kör/an "x".c b/kör/an "x".c\na/kör/an "x".c\nb/kör/an "x".c');
  });

  it.each([
    ['[    1.234567] Kdump: loaded', 'the log'],
    [' kexec_load+0x12/0x340', 'a backtrace'],
    ['CONFIG_KEXEC_JUMP=y', 'a configuration'],
    ['# CONFIG_CRASH_DUMP is not set', 'a configuration'],
    ['drivers/edac/x.c:12:3: error: no kdump', 'a compiler'],
    ['Documentation/kdump.rst: WARNING: in no toctree', 'a tool'],
    ["Merge branches 'kexec-x' and 'kdump-y'", 'branches'],
  ])('keeps %s out of what the author says (%s)', (line) => {
    const parts = partsForIndex(`I say this.\n${line}\nAnd that.`);
    expect(parts.own).toBe('I say this.\nAnd that.');
    expect(parts.aside).toBe(line);
  });

  it.each(['Note: error handling is new.', 'kdump: warning people is good', 'We merge branches by hand.'])(
    'leaves "%s" to its author',
    (line) => expect(partsForIndex(line).own).toBe(line),
  );
});
