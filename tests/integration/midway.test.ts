import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection } from '#db/open';
import { scratch } from '../command';
import { ingestSample } from '../sample';
import { type Running, startServer } from '../server';

/** URLs of each shape that are requested. */
const OF_SHAPE = 2;
/** URLs with more parameters are not followed, because the filters of a search can be combined without end. */
const PARAMETERS = 2;
/** Concurrent requests. */
const AT_ONCE = 8;
const SOME_THREADS = `SELECT id FROM thread WHERE id / 8 % 2`;

/**
 * States that readers see during an ingest, made backwards from a finished one: a batch's mails are committed before its threads are
 * arranged, and these before patches are linked, quotations resolved and persons joined. Each state adds to those above it.
 */
const STATES: [string, string][] = [
  [
    'the newest mail of each thread has no place in it',
    'DELETE FROM place WHERE (thread, position) IN (SELECT thread, max(position) FROM place GROUP BY thread HAVING count(*) > 1)',
  ],
  [
    'half of the threads are not arranged',
    `DELETE FROM place WHERE thread IN (${SOME_THREADS}); DELETE FROM thread_list WHERE thread IN (${SOME_THREADS});
     DELETE FROM thread WHERE id / 8 % 2`,
  ],
  [
    'persons are not joined',
    'UPDATE identity SET person_id = NULL; DELETE FROM person; DELETE FROM person_join; DELETE FROM person_like; DELETE FROM person_tie',
  ],
  ['quotations are not resolved', 'DELETE FROM quote'],
  [
    'patches are not linked',
    `UPDATE patch SET revision_id = NULL; DELETE FROM patch_reply; DELETE FROM revision; DELETE FROM series;
     DELETE FROM objection; DELETE FROM outcome; DELETE FROM patch_file`,
  ],
  ['no thread is arranged', 'DELETE FROM place; DELETE FROM thread_list; DELETE FROM thread'],
];

describe('during an ingest', () => {
  const folder = scratch();
  const database = `${folder.path}/sample.sqlite`;
  let server: Running;
  let writer: Connection;
  let addresses: string[] = [];

  beforeAll(async () => {
    ingestSample(database);
    server = await startServer(database, { THREADLINE_RATE_LIMITS: 'no' });
    addresses = await crawl(server.base);
    writer = await Connection.open(database, 'write');
  }, 600_000);

  afterAll(async () => {
    await writer?.close();
    await server?.stop();
    folder.remove();
  });

  it('there are URLs of all shapes to request', () => {
    expect(addresses.length).toBeGreaterThan(150);
    expect(new Set(addresses.map(shapeOf)).size).toBeGreaterThan(30);
  });

  it.each(STATES)(
    '%s: no page fails',
    async (_state, sql) => {
      await writer.transaction((db) => db.exec(sql));
      const failed: string[] = [];
      await each(addresses, async (path) => {
        const answer = await fetch(server.base + path, { redirect: 'manual' });
        await answer.arrayBuffer();
        if (answer.status >= 500) failed.push(`${answer.status} ${path}`);
      });
      expect(failed).toEqual([]);
    },
    600_000,
  );
});

/** Does something with each path, several at once. */
async function each(paths: Iterable<string>, work: (path: string) => Promise<void>): Promise<void> {
  const left = paths[Symbol.iterator]();
  const next = async () => {
    for (let step = left.next(); !step.done; step = left.next()) await work(step.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

/** URLs of our pages that pages link to, some of each shape. */
async function crawl(base: string): Promise<string[]> {
  const queue = [
    '/',
    '/api/v1/lists',
    '/api/v1/people',
    '/api/v1/series',
    '/api/v1/topics',
    '/all/new.atom',
    '/quotes/',
  ];
  const known = new Set(queue);
  const shapes = new Map<string, number>();
  const visit = async (path: string) => {
    const text = await (await fetch(base + path, { redirect: 'manual' })).text();
    for (const found of linksIn(text, path)) {
      const count = shapes.get(shapeOf(found)) ?? 0;
      if (known.has(found) || count >= OF_SHAPE) continue;
      shapes.set(shapeOf(found), count + 1);
      known.add(found);
      queue.push(found);
      const thread = /^(.*\/)[tT]\/$/.exec(found)?.[1];
      if (thread) for (const view of ['t.atom', 't.mbox.gz', 'digest/', 'raw']) known.add(thread + view);
      const api = /^\/(people|series|topics)\/([^/?]+)\/$/.exec(found);
      if (api) known.add(`/api/v1/${api[1]}/${api[2]}`);
    }
  };
  while (queue.length) await each(queue.splice(0), visit);
  return [...known];
}

function linksIn(html: string, from: string): string[] {
  return [...html.matchAll(/href="([^"]+)"/g)].flatMap(([, href = '']) => {
    const { host, pathname, search } = new URL(href.replaceAll('&amp;', '&'), `http://here${from}`);
    const ours = host === 'here' && !pathname.startsWith('/assets/');
    return ours && parametersOf(search).length <= PARAMETERS ? [pathname + search] : [];
  });
}

const parametersOf = (search: string) => [...new URLSearchParams(search).keys()].sort();

/** The shape of a URL: the same for URLs that differ only in names, or in the order of parameters. */
function shapeOf(address: string): string {
  const [path = '', search = ''] = address.split('?');
  const shape = path
    .replace(/^(\/people|\/topics|\/mm|\/api\/v1\/\w+)\/.+/, '$1/_')
    .replace(/[^/]*(?:@|%40)[^/]*/g, '@')
    .replace(/\d+/g, '0');
  return `${shape}?${parametersOf(search)}`;
}
