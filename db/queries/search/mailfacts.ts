import { FACTS } from '#query/fact';
import type { Snapshot, Value } from '../../open';
import { CacheById, QueryCache } from '../cache';
import { STATUS } from '../status';
import { parseIds } from './matches';
import { planQuery } from './plan';
import { TRAILER_FACTS } from './trailerfacts';

/** The facts of a mail that a search counts. */
export interface MailFacts {
  person: number | null;
  /** The ids of its lists, separated by commas. */
  lists: string;
  /** The state of the series of which it is a patch. */
  status: string | null;
  /** A bit for each of FACTS that it states, in order. */
  facts: number;
}

/** The names that facts refer to, for a version of the data. */
interface Names {
  persons: Map<number, { slug: string; name: string }>;
  lists: Map<string, string>;
}

/** For a hundred thousand mails they take 10 MB. */
const MOST = 100_000;
const facts = new CacheById<MailFacts>(MOST);
const threads = new CacheById<number>(MOST);
const names = new QueryCache<Names>(1);

/** Facts stated by trailers, and the bit of each. */
const STATED = FACTS.flatMap(({ name }, n) => {
  const test = TRAILER_FACTS[name];
  return test ? [{ test, bit: 1 << n }] : [];
});
/** Facts stated by words, and the bit of each. */
const SAYING = FACTS.flatMap(({ words }, n) => {
  if (!words) return [];
  const of = words.of.map(
    (text) => ({ kind: 'words', field: words.field, text, phrase: true, prefix: false, at: 0 }) as const,
  );
  return [{ bit: 1 << n, match: planQuery({ kind: 'or', of }).match }];
});

/**
 * A single row with the ids of the mails by author, by status, by list and by fact: passing a row or a tuple for each mail would take
 * longer than reading it. The status of a series is computed once for all of its patches.
 */
const READ = `SELECT
  (SELECT json_group_array(json_array(p.id, p.slug, p.name, x.ids)) FROM
    (SELECT i.person_id AS person, group_concat(m.id) AS ids
     FROM json_each(?1) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id GROUP BY 1) x
    JOIN person p ON p.id = x.person) AS persons,
  (SELECT json_group_array(json_array(${STATUS}, x.ids)) FROM
    (SELECT r.series_id AS series, group_concat(p.message_id) AS ids
     FROM json_each(?1) j JOIN patch p ON p.message_id = j.value JOIN revision r ON r.id = p.revision_id GROUP BY 1) x
    JOIN series s ON s.id = x.series) AS statuses,
  (SELECT json_group_array(json_array(l.id, l.name, x.ids)) FROM
    (SELECT p.list_id AS list, group_concat(p.message_id) AS ids
     FROM json_each(?1) j JOIN posting p ON p.message_id = j.value GROUP BY 1) x
    JOIN list l ON l.id = x.list) AS lists,
  (SELECT CAST(group_concat(t.message_id || ' ' || (${STATED.map(({ test, bit }) => `coalesce(${test}, 0) * ${bit}`).join(' + ')})) AS BLOB)
   FROM json_each(?1) j JOIN trailer t ON t.message_id = j.value
   WHERE t.key <> 'Signed-off-by' AND (${STATED.map(({ test }) => `(${test})`).join(' OR ')})) AS stated,
  json_array(${SAYING.map(
    (_, n) =>
      `(SELECT group_concat(rowid) FROM search WHERE search MATCH ?${n + 4} AND rowid >= CAST(?2 AS INTEGER) AND rowid <= CAST(?3 AS INTEGER))`,
  ).join(', ')}) AS said`;

interface Answer {
  persons: string;
  statuses: string;
  lists: string;
  stated: Buffer | null;
  said: string;
}

/** The facts of mails (message.id, newest first), with the names that they refer to. */
export async function factsOf(db: Snapshot, ids: readonly number[]): Promise<{ mails: MailFacts[] } & Names> {
  const named = await names.get(db, '', async () => ({ persons: new Map(), lists: new Map() }));
  return { mails: await facts.all(db, ids, (missing) => read(db, named, missing)), ...named };
}

async function read(db: Snapshot, { persons, lists }: Names, ids: number[]): Promise<MailFacts[]> {
  const params: Value[] = [JSON.stringify(ids), ids.at(-1) ?? 0, ids[0] ?? 0, ...SAYING.map(({ match }) => match)];
  const row = (await db.get<Answer>(READ, params)) as Answer;
  const found = new Map<number, MailFacts>();
  for (const id of ids) found.set(id, { person: null, lists: '', status: null, facts: 0 });
  const mailsOf = (some: string | null) => (some ?? '').split(',').flatMap((id) => found.get(Number(id)) ?? []);
  for (const [person, slug, name, own] of JSON.parse(row.persons) as [number, string, string, string][]) {
    persons.set(person, { slug, name });
    for (const mail of mailsOf(own)) mail.person = person;
  }
  for (const [status, own] of JSON.parse(row.statuses) as [string, string][])
    for (const mail of mailsOf(own)) mail.status = status;
  for (const [list, name, own] of JSON.parse(row.lists) as [number, string, string][]) {
    lists.set(String(list), name);
    for (const mail of mailsOf(own)) mail.lists += mail.lists ? `,${list}` : String(list);
  }
  for (const [n, said] of (JSON.parse(row.said) as (string | null)[]).entries())
    for (const mail of mailsOf(said)) mail.facts |= SAYING[n]?.bit ?? 0;
  const stated = parseIds(row.stated ?? Buffer.alloc(0));
  for (let n = 0; n < stated.length; n += 2) {
    const mail = found.get(stated[n] as number);
    if (mail) mail.facts |= stated[n + 1] as number;
  }
  return ids.map((id) => found.get(id) as MailFacts);
}

/** The threads of messages, in order. */
export function threadsOf(db: Snapshot, ids: readonly number[]): Promise<number[]> {
  return threads.all(db, ids, async (missing) => {
    const row = await db.get<{ threads: string }>(
      'SELECT json_group_array(m.thread ORDER BY j.key) AS threads FROM json_each(?) j JOIN message m ON m.id = j.value',
      [JSON.stringify(missing)],
    );
    return JSON.parse(row?.threads ?? '[]');
  });
}
