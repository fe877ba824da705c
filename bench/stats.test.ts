import { describe, expect, it } from 'vitest';
import { median, percentile } from './stats';

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);

  it('is a measured value, by nearest rank', () => {
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile([1, 2, 3, 4], 0.99)).toBe(4);
  });

  it('goes from the smallest to the largest', () => {
    expect(percentile(hundred, 0)).toBe(1);
    expect(percentile(hundred, 1)).toBe(100);
  });

  it('compares numbers as numbers, and does not sort its input', () => {
    const values = [10, 9, 100];
    expect(percentile(values, 1)).toBe(100);
    expect(values).toEqual([10, 9, 100]);
  });

  it('throws without values', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });
});

describe('median', () => {
  it('is the middle, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it('throws without values', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
