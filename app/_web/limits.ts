import { isIP } from 'node:net';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Rate limits of the expensive requests of one address: `points` in `duration` seconds. */
export const LIMITS = {
  /** POST ?q=...&x=m: every match, or its thread, decompressed while the client reads. b4 sends a few of these for one series. */
  mbox: { points: 60, duration: 60 },
  /** The quote finder compares an article with the whole archive. */
  quotes: { points: 20, duration: 60 },
  search: { points: 240, duration: 60 },
  /** A range diff between two versions of a series; a blob built from patches. */
  diff: { points: 120, duration: 60 },
  /** A mail's HTML and its attachments: the whole mail is parsed, which takes five seconds for 60 MB (2026-11-26). */
  parts: { points: 60, duration: 60 },
} as const;

export type Costly = keyof typeof LIMITS;

/** The limit that a request counts against, or null. Mails (raw or as pages), threads and feeds have none, because b4, feed readers and crawlers fetch them. */
export function costOf(method: string, pattern: string, path: string, query: string): Costly | null {
  if (method === 'POST') {
    if (pattern === '/quotes' || path.startsWith('/api/v1/quotes')) return 'quotes';
    return pattern === '/[list]' || pattern === '/[list]/[msgid]' ? 'mbox' : null;
  }
  if (pattern === '/[list]/[msgid]' && path.endsWith('/all.mbox.gz')) return 'mbox';
  if (pattern === '/search' || path.startsWith('/api/v1/search')) return 'search';
  if (pattern === '/[list]' && /(?:^|&)q=/.test(query)) return 'search';
  // The page of a commit reads everything that mails say about commits.
  if (pattern === '/commit/[oid]') return 'search';
  if (pattern.startsWith('/[list]/[msgid]/[view]') && /^\/[^/]+\/[0-9a-f]{7,64}\/s\/./i.test(`${path}.`)) return 'diff';
  if (pattern === '/series/[id]/diff' || /^\/api\/v1\/series\/[^/]+\/diff/.test(path)) return 'diff';
  if (pattern === '/[list]/[msgid]/[view]' && /\/(?:html|\d{1,4}-[^/]*)\/?$/.test(path)) return 'parts';
  return null;
}

const limiters = Object.fromEntries(
  Object.entries(LIMITS).map(([kind, limit]) => [kind, new RateLimiterMemory({ keyPrefix: kind, ...limit })]),
) as Record<Costly, RateLimiterMemory>;

/** Seconds to wait; 0 if the request may be answered. */
export async function secondsToWait(kind: Costly, client: string): Promise<number> {
  try {
    await limiters[kind].consume(client);
    return 0;
  } catch (refusal) {
    return Math.max(1, Math.ceil((refusal as { msBeforeNext: number }).msBeforeNext / 1000));
  }
}

/**
 * The client that a request counts for: an IPv4 address, or the /64 of an IPv6 one, as a host may use any address in it. Null for
 * this machine: that is its operator, or a proxy, whose clients would all count as one.
 */
export function clientOf(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustProxy: boolean,
): string | null {
  const named = trustProxy ? forwardedFor?.split(',').at(-1)?.trim() : undefined;
  const address = named ? withoutPort(named) : peer;
  if (!address) return null;
  // The proxy sent an address that we cannot parse; it is not this machine.
  if (!isIP(address.split('%')[0] ?? '')) return 'unknown';
  const v4 = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIP(v4) === 4) return v4.startsWith('127.') ? null : v4;
  if (v4 === '::1') return null;
  return networkOf(v4);
}

/** Some proxies write the port too: `192.0.2.7:4711`, `[2001:db8::1]:4711` (RFC 7239, 6). */
const withoutPort = (address: string) =>
  /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;

/** The first four groups of an IPv6 address, written out. */
function networkOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const known = [...groups(head)];
  const missing = tail === undefined ? 0 : 8 - known.length - groups(tail).length;
  const all = [...known, ...new Array<string>(Math.max(0, missing)).fill('0'), ...groups(tail)];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
