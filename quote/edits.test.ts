import { describe, expect, it } from 'vitest';
import { changeOf, editsOf, effortOfArticle } from './edits';

const listed = (edits: ReturnType<typeof editsOf>) => edits.map(({ kind, text }) => `${kind}: ${text}`);

describe('the changes in a quotation', () => {
  it('are found word by word', () => {
    expect(listed(editsOf('It never worked at all.', 'It never worked'))).toEqual([
      'same: It never worked',
      'left out:  at all.',
    ]);
    expect(changeOf('It never worked at all.', 'It always worked at all.')).toBe('changed: “always” for “never”');
  });

  it('are everything if comparing costs too much, within a budget per article', () => {
    const [one, other] = ['a', 'b'].map((letter) =>
      Array.from({ length: 3000 }, (_, n) => `${letter}${n}`).join(' '),
    ) as [string, string];
    const effort = effortOfArticle();
    expect(listed(editsOf(one, other, effort))).toEqual([`left out: ${one}`, `put in: ${other}`]);
    expect(effort.left).toBeLessThan(2000);
    expect(changeOf(one, other, effort)).toBe('changed: most of it');
    expect(changeOf('It never worked', 'It always worked', effort)).toBe('changed: “always” for “never”');
  });
});
