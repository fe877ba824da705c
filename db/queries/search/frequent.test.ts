import { describe, expect, it } from 'vitest';
import { WordFilter } from './frequent';

describe('the filter of frequent words', () => {
  it('never misses a word, and seldom takes another for it', () => {
    const words = new WordFilter();
    const numbered = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => `word${(from + n).toString(36)}`);
    const known = numbered(0, 20_000);
    expect(known.some((word) => words.has(word))).toBe(false);
    for (const word of known) words.add(word);
    expect(known.every((word) => words.has(word))).toBe(true);
    expect(numbered(20_000, 20_000).filter((word) => words.has(word)).length).toBeLessThan(100);
  });
});
