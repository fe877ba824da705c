import { describe, expect, it } from 'vitest';
import { nameOf } from './format';

describe('a name', () => {
  it.each([
    ['“William Example', 'William Example'],
    ['"Ann Example"', 'Ann Example'],
    ["O'Dea, Bo", "O'Dea, Bo"],
    ['Ann "Al" Example', 'Ann "Al" Example'],
    ['"Al" Example "X"', '"Al" Example "X"'],
    ['""', '""'],
    ['', 'ann@example.org'],
  ])('%j is shown as %s', (name, shown) => {
    expect(nameOf(name, 'ann@example.org')).toBe(shown);
  });
});
