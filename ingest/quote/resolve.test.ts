import { describe, expect, it } from 'vitest';
import { resolveQuotes } from './resolve';

const first = [
  'The kernel that crashed cannot be trusted with anything at all.',
  'So a second one, loaded beforehand, takes the dump.',
  '',
  'Debuggers rely on far too much of it.',
].join('\n');

/** Quoted spans with their sources as `line+lines<-member:line+lines`, with `!` if answered. */
const sourcesOf = (...texts: [parent: number | null, text: string][]) =>
  resolveQuotes(texts.map(([parent, text]) => ({ parent, text }))).quotes.map(
    ({ by, line, lines, from, fromLine, fromLines, isAnswered }) =>
      `${by}@${line}+${lines}<-${from}@${fromLine}+${fromLines}${isAnswered ? '!' : ''}`,
  );

describe('the source of a quotation', () => {
  it('is found line by line, and the answered lines are a separate passage', () => {
    const reply = [
      'Ann writes:',
      '> The kernel that crashed cannot be trusted with anything at all.',
      '> So a second one, loaded beforehand, takes the dump.',
      '>',
      '> Debuggers rely on far too much of it.',
      'They rely on as little as they can.',
    ].join('\n');
    expect(sourcesOf([null, first], [0, reply])).toEqual(['1@1+2<-0@0+2', '1@4+1<-0@3+1!']);
  });

  it('is found if it was re-wrapped', () => {
    const reply = [
      '> The kernel that crashed cannot be trusted with',
      '> anything at all. So a second one, loaded',
      '> beforehand, takes the dump.',
      '',
      'Agreed.',
    ].join('\n');
    expect(sourcesOf([null, first], [0, reply])).toEqual(['1@0+3<-0@0+2!']);
  });

  it('is the original author, through quotations of quotations', () => {
    const answer = '> Debuggers rely on far too much of it.\n\nThat is not what I saw on real machines here.';
    const third = '>> Debuggers rely on far too much of it.\n> That is not what I saw on real machines here.\n\nWhere?';
    expect(sourcesOf([null, first], [0, answer], [1, third])).toEqual([
      '1@0+1<-0@3+1!',
      '2@0+1<-0@3+1',
      '2@1+1<-1@2+1!',
    ]);
  });

  it('may be several mails in an answer, or none if the words are not found', () => {
    const other = 'Keep the notifiers out of the crash path, whatever they promise.';
    const both = [
      '> Debuggers rely on far too much of it.',
      'Yes.',
      '> Keep the notifiers out of the crash path, whatever they promise.',
      'Yes again.',
      '> Nobody in this thread ever wrote such a sentence.',
      'No.',
    ].join('\n');
    expect(sourcesOf([null, first], [0, other], [0, both])).toEqual(['2@0+1<-0@3+1!', '2@2+1<-1@0+1!']);
  });

  it('does not treat attributions as words, and accepts any input', () => {
    const said = '> On Mon, 3 Jan 2005, Ann Example wrote:\n>> Debuggers rely on far too much of it.\n\nHm.';
    expect(sourcesOf([null, first], [0, said])).toEqual(['1@1+1<-0@3+1!']);
    expect(sourcesOf([null, ''], [0, '>'], [1, '> \n> >\n'])).toEqual([]);
    expect(sourcesOf([null, `${'x'.repeat(200_000)}\n`], [0, `> ${'x'.repeat(200_000)}\nyes`])).toHaveLength(1);
  });
});

describe('a difficult quotation', () => {
  it('is found after non-breaking spaces, and short lines by the mail that they answer', () => {
    const wide = '> The\u00a0kernel that\u00a0crashed cannot be trusted with anything\n> at all.\n\nRight.';
    expect(sourcesOf([null, first], [0, wide])).toEqual(['1@0+2<-0@0+1!']);
    expect(sourcesOf([null, 'Why?\n\nBecause of the notifiers.'], [0, '> Why?\nI do not know.'])).toEqual([
      '1@0+1<-0@0+1!',
    ]);
    expect(sourcesOf([null, 'Why?\n\nBecause.\n\nWhy?'], [0, '> Why?\nI do not know.'])).toEqual([]);
    const below = '> On Mon, 3 Jan 2005, Ann Example wrote:\n>\n> Why?\nI do not know.';
    expect(sourcesOf([null, 'Why?\n\nBecause of the notifiers.'], [0, below])).toEqual(['1@2+1<-0@0+1!']);
    const both = '> One.\n\nDitto.\n\n> Two.\n\nDitto.\n';
    expect(sourcesOf([null, ''], [0, both], [1, '>> Two.\n>\n>Ditto.\nSure.\n'])).toEqual(['2@2+1<-1@6+1!']);
  });

  it('is found in a line that a mailer broke, whatever marks the rest has', () => {
    const source =
      'Wait until the controller has reported\nthat the whole transfer came to its completion\nbefore the next.';
    const answer = '> that the whole transfer came to its completion\n\nHow long?';
    const third =
      '>> that the whole transfer came to its\n>completion\n>> before the next.\n\nA second.\n\n>> its\n>rest\n\nNo.';
    expect(sourcesOf([null, source], [0, answer], [1, third])).toEqual([
      '1@0+1<-0@1+1!',
      '2@0+1<-0@1+1',
      '2@1+1<-0@1+1',
      '2@2+1<-0@2+1!',
    ]);
  });

  it('is distinguished from similar ones by its neighbours', () => {
    const rows = (name: string) => `${name}:\n  enum:\n    - example,controller-1\n`;
    const quoted = '> second:\n>   enum:\n>     - example,controller-1\n\nNo.';
    expect(sourcesOf([null, rows('first') + rows('second')], [0, quoted])).toEqual(['1@0+3<-0@3+3!']);
  });

  it("is not a robot's mark, and not a header that equals words elsewhere", () => {
    const listing = 'A listing:\n   304  if (a_long_condition)\n > 305  return a_long_value;\n   306  }\n';
    expect(sourcesOf([null, '   305  return a_long_value;'], [0, listing])).toEqual([]);
    const error = 'Errors:\n>> lib/a.c:16:10: error: something is not declared here\n  16 | x\n';
    expect(sourcesOf([null, 'lib/a.c:16:10: error: something is not declared here'], [0, error])).toEqual([]);
    const list = 'A. Writer (2):\n  cdx: add the headers\n  to include/linux';
    expect(
      sourcesOf([null, list], [0, '> Subject: Re: [PATCH v8 1/5] cdx: add the headers to include/linux\n\nHm.']),
    ).toEqual([]);
  });

  it('stays with its mail if that has it wrapped differently, even if another mail has such a line', () => {
    const long = 'The patch could not be applied at 0024 of the external interrupt handler type.\nUse the other tree.';
    const quoted =
      '> The patch could not be applied at 0024 of the\n> external interrupt handler type.\n> Use the other tree.\n\nYes.';
    expect(sourcesOf([null, 'external interrupt handler type'], [0, long], [1, quoted])).toEqual(['2@0+3<-1@0+2!']);
  });

  it('stays within its limits if everybody quotes everything', () => {
    const lines = Array.from(
      { length: 40 },
      (_, n) => `sentence number ${n % 10} is said by all of us, again and again`,
    );
    const all = lines.join('\n');
    const edited = lines.map((line) => `> ${line.replace('said', 'nearly said').replace('us', 'them')}`).join('\n');
    const mails = Array.from({ length: 300 }, (_, n): [number | null, string] => [
      n ? n - 1 : null,
      `${n % 2 ? edited : lines.map((line) => `> ${line}`).join('\n')}\n\n${all}`,
    ]);
    expect(resolveQuotes(mails.map(([parent, text]) => ({ parent, text }))).quoted).toBe(12_000);
  });
});
