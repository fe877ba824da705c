import { describe, expect, it } from 'vitest';
import { combinedDiff, rangeDiff } from './rangediff.ts';

const patch = (id: number, title: string, ...lines: string[]) => ({
  id,
  position: id,
  title,
  text: `Words on ${title}.\n---\ndiff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -${id},1 +${id},${lines.length + 1} @@ f()\n one\n${lines.map((line) => `+${line}\n`).join('')}`,
});

describe('rangeDiff', () => {
  it('pairs patches by title and by change, and says what happened to each', () => {
    const older = [
      patch(1, 'a', 'alpha(1);', 'alpha(2);'),
      patch(2, 'b', 'beta(1);', 'beta(2);'),
      patch(3, 'c', 'gamma(3);'),
    ];
    const newer = [
      patch(1, 'b', 'beta(1);', 'beta(2);'),
      patch(2, 'a renamed', 'alpha(1);', 'alpha(2);'),
      patch(3, 'd', 'delta(4);'),
    ];
    const brief = rangeDiff(older, newer).map(
      (pair) => `${pair.old?.title ?? '-'} > ${pair.new?.title ?? '-'} ${pair.status}${pair.isMoved ? ' moved' : ''}`,
    );
    expect(brief).toEqual(['b > b same', 'a > a renamed reworded moved', '- > d added', 'c > - dropped']);
  });
  it('shows the difference of the diffs, not of line numbers', () => {
    const [pair] = rangeDiff([patch(1, 'a', 'alpha(1);', 'beta(2);')], [patch(9, 'a', 'alpha(1);', 'beta(3);')]);
    expect(pair?.status).toBe('changed');
    expect(
      pair?.diff.filter(({ kind }) => kind === 'old' || kind === 'new').map(({ kind, text }) => [kind, text]),
    ).toEqual([
      ['old', '+beta(2);'],
      ['new', '+beta(3);'],
    ]);
  });
});

describe('combinedDiff', () => {
  it('compares the combined changes of two versions, file by file', () => {
    const older = [patch(1, 'a', 'alpha(1);', 'beta(2);')];
    const newer = [patch(1, 'b', 'alpha(1);'), patch(2, 'c', 'gamma(3);')];
    const lines = combinedDiff(older, newer).filter(({ kind }) => kind === 'old' || kind === 'new');
    expect(lines.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'old +beta(2);',
      'new @@ f()',
      'new  one',
      'new +gamma(3);',
    ]);
  });

  it('is empty if both make the same changes', () => {
    expect(combinedDiff([patch(1, 'a', 'alpha(1);')], [patch(9, 'b', 'alpha(1);')])).toEqual([]);
  });
});

describe('mails with more lines than a call takes arguments', () => {
  const whole = (text: string) => [{ id: 1, position: 1, title: 'x', text }];
  it.each([
    ['a message', 'a\n'.repeat(300_000)],
    ['a hunk', `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,1 +1,300000 @@\n${'+\n'.repeat(300_000)}`],
    ['names of files', 'diff --git a/x b/x\n'.repeat(300_000)],
  ])('%s', (_, text) => {
    expect(rangeDiff(whole(text), whole('b'))).toHaveLength(1);
    expect(combinedDiff(whole(text), whole('b')).length).toBeLessThan(10_000);
  });
});
