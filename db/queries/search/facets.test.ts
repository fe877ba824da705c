import { expect, it } from 'vitest';
import { firstIdAt } from '#mail/ids';
import { monthsOf } from './facets';

const at = (date: string, n = 0) => firstIdAt(Date.parse(date) / 1000) + n;

it('counts matches by month, whatever their order', () => {
  const ids = [at('2022-03-01'), at('2022-02-28T23:59:59Z', 7), at('2022-02-01'), at('2005-12-31'), at('2022-02-02')];
  expect(monthsOf(ids)).toEqual([
    { month: '2005-12', messages: 1 },
    { month: '2022-02', messages: 3 },
    { month: '2022-03', messages: 1 },
  ]);
  expect(monthsOf([])).toEqual([]);
});
