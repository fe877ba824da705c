import type { Topic } from '#mail/topic';
import type { Snapshot } from '../open';
import { Kept } from './kept';
import { everyMatch } from './search/index';
import { SERIES_JOINS, SERIES_LINE, type SeriesLine } from './series';

/** Messages of a topic and of its systems, newest first. An id is a time (docs/decisions/0002). */
export interface TopicMatches {
  all: number[];
  /** In the order of topic.systems. */
  systems: number[][];
}

/** Topics of a file, and those of a file that replaced it. */
const kept = new Kept<TopicMatches>(400);
/** A topic read again from its file is another one, even under the same slug. */
const numbers = new WeakMap<Topic, number>();
let count = 0;

/** What a topic holds now: its queries run on the index, kept until the data or the topic change. */
export function topicMatches(db: Snapshot, topic: Topic): Promise<TopicMatches> {
  const number = numbers.get(topic) ?? ++count;
  numbers.set(topic, number);
  return kept.get(db, String(number), async () => {
    const systems: number[][] = [];
    for (const system of topic.systems) systems.push(await everyMatch(db, system.tree));
    return { all: await everyMatch(db, topic.tree), systems };
  });
}

/** Messages of each topic, as a facet wants them. */
export async function topicIds(db: Snapshot, topics: Topic[]): Promise<Map<string, readonly number[]>> {
  const found = new Map<string, readonly number[]>();
  for (const topic of topics) found.set(topic.slug, (await topicMatches(db, topic)).all);
  return found;
}

export interface TopicThread {
  id: number;
  root: string;
  msgid: string;
  subject: string;
  author: string;
  address: string;
  first_id: number;
  last_id: number;
  messages: number;
  participants: number;
  /** Its messages that belong to the topic. */
  here: number;
}

/**
 * Threads that mattered: by mails of the topic times the participants of the thread. A monologue and a thread that only
 * brushes the topic both stay low. The formula stands on the page.
 */
export function topicThreads(db: Snapshot, ids: number[], limit: number): Promise<TopicThread[]> {
  return db.all<TopicThread & Record<string, never>>(
    `WITH own AS (SELECT m.thread AS id, count(*) AS here FROM json_each(?) j JOIN message m ON m.id = j.value GROUP BY m.thread)
     SELECT t.id, t.root, f.msgid, t.subject, i.name AS author, i.address, t.first_id, t.last_id, t.messages, t.participants, own.here
     FROM own JOIN thread t ON t.id = own.id JOIN message f ON f.id = t.first_id JOIN identity i ON i.id = t.author_id
     ORDER BY own.here * t.participants DESC, t.first_id LIMIT ?`,
    [JSON.stringify(ids), limit],
  );
}

export interface TopicAuthor {
  name: string;
  address: string;
  /** Of their page; null before people are joined. */
  slug: string | null;
  /** Times of their mails (message.id), oldest first. */
  ids: number[];
}

/** Who wrote most, with when they did. */
export async function topicAuthors(db: Snapshot, ids: number[], limit: number): Promise<TopicAuthor[]> {
  const rows = await db.all<{ name: string; address: string; slug: string | null; ids: string }>(
    `SELECT coalesce(p.name, max(i.name)) AS name, min(i.address) AS address, p.slug, json_group_array(m.id) AS ids
     FROM json_each(?) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id LEFT JOIN person p ON p.id = i.person_id
     GROUP BY coalesce('p' || i.person_id, i.address) ORDER BY count(*) DESC, 2 LIMIT ?`,
    [JSON.stringify(ids), limit],
  );
  return rows.map(({ ids, ...author }) => ({
    ...author,
    ids: (JSON.parse(ids) as number[]).sort((a, b) => a - b),
  }));
}

export interface TopicSeries extends SeriesLine {
  /** First mails of its revisions (message.id). */
  postings: number[];
}

/** Patch series with patches in the topic, those that went through most versions and drew most answers first. */
export function topicSeries(db: Snapshot, ids: number[], limit: number): Promise<TopicSeries[]> {
  const own =
    'SELECT DISTINCT r.series_id AS id FROM json_each(?) j JOIN patch p ON p.message_id = j.value JOIN revision r ON r.id = p.revision_id';
  return seriesWithPostings(db, own, JSON.stringify(ids), limit);
}

/** Series that `own` (a SELECT of series ids with one parameter) names, without copies for stable. */
export async function seriesWithPostings(
  db: Snapshot,
  own: string,
  param: string | number,
  limit: number,
): Promise<TopicSeries[]> {
  const rows = await db.all<SeriesLine & { postings: string }>(
    `WITH own AS (${own})
     SELECT ${SERIES_LINE}, (SELECT json_group_array(r.id) FROM revision r WHERE r.series_id = s.id) AS postings
     FROM own JOIN series s ON s.id = own.id ${SERIES_JOINS}
     WHERE s.stable IS NULL ORDER BY s.revisions * 4 + s.replies DESC, s.posted_id DESC LIMIT ?`,
    [param, limit],
  );
  return rows.map(({ postings, ...line }) => ({
    ...line,
    postings: (JSON.parse(postings) as number[]).sort((a, b) => a - b),
  }));
}

/** The thread with most of these messages; null where there is none. */
export async function busiestThread(
  db: Snapshot,
  ids: number[],
): Promise<{ root: string; msgid: string; subject: string; here: number } | null> {
  const row = await db.get<{ root: string; msgid: string; subject: string; here: number } & Record<string, never>>(
    `WITH own AS (SELECT m.thread AS id, count(*) AS here FROM json_each(?) j JOIN message m ON m.id = j.value GROUP BY m.thread ORDER BY 2 DESC, 1 LIMIT 1)
     SELECT t.root, f.msgid, t.subject, own.here FROM own JOIN thread t ON t.id = own.id JOIN message f ON f.id = t.first_id`,
    [JSON.stringify(ids)],
  );
  return row ?? null;
}

/** The oldest message of these. */
export function firstMention(db: Snapshot, ids: number[]) {
  return db.get<{ id: number; msgid: string; subject: string; name: string; address: string } & Record<string, never>>(
    'SELECT m.id, m.msgid, m.subject, i.name, i.address FROM message m JOIN identity i ON i.id = m.author_id WHERE m.id = ?',
    [ids.at(-1) ?? -1],
  );
}

/** `npm run export -- topics`: one object a topic and message, sorted by topic and msgid. */
export async function* exportTopics(db: Snapshot, topics: Topic[]): AsyncGenerator<object> {
  for (const topic of topics.toSorted((a, b) => (a.slug < b.slug ? -1 : 1))) {
    const { all, systems } = await topicMatches(db, topic);
    const named = new Map<number, string[]>();
    for (const [n, ids] of systems.entries())
      for (const id of ids) named.set(id, [...(named.get(id) ?? []), topic.systems[n]?.slug ?? '']);
    const rows = await db.all<{ id: number; msgid: string }>(
      'SELECT m.id, m.msgid FROM json_each(?) j JOIN message m ON m.id = j.value ORDER BY m.msgid, m.id',
      [JSON.stringify(all)],
    );
    for (const { id, msgid } of rows) yield { slug: topic.slug, msgid, systems: (named.get(id) ?? []).sort() };
  }
}
