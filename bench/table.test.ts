import { describe, expect, it } from 'vitest';
import { figure, markdownOf, spread, times } from './table';

describe('markdownOf', () => {
  it('aligns figures to the right and keeps a bar inside its cell', () => {
    const text = markdownOf({
      title: 'T',
      notes: ['how'],
      columns: ['query', 'ms'],
      rows: [
        ['a|b', '1.5'],
        ['c', '12'],
      ],
    });
    expect(text).toBe('### T\n\nhow\n\n| query |  ms |\n| ----- | --: |\n| a\\|b  | 1.5 |\n| c     |  12 |');
  });

  it('draws a table without rows', () => {
    expect(markdownOf({ title: 'T', notes: [], columns: ['a'], rows: [] })).toBe('### T\n\n| a   |\n| --- |');
  });
});

describe('figures', () => {
  it('keep the significant digits', () => {
    expect([12345.6, 123.45, 12.345, 1.2345, 0.01234].map(figure)).toEqual(['12,346', '123', '12.3', '1.23', '0.012']);
  });

  it('show a missing value', () => {
    expect(figure(Number.NaN)).toBe('–');
    expect(times(1 / 0)).toBe('–');
    expect(spread([])).toBe('–');
  });

  it('show the spread only for several rounds', () => {
    expect(spread([2])).toBe('2');
    expect(spread([3, 1, 2])).toBe('2 (1–3)');
  });
});
