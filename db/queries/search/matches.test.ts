import { expect, it } from 'vitest';
import { parseIds } from './matches';

it.each([[[]], [[0]], [[14_168_057_512, 1, -5, 9_007_199_254_740_991]], [[-1]]])('reads %j', (ids) => {
  expect(parseIds(Buffer.from(JSON.stringify(ids)))).toEqual(ids);
  expect(parseIds(Buffer.from(ids.join(' ')))).toEqual(ids);
});
