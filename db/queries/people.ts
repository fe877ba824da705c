import { timeOf } from '#mail/ids';
import { ENDORSEMENTS } from '#patch/trailer';
import type { Snapshot } from '../open';
import { QueryCache } from './cache';
import type { ThreadLine } from './list';
import { type Recent, recentOf } from './personrecent';
import { STATUS } from './status';
import { seriesWithPostings, type TopicSeries } from './topics';
import { judged } from './verdictrows';

export interface PersonLine {
  id: number;
  slug: string;
  name: string;
  kind: 'person' | 'bot' | 'role';
  messages: number;
  /** message.id of the first, and below, the newest mail. */
  first_id: number;
  last_id: number;
}

const LINE = `p.id, p.slug, p.name, p.kind, count(*) AS messages, min(m.id) AS first_id, max(m.id) AS last_id`;

export const PEOPLE_A_PAGE = 200;

const pages = new QueryCache<PersonLine[]>(50);

/** People, those with the most mails first: of a list, or with a word in name or address that has this prefix. One more than fits on a page, to show whether there is a next page. */
export function listPeople(
  db: Snapshot,
  { list, name, from }: { list: string | null; name: string | null; from: number },
): Promise<PersonLine[]> {
  const like = name?.replace(/[\\%_]/g, '\\$&') ?? '';
  return pages.get(db, JSON.stringify([list, like, from]), () => readPeople(db, list, like, from));
}

function readPeople(db: Snapshot, list: string | null, like: string, from: number): Promise<PersonLine[]> {
  return db.all<PersonLine & Record<string, never>>(
    `SELECT ${LINE} FROM person p JOIN identity i ON i.person_id = p.id JOIN message m ON m.author_id = i.id
     WHERE (?1 IS NULL OR EXISTS (SELECT 1 FROM posting o JOIN list l ON l.id = o.list_id WHERE o.message_id = m.id AND l.name = ?1))
       AND (?2 = '' OR p.id IN (SELECT person_id FROM identity WHERE name LIKE ?2 || '%' ESCAPE '\\' OR name LIKE '% ' || ?2 || '%' ESCAPE '\\'
                                OR address LIKE ?2 || '%' ESCAPE '\\'))
     GROUP BY p.id ORDER BY messages DESC, p.slug LIMIT ${PEOPLE_A_PAGE + 1} OFFSET ?3`,
    [list, like, from],
  );
}

/** A person by slug, by an earlier slug, or by address; undefined if there is none. */
export function findPerson(db: Snapshot, slug: string): Promise<PersonLine | undefined> {
  return db.get<PersonLine & Record<string, never>>(
    `SELECT ${LINE} FROM person p JOIN identity i ON i.person_id = p.id JOIN message m ON m.author_id = i.id
     WHERE p.id = coalesce((SELECT id FROM person WHERE slug = ?1), ${MOVED},
       (SELECT person_id FROM identity WHERE address = lower(?1) ORDER BY messages DESC, name LIMIT 1))
     GROUP BY p.id`,
    [slug],
  );
}

const MOVED = '(SELECT i.person_id FROM person_moved v JOIN identity i ON i.id = v.identity_id WHERE v.slug = ?1)';

export interface Namesake {
  slug: string;
  name: string;
  messages: number;
  reason: string;
}

/** Other persons with the same name, without proof that they are one; those with the most mails first. */
export function namesakesOf(db: Snapshot, person: number): Promise<Namesake[]> {
  return db.all<Namesake & Record<string, never>>(
    `SELECT p.slug, p.name, sum(i.messages) AS messages, l.reason FROM person_like l JOIN person p ON p.id = l.other_id
     JOIN identity i ON i.person_id = p.id WHERE l.person_id = ? GROUP BY p.id ORDER BY 3 DESC, p.slug`,
    [person],
  );
}

export interface IdentityLine {
  name: string;
  address: string;
  messages: number;
  reason: string;
}

export function identitiesOf(db: Snapshot, person: number): Promise<IdentityLine[]> {
  return db.all(
    `SELECT i.name, i.address, count(m.id) AS messages, coalesce(j.reason, 'first') AS reason
     FROM identity i LEFT JOIN person_join j ON j.identity_id = i.id LEFT JOIN message m ON m.author_id = i.id
     WHERE i.person_id = ? GROUP BY i.id ORDER BY messages DESC, i.address, i.name`,
    [person],
  );
}

/** All mails of a person, newest first, with the author's zone (minutes east of UTC). */
export async function mailsOf(db: Snapshot, person: number): Promise<{ id: number; zone: number | null }[]> {
  const row = await db.get<{ mails: string }>(
    `SELECT json_group_array(json_array(m.id, m.sent_zone)) AS mails FROM identity i JOIN message m ON m.author_id = i.id WHERE i.person_id = ?`,
    [person],
  );
  const mails: [number, number | null][] = JSON.parse(row?.mails ?? '[]');
  return mails.map(([id, zone]) => ({ id, zone })).sort((a, b) => b.id - a.id);
}

export interface Counted {
  name: string;
  slug: string | null;
  count: number;
}

const OWN = 'own AS (SELECT value AS id FROM json_each(?))';

/** A person's mails by list, the largest first; ids are newest first. A cross-post counts on each of its lists. */
async function listsOfMails(db: Snapshot, ids: string): Promise<{ name: string; last_at: number; ids: number[] }[]> {
  const rows = await db.all<{ name: string; last_at: number | null; ids: string }>(
    `WITH ${OWN} SELECT l.name, l.last_at, json_group_array(p.message_id) AS ids FROM own JOIN posting p ON p.message_id = own.id
     JOIN list l ON l.id = p.list_id GROUP BY l.id ORDER BY count(*) DESC, l.name`,
    [ids],
  );
  return rows.map(({ name, last_at, ids }) => ({
    name,
    last_at: last_at ?? 0,
    ids: (JSON.parse(ids) as number[]).sort((a, b) => b - a),
  }));
}

/** Persons whose mails this person answers, or, depending on `to`, who answer this person; at most `limit`, most first. */
function answers(db: Snapshot, ids: string, person: number, to: boolean, limit: number): Promise<Counted[]> {
  const sides = to ? ['here.position', 'other.parent'] : ['here.parent', 'other.position'];
  return db.all<Counted & Record<string, never>>(
    `WITH ${OWN} SELECT q.name, q.slug, count(*) AS count FROM own JOIN place here ON here.message_id = own.id
     JOIN place other ON other.thread = here.thread AND ${sides[1]} = ${sides[0]}
     JOIN message m ON m.id = other.message_id JOIN identity i ON i.id = m.author_id JOIN person q ON q.id = i.person_id
     WHERE q.id <> ? GROUP BY q.id ORDER BY 3 DESC, q.slug LIMIT ?`,
    [ids, person, limit],
  );
}

export type BegunThread = Pick<ThreadLine, 'msgid' | 'subject' | 'messages' | 'participants' | 'first_id' | 'verdict'>;

/** Threads that the person began, longest first, and their number. */
async function threadsBegun(
  db: Snapshot,
  ids: string,
  limit: number,
): Promise<{ total: number; threads: BegunThread[] }> {
  const rows = await db.all<Omit<BegunThread, 'verdict'> & { total: number }>(
    `WITH ${OWN} SELECT m.msgid, t.subject, t.messages, t.participants, t.first_id, count(*) OVER () AS total
     FROM own CROSS JOIN message m ON m.id = own.id JOIN thread t ON t.id = m.thread AND t.first_id = m.id
     ORDER BY t.messages DESC, t.first_id LIMIT ?`,
    [ids, limit],
  );
  const threads = await judged(db, rows, ({ first_id }) => first_id);
  return { total: rows[0]?.total ?? 0, threads: threads.map(({ total: _, ...thread }) => thread) };
}

/** A person's series by state, and those with the most versions. */
async function personSeries(
  db: Snapshot,
  person: number,
  limit: number,
): Promise<{ statuses: { status: string; series: number }[]; series: TopicSeries[] }> {
  const statuses = await db.all<{ status: string; series: number }>(
    `SELECT ${STATUS} AS status, count(*) AS series
     FROM identity i JOIN series s ON s.author_id = i.id WHERE i.person_id = ? AND s.stable IS NULL GROUP BY 1 ORDER BY 2 DESC`,
    [person],
  );
  const series = await seriesWithPostings(
    db,
    'SELECT s.id FROM identity i JOIN series s ON s.author_id = i.id WHERE i.person_id = ?',
    person,
    limit,
  );
  return { statuses, series };
}

export interface TrailerCount extends Counted {
  key: string;
}

/** Trailers that the person gave to other people's patches, or got for theirs, by key and the other person. */
function reviews(db: Snapshot, ids: string, person: number, given: boolean, limit: number): Promise<TrailerCount[]> {
  const reply = given ? 'own.id' : 'y.message_id';
  const joins = given
    ? `JOIN patch_reply y ON y.message_id = own.id JOIN message m ON m.id = y.patch_id`
    : `JOIN patch_reply y ON y.patch_id = own.id JOIN message m ON m.id = y.message_id`;
  return db.all<TrailerCount & Record<string, never>>(
    `WITH ${OWN} SELECT t.key, q.name, q.slug, count(*) AS count FROM own ${joins}
     JOIN trailer t ON t.message_id = ${reply} JOIN identity i ON i.id = m.author_id JOIN person q ON q.id = i.person_id
     WHERE q.id <> ? AND t.key IN (${ENDORSEMENTS.map((key) => `'${key}'`).join(', ')})
     GROUP BY t.key, q.id ORDER BY 4 DESC, t.key, q.slug LIMIT ?`,
    [ids, person, limit],
  );
}

/** The contents of a person's page besides their names. */
export interface PersonFacts {
  mails: { id: number; zone: number | null }[];
  lists: { name: string; last_at: number; ids: number[] }[];
  recent: Recent;
  begun: { total: number; threads: BegunThread[] };
  series: { statuses: { status: string; series: number }[]; series: TopicSeries[] };
  given: TrailerCount[];
  received: TrailerCount[];
  answering: Counted[];
  answeredBy: Counted[];
}

const facts = new QueryCache<PersonFacts>(100);

/** Mails, threads, series, reviews and answers of a person, kept until the data change. */
export function personFacts(
  db: Snapshot,
  person: number,
  limits: { threads: number; series: number; others: number; recent: { threads: number; series: number } },
): Promise<PersonFacts> {
  return facts.get(db, JSON.stringify([person, limits]), async () => {
    const mails = await mailsOf(db, person);
    const ids = JSON.stringify(mails.map(({ id }) => id));
    const lists = await listsOfMails(db, ids);
    const newest = Math.max(timeOf(mails[0]?.id ?? 0), ...lists.map(({ last_at }) => last_at));
    return {
      mails,
      lists,
      recent: await recentOf(db, person, mails, newest, limits.recent),
      begun: await threadsBegun(db, ids, limits.threads),
      series: await personSeries(db, person, limits.series),
      given: await reviews(db, ids, person, true, limits.others),
      received: await reviews(db, ids, person, false, limits.others),
      answering: await answers(db, ids, person, false, limits.others),
      answeredBy: await answers(db, ids, person, true, limits.others),
    };
  });
}

/** `npm run export -- people`: one object per person, sorted by id. */
export async function* exportPeople(db: Snapshot): AsyncGenerator<object> {
  const people = await db.all<{ id: number; slug: string; name: string }>(
    `SELECT id, slug, name FROM person WHERE kind = 'person' ORDER BY slug`,
  );
  for (const { id, slug, name } of people) {
    const own = await identitiesOf(db, id);
    yield { id: slug, name, identities: own.map(({ name, address, messages }) => ({ name, address, messages })) };
  }
}
