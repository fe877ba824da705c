import { describe, expect, it, vi } from 'vitest';
import { DatabaseError } from '#db/open';
import type { Fetched, Source } from '#ingest/read/types';
import type { Summary } from '#ingest/run';
import { type Following, follow, secondsToWait } from './follow';

/** The largest number running at once. */
class Gauge {
  most = 0;
  #now = 0;

  async pass(): Promise<void> {
    this.most = Math.max(this.most, ++this.#now);
    for (let n = 0; n < 5; n++) await new Promise(setImmediate);
    this.#now--;
  }
}

describe('followed sources', () => {
  const summary = { read: 1, stored: 1, failed: [], seconds: 0 } as unknown as Summary;
  /** Follows until `isEnough`, which gets the location of each ingest. Returns the gauges of each host and of writing. */
  async function followed(
    locations: string[],
    isEnough: (ingested: string[], lines: string[]) => boolean,
    change: Partial<Following> & { fetch?(location: string): Promise<Partial<Fetched>> } = {},
  ) {
    const stop = new AbortController();
    const [all, writing] = [new Gauge(), new Gauge()];
    const hosts = new Map(locations.map((location) => [new URL(location).hostname, new Gauge()]));
    const [ingested, lines]: [string[], string[]] = [[], []];
    const said = vi.spyOn(process.stdout, 'write').mockImplementation((line) => Boolean(lines.push(String(line))));
    const { fetch, ...others } = change;
    await follow(locations, {
      every: 0,
      json: false,
      signal: stop.signal,
      stateOf: async () => undefined,
      onNote() {},
      recognise: async (location) => {
        const source = { kind: 'url', location } as Source;
        source.fetch = async () => {
          await Promise.all([all.pass(), hosts.get(new URL(location).hostname)?.pass()]);
          return { news: true, failure: null, source, ...(await fetch?.(location)) };
        };
        return [source];
      },
      ingest: async ([source]) => {
        await writing.pass();
        ingested.push(source?.location ?? '');
        if (isEnough(ingested, lines)) stop.abort();
        return summary;
      },
      ...others,
    });
    said.mockRestore();
    return { all, writing, hosts: [...hosts.values()].map(({ most }) => most), ingested, lines };
  }

  it('are read in parallel, with one request at a time to each host, and written one after another', async () => {
    const urls = [
      'http://a.example.org/x/',
      'http://a.example.org:81/y/',
      'http://b.example.org/',
      'http://c.example.org/',
    ];
    const { all, hosts, writing } = await followed(urls, (ingested) =>
      urls.every((url) => ingested.filter((one) => one === url).length > 3),
    );
    expect([hosts, writing.most]).toEqual([[1, 1, 1], 1]);
    expect(all.most).toBeGreaterThan(1);
  });

  it('do not wait for one that does not answer', async () => {
    const urls = ['http://a.example.org/', 'http://b.example.org/'];
    let answer: (fetched: Partial<Fetched>) => void = () => {};
    const { ingested, lines } = await followed(
      urls,
      (all) => {
        if (all.length > 3) answer({ news: true });
        return all.length > 3;
      },
      { fetch: (url) => (url === urls[0] ? new Promise((answered) => (answer = answered)) : Promise.resolve({})) },
    );
    expect(new Set(ingested)).toEqual(new Set([urls[1]]));
    expect(lines.length).toBe(3);
  });

  it('are written later if the database was locked, even without more news', async () => {
    let tries = 0;
    const { lines } = await followed(['http://a.example.org/'], () => true, {
      fetch: async () => ({ news: tries === 0 }),
      ingest: async () => {
        if (tries++ === 0) throw new DatabaseError('another ingest is writing');
        throw new Error('enough');
      },
    }).catch((error: Error) => ({ lines: [error.message] }));
    expect([tries, lines]).toEqual([2, ['enough']]);
  });
});

describe('the wait before the next look', () => {
  const between = (...args: [number, number, number | null]) => [
    secondsToWait(...args, 0),
    secondsToWait(...args, 0.9999),
  ];

  it('is the requested interval, spread by a tenth', () => {
    expect(between(300, 0, null)).toEqual([270, expect.closeTo(330, 0)]);
  });

  it('doubles with each failure, up to an hour, or the requested interval if longer', () => {
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
