import { type FoundTopic, type Titled, topicsFound } from '#site/found';
import type { Topic } from '#site/topic';
import type { Snapshot } from '../open';
import { Kept } from './kept';

/** Newest threads that topics are looked for in: what a page may cost, whatever the archive's size. */
const THREADS = 20_000;

const kept = new Kept<FoundTopic[]>(1);

/** Topics of the newest threads in their own words; kept until the data change. */
function foundTopics(db: Snapshot): Promise<FoundTopic[]> {
  return kept.get(db, '', async () => {
    const row = await db.get<{ rows: string }>(
      `SELECT json_group_array(json_array(subject, author_id, files)) AS rows FROM (
         SELECT t.subject, t.author_id, p.files FROM thread t LEFT JOIN patch p ON p.message_id = t.first_id ORDER BY t.last_id DESC LIMIT ${THREADS})`,
    );
    const rows: [string, number, string | null][] = JSON.parse(row?.rows ?? '[]');
    return topicsFound(rows.map(([subject, author, files]): Titled => ({ subject, author, files })));
  });
}

/** Those found whose names the topics of the file leave free. */
export async function foundBeside(db: Snapshot, ours: Topic[]): Promise<FoundTopic[]> {
  const taken = new Set(ours.flatMap(({ slug, systems }) => [slug, ...systems.map((one) => one.slug)]));
  return (await foundTopics(db)).filter(({ topic }) => !taken.has(topic.slug));
}

/** The topics of the file, and those found beside them. */
export const withFound = async (db: Snapshot, ours: Topic[]): Promise<Topic[]> => [
  ...ours,
  ...(await foundBeside(db, ours)).map(({ topic }) => topic),
];
