import { type FoundTopic, type Titled, topicsFound } from '#site/found';
import type { Maintained } from '#site/maintainers';
import type { Topic } from '#site/topic';
import type { Snapshot } from '../open';
import { QueryCache } from './cache';

/** The newest threads that are searched for topics, so that the cost of a page does not depend on the archive's size. */
const THREADS = 20_000;

/** Entries of the MAINTAINERS file of a repository that was given with `--commits`. */
const MAINTAINED = `SELECT value FROM meta WHERE key = 'maintainers'`;

const cache = new QueryCache<FoundTopic[]>(1);

/** Topics found in the newest threads, kept until the data change. */
function foundTopics(db: Snapshot): Promise<FoundTopic[]> {
  return cache.get(db, '', async () => {
    const row = await db.get<{ rows: string }>(
      `SELECT json_group_array(json_array(subject, author_id, files)) AS rows FROM (
         SELECT t.subject, t.author_id, p.files FROM thread t LEFT JOIN patch p ON p.message_id = t.first_id ORDER BY t.last_id DESC LIMIT ${THREADS})`,
    );
    const rows: [string, number, string | null][] = JSON.parse(row?.rows ?? '[]');
    const entries = await db.get<{ value: string }>(MAINTAINED);
    return topicsFound(
      rows.map(([subject, author, files]): Titled => ({ subject, author, files })),
      entries ? (JSON.parse(entries.value) as Maintained[]) : [],
    );
  });
}

/** The found topics, without those whose names are in the topics file. */
export async function foundBeside(db: Snapshot, ours: Topic[]): Promise<FoundTopic[]> {
  return beside(await foundTopics(db), ours);
}

function beside(found: FoundTopic[], ours: Topic[]): FoundTopic[] {
  const taken = new Set(ours.flatMap(({ slug, systems }) => [slug, ...systems.map((one) => one.slug)]));
  return found.filter(({ topic }) => !taken.has(topic.slug));
}

/** The last joined topics of a state of the data, which every search asks for. */
const joined = new WeakMap<FoundTopic[], { ours: Topic[]; all: Topic[] }>();

/** The topics in the file, and the found ones. */
export async function withFound(db: Snapshot, ours: Topic[]): Promise<Topic[]> {
  const found = await foundTopics(db);
  const known = joined.get(found);
  if (known?.ours === ours) return known.all;
  const all = [...ours, ...beside(found, ours).map(({ topic }) => topic)];
  joined.set(found, { ours, all });
  return all;
}
