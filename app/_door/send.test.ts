import { describe, expect, it } from 'vitest';
import { encodingOf } from './send';

describe('how an answer is encoded', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['identity', null],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['BR', 'br'],
    ['*', 'gzip'],
    ['gzip;q=0', null],
    ['gzip;q=0.000, *;q=0', null],
  ])('%s: %s', (given, encoding) => {
    expect(encodingOf({ headers: given === undefined ? {} : { 'accept-encoding': given } })).toBe(encoding);
  });
});
