import { addTo } from '#mail/groups';
import type { Topic } from '#site/topic';
import type { Snapshot } from '../open';
import { QueryCache } from './cache';
import { type Limits, type Overview, overviewOf } from './overview';
import { everyMatch } from './search/index';
import { SERIES_JOINS, SERIES_LINE, type SeriesLine } from './series';

/** The messages of a topic and of its systems, newest first. Ids are times (docs/decisions/0002). */
export interface TopicMatches {
  all: number[];
  /** In the order of topic.systems. */
  systems: number[][];
}

/** The matches of the topics in a file, also of a file that replaced it. */
const cache = new QueryCache<TopicMatches>(400);
/** A topic that is read again from its file is a different one, even with the same slug. */
const numbers = new WeakMap<Topic, number>();
let count = 0;

/** The number of a topic object, which is the key of its cached results. */
function numberOf(topic: Topic): string {
  const number = numbers.get(topic) ?? ++count;
  numbers.set(topic, number);
  return String(number);
}

/** The current matches of a topic: runs its queries, and keeps the results until the data or the topic change. */
export function topicMatches(db: Snapshot, topic: Topic): Promise<TopicMatches> {
  return cache.get(db, numberOf(topic), async () => {
    const all = await everyMatch(db, topic.tree);
    const own = new Set(all);
    const systems: number[][] = [];
    for (const { named } of topic.systems) systems.push((await everyMatch(db, named)).filter((id) => own.has(id)));
    return { all, systems };
  });
}

/** The messages of each topic, for its facet. */
export async function topicIds(db: Snapshot, topics: Topic[]): Promise<Map<string, readonly number[]>> {
  const found = new Map<string, readonly number[]>();
  for (const topic of topics) found.set(topic.slug, (await topicMatches(db, topic)).all);
  return found;
}

export interface TopicSeries extends SeriesLine {
  /** The first mails of its revisions (message.id). */
  postings: number[];
}

export type TopicFacts = Overview & { series: TopicSeries[] };

const facts = new QueryCache<TopicFacts>(200);

/** The threads, debates, people and series of a topic, or of one of its systems; cached like its matches. `groups` (subsets of the ids) must depend only on the ids. */
export function topicFacts(
  db: Snapshot,
  topic: Topic,
  system: number | null,
  ids: number[],
  limits: Limits & { series: number },
  groups: number[][] = [],
): Promise<TopicFacts> {
  return facts.get(db, JSON.stringify([numberOf(topic), system, limits]), async () => ({
    ...(await overviewOf(db, ids, limits, groups)),
    series: await topicSeries(db, ids, limits.series),
  }));
}

/** Series with patches in the topic, those with the most versions and answers first. */
function topicSeries(db: Snapshot, ids: number[], limit: number): Promise<TopicSeries[]> {
  const own =
    'SELECT DISTINCT r.series_id AS id FROM json_each(?) j JOIN patch p ON p.message_id = j.value JOIN revision r ON r.id = p.revision_id';
  return seriesWithPostings(db, own, JSON.stringify(ids), limit);
}

/** The series in `own` (a SELECT of series ids with one parameter), without copies for stable trees. */
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

/** The oldest message of these. */
export function firstMention(db: Snapshot, ids: number[]) {
  return db.get<{ id: number; msgid: string; subject: string; name: string; address: string } & Record<string, never>>(
    'SELECT m.id, m.msgid, m.subject, i.name, i.address FROM message m JOIN identity i ON i.id = m.author_id WHERE m.id = ?',
    [ids.at(-1) ?? -1],
  );
}

/** `npm run export -- topics`: one object per topic and message, sorted by topic and msgid. */
export async function* exportTopics(db: Snapshot, topics: Topic[]): AsyncGenerator<object> {
  for (const topic of topics.toSorted((a, b) => (a.slug < b.slug ? -1 : 1))) {
    const { all, systems } = await topicMatches(db, topic);
    const named = new Map<number, string[]>();
    for (const [n, ids] of systems.entries()) for (const id of ids) addTo(named, id, topic.systems[n]?.slug ?? '');
    const rows = await db.all<{ id: number; msgid: string }>(
      'SELECT m.id, m.msgid FROM json_each(?) j JOIN message m ON m.id = j.value ORDER BY m.msgid, m.id',
      [JSON.stringify(all)],
    );
    for (const { id, msgid } of rows) yield { slug: topic.slug, msgid, systems: (named.get(id) ?? []).sort() };
  }
}
