import { describe, expect, it } from 'vitest';
import { clientOf, costOf, LIMITS, secondsToWait } from './limits';

describe('whose requests are counted together', () => {
  it.each([
    ['192.0.2.7', undefined, false, '192.0.2.7'],
    ['::ffff:192.0.2.7', undefined, false, '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', undefined, false, '2001:db8:1:2::/64'],
    ['2001:db8::9', undefined, false, '2001:db8:0:0::/64'],
    ['2001:0DB8:0001:0002::1', undefined, false, '2001:db8:1:2::/64'],
    ['::1', undefined, false, null],
    ['127.0.0.1', undefined, false, null],
    ['::ffff:127.0.0.1', undefined, false, null],
    [undefined, undefined, false, null],
    // Whoever asks may write X-Forwarded-For: only the last address is the proxy's word, and only where there is one.
    ['192.0.2.7', '198.51.100.1', false, '192.0.2.7'],
    ['127.0.0.1', '198.51.100.1', false, null],
    ['127.0.0.1', '10.0.0.1, 198.51.100.1', true, '198.51.100.1'],
    ['127.0.0.1', 'no address', true, 'unknown'],
    ['127.0.0.1', '198.51.100.1:4711', true, '198.51.100.1'],
    ['127.0.0.1', '[2001:db8::9]:4711', true, '2001:db8:0:0::/64'],
    ['192.0.2.7', '', true, '192.0.2.7'],
  ])('%s, forwarded for %s, trusted %s: %s', (peer, forwarded, trusted, client) => {
    expect(clientOf(peer, forwarded, trusted)).toBe(client);
  });
});

describe('what is limited', () => {
  it.each([
    ['POST', '/[list]', '/all/', 'q=x&x=m', 'mbox'],
    ['POST', '/[list]/[msgid]', '/all/x/', 'q=x&x=m', 'mbox'],
    ['GET', '/commit/[oid]', '/commit/12345678/', '', 'search'],
    ['POST', '/quotes', '/quotes/', '', 'quotes'],
    ['POST', '/api/v1/[...path]', '/api/v1/quotes', '', 'quotes'],
    ['GET', '/search', '/search/', 'q=x', 'search'],
    ['GET', '/[list]', '/all/', 'q=x&x=A', 'search'],
    ['GET', '/api/v1/[...path]', '/api/v1/search', 'q=x', 'search'],
    ['GET', '/series/[id]/diff', '/series/7/diff/', 'from=1&to=2', 'diff'],
    ['GET', '/[list]/[msgid]/[view]', '/all/x/html', '', 'parts'],
    ['HEAD', '/[list]/[msgid]/[view]', '/all/x/0-a.pdf', '', 'parts'],
    ['GET', '/[list]/[msgid]/[view]', '/all/x/html/', '', 'parts'],
    ['GET', '/[list]/[msgid]/[view]', '/all/1-x/T/', '', null],
    ['GET', '/[list]', '/all/', 'before=7', null],
    ['GET', '/[list]/[msgid]/[view]', '/all/x/t.mbox.gz', '', null],
    ['GET', '/[list]/[msgid]/[view]', '/all/x/raw', '', null],
    ['GET', '/quotes', '/quotes/', '', null],
  ])('%s %s', (method, pattern, path, query, kind) => expect(costOf(method, pattern, path, query)).toBe(kind));

  it('lets an address ask as often as is said, then tells how long to wait; others go on', async () => {
    for (let n = 0; n < LIMITS.quotes.points; n++) expect(await secondsToWait('quotes', 'a')).toBe(0);
    const wait = await secondsToWait('quotes', 'a');
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(LIMITS.quotes.duration);
    expect(await secondsToWait('quotes', 'b')).toBe(0);
    expect(await secondsToWait('search', 'a')).toBe(0);
  });
});
