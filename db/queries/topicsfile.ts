import { readFileSync, statSync } from 'node:fs';
import { parseTopics, type Topic, TopicsError } from '#mail/topic';

let read: { path: string; stamp: string; topics: Topic[] } | null = null;

/**
 * The topics of a file, read again when it changes. A missing file that nobody named is no topics.
 * Throws TopicsError where it cannot be used.
 */
export function loadTopics(path: string, isNamed: boolean): Topic[] {
  let stamp: string;
  try {
    const { mtimeMs, size, ino } = statSync(path);
    stamp = `${mtimeMs} ${size} ${ino}`;
  } catch {
    if (!isNamed) return [];
    throw new TopicsError(
      `${path}: this file is not there. THREADLINE_CONFIG names the topics; docs/TOPICS.md shows one.`,
    );
  }
  if (read?.path === path && read.stamp === stamp) return read.topics;
  const topics = parseTopics(readFileSync(path, 'utf8'), path);
  read = { path, stamp, topics };
  return topics;
}
