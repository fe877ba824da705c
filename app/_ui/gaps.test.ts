import { describe, expect, it } from 'vitest';
import { isGap, withGaps, yearsOf } from './gaps';
import { laneAxis } from './LaneFigure';

describe('gaps of a time axis', () => {
  const rows = (counts: number[]) => counts.map((messages, month) => ({ month, messages }));
  const drawn = (counts: number[]) =>
    withGaps(rows(counts), ({ messages }) => messages === 0, 3).map((one) =>
      isGap(one) ? `gap ${one.count}` : one.messages,
    );

  it('are long runs without mail between others', () => {
    expect(drawn([1, 0, 0, 2])).toEqual([1, 0, 0, 2]);
    expect(drawn([1, 0, 0, 0, 2, 0])).toEqual([1, 'gap 3', 2, 0]);
    expect(drawn([0, 0, 0, 0])).toEqual([0, 0, 0, 0]);
    expect([yearsOf(12), yearsOf(161)]).toEqual(['1 year', '13 years']);
  });

  it('take little room among lanes, and hold no tick', () => {
    const year = 365 * 86_400;
    const axis = laneAxis([35 * year, 35.5 * year, 50 * year, 52 * year]);
    expect(axis.breaks.length).toBe(1);
    expect(axis.at(50 * year) - axis.at(35.5 * year)).toBeLessThan(60);
    const [gap] = axis.breaks;
    for (const tick of axis.ticks) expect(tick.x < (gap?.x ?? 0) - 10 || tick.x > (gap?.x ?? 0) + 10).toBe(true);
    expect(axis.ticks.length).toBeGreaterThan(2);
    expect(laneAxis([35 * year, 36 * year, 37 * year]).breaks).toEqual([]);
    // Two moments, and years later two of one morning.
    const hours = laneAxis([30.5 * year, 38.5 * year, 38.5 * year + 7200]);
    expect(hours.ticks.map(({ label }) => label)).toEqual(['Jun 2000', 'Jun 2008']);
  });
});
