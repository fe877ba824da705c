import { describe, expect, it } from 'vitest';
import { resolveQuotes } from './resolve';

const first = [
  'The kernel that crashed cannot be trusted with anything at all.',
  'So a second one, loaded beforehand, takes the dump.',
  '',
  'Debuggers rely on far too much of it.',
].join('\n');

/** Pairs of a quoted span and its source, as `line+lines<-member:line+lines`, with `!` where it is answered. */
const told = (...texts: [parent: number | null, text: string][]) =>
  resolveQuotes(texts.map(([parent, text]) => ({ parent, text }))).quotes.map(
    ({ by, line, lines, from, fromLine, fromLines, isAnswered }) =>
      `${by}@${line}+${lines}<-${from}@${fromLine}+${fromLines}${isAnswered ? '!' : ''}`,
  );

describe('the source of a quotation', () => {
  it('is found line by line, and what is answered is a passage of its own', () => {
    const reply = [
      'Ann writes:',
      '> The kernel that crashed cannot be trusted with anything at all.',
      '> So a second one, loaded beforehand, takes the dump.',
      '>',
      '> Debuggers rely on far too much of it.',
      'They rely on as little as they can.',
    ].join('\n');
    expect(told([null, first], [0, reply])).toEqual(['1@1+2<-0@0+2', '1@4+1<-0@3+1!']);
  });

  it('is found though it was wrapped anew', () => {
    const reply = [
      '> The kernel that crashed cannot be trusted with',
      '> anything at all. So a second one, loaded',
      '> beforehand, takes the dump.',
      '',
      'Agreed.',
    ].join('\n');
    expect(told([null, first], [0, reply])).toEqual(['1@0+3<-0@0+2!']);
  });

  it('is the one who wrote it, through quotations of quotations', () => {
    const answer = '> Debuggers rely on far too much of it.\n\nThat is not what I saw on real machines here.';
    const third = '>> Debuggers rely on far too much of it.\n> That is not what I saw on real machines here.\n\nWhere?';
    expect(told([null, first], [0, answer], [1, third])).toEqual(['1@0+1<-0@3+1!', '2@0+1<-0@3+1', '2@1+1<-1@2+1!']);
  });

  it('may be several mails in one answer, and nobody where the words are not there', () => {
    const other = 'Keep the notifiers out of the crash path, whatever they promise.';
    const both = [
      '> Debuggers rely on far too much of it.',
      'Yes.',
      '> Keep the notifiers out of the crash path, whatever they promise.',
      'Yes again.',
      '> Nobody in this thread ever wrote such a sentence.',
      'No.',
    ].join('\n');
    expect(told([null, first], [0, other], [0, both])).toEqual(['2@0+1<-0@3+1!', '2@2+1<-1@0+1!']);
  });

  it('takes no attribution for words, and survives anything', () => {
    const said = '> On Mon, 3 Jan 2005, Ann Example wrote:\n>> Debuggers rely on far too much of it.\n\nHm.';
    expect(told([null, first], [0, said])).toEqual(['1@1+1<-0@3+1!']);
    expect(told([null, ''], [0, '>'], [1, '> \n> >\n'])).toEqual([]);
    expect(told([null, `${'x'.repeat(200_000)}\n`], [0, `> ${'x'.repeat(200_000)}\nyes`])).toHaveLength(1);
  });
});
