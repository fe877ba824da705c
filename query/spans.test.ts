import { describe, expect, it } from 'vitest';
import { spanOf, weekNameOf } from './spans';

const days = (name: string) => {
  const span = spanOf(name);
  return span && [span.from, span.to].map((at) => new Date(at * 1000).toISOString().slice(0, 10));
};

describe('spans of time in URLs', () => {
  it.each([
    ['2025', ['2025-01-01', '2026-01-01']],
    ['2004-07', ['2004-07-01', '2004-08-01']],
    ['2025-02-11', ['2025-02-11', '2025-02-12']],
    ['2025-W07', ['2025-02-10', '2025-02-17']],
    ['2020-W53', ['2020-12-28', '2021-01-04']],
    ['2021-W01', ['2021-01-04', '2021-01-11']],
  ])('%s', (name, expected) => expect(days(name)).toEqual(expected));

  it.each(['2009-13', '2009-00', '2025-02-30', '2025-W53', '2025-W00', '1969', '20250', '2025-1', 'x'])(
    'no %s',
    (name) => expect(spanOf(name)).toBe(null),
  );

  it('have neighbours of the same kind', () => {
    expect(spanOf('2021-W01')).toMatchObject({ previous: '2020-W53', next: '2021-W02' });
    expect(spanOf('2004-12')).toMatchObject({ previous: '2004-11', next: '2005-01' });
    expect(spanOf('2024-02-28')).toMatchObject({ next: '2024-02-29' });
    expect(spanOf('1970')).toMatchObject({ previous: '1969', next: '1971' });
  });
});

describe('the week of a time', () => {
  it.each([
    ['2025-02-10T00:00:00Z', '2025-W07'],
    ['2025-02-16T23:59:59Z', '2025-W07'],
    ['2024-12-30T12:00:00Z', '2025-W01'],
    ['2021-01-03T12:00:00Z', '2020-W53'],
    ['1970-01-01T00:00:00Z', '1970-W01'],
  ])('%s is in %s', (time, week) => {
    expect(weekNameOf(Date.parse(time) / 1000)).toBe(week);
    const span = spanOf(week);
    expect(span && span.from <= Date.parse(time) / 1000 && span.to > Date.parse(time) / 1000).toBe(true);
  });
});
