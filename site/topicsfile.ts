import { readFileSync, statSync } from 'node:fs';
import { parseTopics, type Topic, TopicsError } from './topic';

/** What tells one state of the file from another: pages that were made with topics hang on it. */
export function topicsStamp(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return '';
  }
}

let read: { path: string; stamp: string; topics: Topic[] } | null = null;

/**
 * The topics of a file, read again when it changes. A missing file that nobody named is no topics.
 * Throws TopicsError where it cannot be used.
 */
export function loadTopics(path: string, isNamed: boolean): Topic[] {
  const stamp = topicsStamp(path);
  if (stamp === '') {
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
