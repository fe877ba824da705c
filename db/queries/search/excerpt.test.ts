import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptOf, Finder, type Piece } from './excerpt';

const word = (text: string, prefix = false) => ({ text, prefix });
const shown = (pieces: Piece[]) => pieces.map(({ text, mark }) => (mark ? `[${text}]` : text)).join('');
const excerpt = (text: string, ...words: Parameters<typeof word>[0][]) =>
  shown(excerptOf(Buffer.from(text), new Finder(words.map((one) => word(one)))).pieces);

describe('an excerpt', () => {
  it("prefers the author's words to quotations, and both to a diff", () => {
    const quoted = 'Ann wrote:\n> the panic is old\n\nNo, this panic is new.\n';
    expect(excerpt(quoted, 'panic')).toBe('No, this [panic] is new.');
    expect(excerpt('Yes.\n> the panic is old\n', 'panic')).toBe('Yes. the [panic] is old');
    expect(excerpt('Fix it.\n---\ndiff --git a/x b/x\n-panic();\n+warn();\n', 'panic')).toContain('-[panic]();');
    expect(excerpt('diff --git a/x b/x\n-panic();\n+a\n', 'warn')).toBe('');
  });

  it('leaves the trailers of a patch out, but for what is only there', () => {
    const patch =
      'From: Ann <ann@example.org>\n\nStop the panic.\n\nSigned-off-by: Ann <ann@example.org>\n---\n a.c | 2 +-\n';
    expect(excerpt(patch, 'panic')).toBe('Stop the [panic].');
    expect(excerpt(patch, 'nothing')).toBe('Stop the panic.');
    expect(excerpt(patch, 'signed')).toContain('[Signed]-off-by: Ann');
  });

  it('says on which line it is a quotation', () => {
    const lineOf = (text: string) => excerptOf(Buffer.from(text), new Finder([word('panic')])).quotedLine;
    expect(lineOf('Yes.\n\n> it is old\n> a panic\n')).toBe(3);
    expect(lineOf('Yes.\n> the panic\nthe panic\n')).toBeNull();
    expect(lineOf('diff --git a/x b/x\n-panic();\n')).toBeNull();
    expect(lineOf('nothing')).toBeNull();
  });

  it('marks every form that stemming finds, in any case, and only whole words', () => {
    expect(excerpt('Hibernation hibernates, dehibernated.', 'hibernate')).toBe(
      '[Hibernation] [hibernates], dehibernated.',
    );
    expect(excerpt('a machine\n  check, a MACHINE-check; machine a check', 'machine check')).toBe(
      'a [machine check], a [MACHINE-check]; machine a check',
    );
    expect(excerpt('amd64_edac and amd64 edac, amd64edac', 'amd64_edac')).toBe(
      '[amd64_edac] and [amd64 edac], amd64edac',
    );
    expect(excerpt('Grüße von KÖNIG', 'könig')).toBe('Grüße von [KÖNIG]');
  });

  it('finds a match far below, and shows the beginning if there is none', () => {
    const far = `${'line of words\n'.repeat(1000)}the needle here\n`;
    expect(excerpt(far, 'needle')).toMatch(/words the \[needle\] here$/);
    expect(excerpt(`> quoted\n${'own words '.repeat(50)}`, 'needle')).toMatch(/^own words own/);
  });

  it('passes a letter beyond 16 bits that is the end of another word', () => {
    const text = 'An a\u{1d4b3} is no word, and \u{1d4b3}-axis is.\n';
    expect(excerpt(text, '\u{1d4b3}')).toBe('An a\u{1d4b3} is no word, and [\u{1d4b3}]-axis is.');
  });

  it('finds the words of several phrases in the order of the text, a longer one where a shorter does not follow', () => {
    const text = 'A machine gun, then the check of a Machine Check, then a check.\n';
    expect(excerpt(text, 'machine check', 'check')).toBe(
      'A machine gun, then the [check] of a [Machine Check], then a [check].',
    );
  });

  it('ends with a whole word, shows that the text continues, and leaves out rules', () => {
    const cut = excerpt(`the panic ${'notifier '.repeat(60)}`, 'panic');
    expect(cut).toMatch(/^the \[panic\] (notifier )+notifier…$/);
    expect(cut.length).toBeGreaterThan(200);
    expect(excerpt('own '.repeat(100), 'needle')).toMatch(/^(own )+own…$/);
    expect(excerpt(`a panic\n${'-'.repeat(40)}\nhere\n`, 'panic')).toBe('a [panic] here');
  });

  it('is short and made from the text, for any text and any words', () => {
    const piece = fc.constantFrom(
      ...'> |\n-–@ aAbBéÉ漢\ud83d\ude00'.split(''),
      'abc',
      'diff --git ',
      '-- \n',
      '\n\n',
      '@@ -1 +1 @@',
      'wrote:\n',
      'ab'.repeat(400),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.array(fc.constantFrom('a', 'abc', 'b a', 'é', '漢', 'A-B')),
        (pieces, words) => {
          const text = pieces.join('').toWellFormed();
          const finder = words.length ? new Finder(words.map((one) => word(one))) : null;
          const found = excerptOf(Buffer.from(text), finder).pieces;
          const all = found.map((one) => one.text).join('');
          const letters = (of: string) => of.replace(/[\s>|]+/g, '');
          if (found.some(({ mark }) => mark)) expect(words.length).toBeGreaterThan(0);
          for (const line of all.replace(/…$/, '').split(/\s+/)) expect(letters(text)).toContain(letters(line));
          expect(found.every((one) => one.text !== '') || found.length === 1).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
