import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateRange } from './dates';
import { parseQuery } from './parse';
import { stemOf, stemsOfPrefix } from './stem';
import type { Node } from './types';

const NOW = Date.UTC(2026, 10, 23, 12) / 1000;

/** A short form of a tree. */
function short(node: Node | null): string {
  if (!node) return '';
  if (node.kind === 'and' || node.kind === 'or')
    return `(${node.of.map(short).join(node.kind === 'and' ? ' & ' : ' | ')})`;
  if (node.kind === 'not') return `!${short(node.of)}`;
  if (node.kind === 'words')
    return `${node.field === 'any' ? '' : `${node.field}:`}${node.phrase ? `"${node.text}"` : node.text}${node.prefix ? '*' : ''}`;
  if (node.kind === 'near') return `${node.of[0]}~${node.distance}~${node.of[1]}`;
  if (node.kind === 'range') return `${node.field}[${node.from},${node.to}]`;
  if (node.kind === 'term') return `${node.field}=${node.value}`;
  return node.kind === 'test' ? `${node.name}?${node.value}` : '';
}

const tree = (query: string) => {
  const parsed = parseQuery(query, NOW);
  return parsed.problem ? `? ${parsed.problem.message}` : short(parsed.tree);
};

describe('parseQuery', () => {
  it.each([
    ['', ''],
    ['kexec', 'kexec'],
    ['kexec panic', '(kexec & panic)'],
    ['suspend AND resume', '(suspend & resume)'],
    ['a OR b c', '(a | (b & c))'],
    ['kernel NOT patch', '(kernel & !patch)'],
    ['kernel -patch +x', '(kernel & !patch & x)'],
    ['a AND NOT s:PATCH', '(a & !s:PATCH)'],
    ['(cxl OR einj) s:RFC', '((cxl | einj) & s:RFC)'],
    ['s:"exact phrase"', 's:"exact phrase"'],
    ['cve:2024-1234', 'cve:"CVE-2024-1234"'],
    ['cve:CVE-2024-1234', 'cve:"CVE-2024-1234"'],
    ['bugzilla:77', 'bugzilla:"show_bug.cgi?id=77"'],
    ['bugzilla:bugzilla.suse.com', 'bugzilla:"bugzilla.suse.com"'],
    ['syzbot:syzbot+0a1b@syzkaller.appspotmail.com', '(syzbot:"syzbot+0a1b" | syzbot:"extid=0a1b")'],
    ['syzbot:0a1*', '(syzbot:"syzbot+0a1"* | syzbot:"extid=0a1"*)'],
    ['regzbot:introduced', 'regzbot:"regzbot introduced"'],
    ['has:cve -has:fixes', '(cve:"CVE" & !has?fixes)'],
    ['(f:a OR f:b)', '(f:a | f:b)'],
    ['f:(a OR b)', '(f:a | f:b)'],
    ['hibern*', 'hibern*'],
    ['tcf:x', 'a:x'],
    ['dfn:drivers/md/', 'dfn:drivers/md/'],
    ['kexec_load()', 'kexec_load()'],
    ['dfpre:ABC123', 'dfpre=abc123'],
    ['a NEAR/5 b', 'a~5~b'],
    ['is:patch', 'is?patch'],
    ['foo:bar', '"foo bar"'],
    ['f:bp@alien8.de', 'f:bp@alien8.de'],
    ['x-y', 'x-y'],
  ])('reads %j', (query, expected) => expect(tree(query)).toBe(expected));

  it.each([
    ['"open', 'This quotation mark is not closed.', '"open"'],
    ['(a', 'This parenthesis is not closed.', '(a)'],
    ['a)', 'This closing parenthesis has no opening one.', 'a'],
    ['a OR', 'There is nothing after OR.', 'a'],
    ['OR a', 'There is nothing before OR.', 'a'],
    ['before:2022', 'There is no prefix before:', 'd:2022'],
    ['dnf:x', 'There is no prefix dnf:', 'dfn:x'],
    [
      'd:soon..',
      '"soon.." is not a range of dates. Write 20220101..20221231, 2022-05.. or ..2.weeks.ago, for example.',
      undefined,
    ],
    ['s:', 'There is nothing after s:.', undefined],
    ['()', 'There is nothing between these parentheses.', undefined],
  ])('says what is wrong with %j', (query, message, suggestion) => {
    const { problem } = parseQuery(query, NOW);
    expect(problem?.message).toBe(message);
    expect(problem?.suggestion).toBe(suggestion);
    expect(problem?.at[0]).toBeLessThanOrEqual(query.length);
  });

  it('never throws, and its suggestions can be parsed', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom(
        '(',
        ')',
        '"',
        '*',
        '-',
        '+',
        ' ',
        'AND',
        'OR',
        'NOT',
        'NEAR/3',
        's:',
        'f:(',
        'd:',
        'd:..',
        'dfn:',
        'a',
        'kexec',
        '..',
        'is:',
        ':',
        '20220101',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('')),
        (query) => {
          const { problem } = parseQuery(query, NOW);
          if (problem?.suggestion && !problem.suggestion.includes('"')) parseQuery(problem.suggestion, NOW);
        },
      ),
      { numRuns: 20_000 },
    );
  });
});

describe('dateRange', () => {
  const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 1000;
  it.each([
    ['20220101..20221231', day('2022-01-01'), day('2023-01-01')],
    ['2022-05..', day('2022-05-01'), null],
    ['..20200101', null, day('2020-01-02')],
    ['2004', day('2004-01-01'), day('2005-01-01')],
    ['20040728', day('2004-07-28'), day('2004-07-29')],
    ['yesterday..', day('2026-11-22'), null],
    ['..2.days.ago', null, NOW - 2 * 86_400 + 1],
    ['last.year..', Date.UTC(2025, 10, 23, 12) / 1000, null],
    ['2.weeks.ago..', NOW - 14 * 86_400, null],
  ])('%s', (text, from, to) => expect(dateRange(text, NOW)).toEqual({ from, to }));

  it.each(['20221301..', 'soon', '2022-02-31'])('not %s', (text) => expect(dateRange(text, NOW)).toBeNull());
});

describe('stemsOfPrefix', () => {
  it.each([
    ['hibernat', 'hibern'],
    ['operat', 'oper'],
    ['memorie', 'memori'],
    ['activa', 'activ'],
  ])('%s* finds what is indexed as %s', (prefix, stem) => {
    expect([...stemsOfPrefix(prefix), stemOf(prefix)]).toContain(stem);
  });
  it.each(['sus', 'hib', 'könig', '2022', 'therm'])('%s* is found as it is', (prefix) =>
    expect(stemsOfPrefix(prefix)).toEqual([]),
  );
});
