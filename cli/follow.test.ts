import { describe, expect, it } from 'vitest';
import { secondsToWait } from './follow';

describe('the wait until the next look', () => {
  const between = (...args: [number, number, number | null]) => [
    secondsToWait(...args, 0),
    secondsToWait(...args, 0.9999),
  ];

  it('is as often as asked, spread by a tenth', () => {
    expect(between(300, 0, null)).toEqual([270, expect.closeTo(330, 0)]);
  });

  it('doubles with each failure, up to an hour, or as often as asked where that is longer', () => {
    expect(secondsToWait(300, 1, null, 0.5)).toBe(600);
    expect(secondsToWait(300, 3, null, 0.5)).toBe(2400);
    expect(between(300, 40, null)).toEqual([2700, expect.closeTo(4500, 0)]);
    expect(secondsToWait(86_400, 2, null, 0.5)).toBe(86_400);
  });

  it('is never shorter than the server asks', () => {
    expect(secondsToWait(1, 1, 120, 0)).toBe(120);
    expect(secondsToWait(300, 1, 1, 0.5)).toBe(600);
  });
});
