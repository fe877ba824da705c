import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Connection, Reader } from '../../db/open';
import { command, scratch } from '../command';

const folder = scratch();
const database = `${folder.path}/t.sqlite`;

/** The most queries of every page, however large the archive, because no page queries row by row. */
const MOST: Record<string, number> = {
  // Nine of them are for the week, once until the data change; one is for the sample's tour.
  home: 18,
  list: 16,
  month: 5,
  message: 4,
  thread: 5,
  // If little is found, suggestions take four; the facet of bugs takes one.
  search: 13,
  'search by relevance': 12,
  'search by thread': 14,
  topics: 2,
  topic: 10,
  // Four of them are for the last 30 days.
  person: 19,
  people: 4,
  // Ten of them are for the digest's passages of three threads at most, which are marked, once until the data change.
  series: 28,
};

function archive(messages: number): void {
  const mails = command('sample', ['--messages', String(messages), '--seed', '3'], database).stdout;
  const target = `${folder.path}/${messages}.sqlite`;
  const ran = command('ingest', ['--list', 'sample', '-'], target, mails);
  if (ran.status !== 0) throw new Error(ran.stderr);
  renameSync(target, database);
}

const modules = {
  home: () => import('../../app/route'),
  list: () => import('../../app/[list]/route'),
  message: () => import('../../app/[list]/[msgid]/route'),
  view: () => import('../../app/[list]/[msgid]/[view]/route'),
  search: () => import('../../app/search/route'),
  topics: () => import('../../app/topics/route'),
  topic: () => import('../../app/topics/[slug]/route'),
  people: () => import('../../app/people/route'),
  person: () => import('../../app/people/[id]/route'),
  series: () => import('../../app/series/[id]/route'),
};

beforeAll(() => {
  process.env.THREADLINE_DB = database;
  archive(150);
}, 300_000);
afterAll(() => folder.remove());

/** The frequent words are read after the first search that finds little, once for a state of the data, whatever is asked meanwhile. */
const isBackground = (sql: string) => sql.includes('temp.search_word');

/** The queries of each page kind, for the current archive. */
async function queriesOfPages(messages: number): Promise<Record<string, number>> {
  const reader = await Reader.open(database, 1);
  const facts = await reader.read((db) =>
    db.get<Record<string, string>>(
      `SELECT m.msgid, strftime('%Y-%m', m.sent_at, 'unixepoch') AS month, (SELECT slug FROM person p JOIN identity i ON i.person_id = p.id JOIN message n ON n.author_id = i.id
         GROUP BY p.id ORDER BY count(*) DESC LIMIT 1) AS person, (SELECT id FROM series ORDER BY revisions DESC LIMIT 1) AS series
       FROM thread t JOIN message m ON m.id = t.first_id ORDER BY t.messages DESC LIMIT 1`,
    ),
  );
  await reader.close();
  const { msgid = '', month = '', person = '', series = '' } = facts ?? {};
  const id = encodeURIComponent(msgid);
  const pages: [string, keyof typeof modules, string][] = [
    // First, because the messages of topics are found only once, with a query for each.
    ['', 'topics', '/topics/'],
    ['topics', 'topics', '/topics/?again=1'],
    ['home', 'home', '/'],
    ['list', 'list', '/sample/'],
    ['month', 'message', `/sample/${month}/`],
    ['message', 'message', `/sample/${id}/`],
    ['thread', 'view', `/sample/${id}/t/`],
    ['search', 'search', '/search/?q=memory'],
    ['search by relevance', 'search', '/search/?q=patch&sort=relevance'],
    ['search by thread', 'search', '/search/?q=error&group=thread'],
    ['topic', 'topic', '/topics/ras/'],
    ['people', 'people', '/people/'],
    ['person', 'person', `/people/${encodeURIComponent(person)}/`],
    ['series', 'series', `/series/${series}/`],
  ];
  const all = vi.spyOn(Connection.prototype, 'all');
  const counts: Record<string, number> = {};
  for (const [kind, module, address] of pages) {
    const { GET } = (await modules[module]()) as unknown as { GET(request: Request): Promise<Response> };
    all.mockClear();
    // Pages are cached by URL, so each archive gets other requests.
    const answer = await GET(
      new Request(`http://localhost${address}${address.includes('?') ? '&' : '?'}of=${messages}`),
    );
    await answer.text();
    expect(answer.status, `${kind} ${address}`).toBe(200);
    if (kind) counts[kind] = all.mock.calls.filter(([sql]) => !isBackground(sql)).length;
  }
  all.mockRestore();
  return counts;
}

describe('pages', () => {
  it('need a limited number of queries, the same for an archive three times as large', async () => {
    for (const messages of [150, 450]) {
      if (messages > 150) archive(messages);
      const counts = await queriesOfPages(messages);
      for (const [kind, most] of Object.entries(MOST))
        expect(counts[kind], `${kind}, ${messages} mails: ${JSON.stringify(counts)}`).toBeLessThanOrEqual(most);
    }
  }, 300_000);
});
