import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { parseTopics, type Topic, TopicsError } from './topic';

let hashed: { of: string; hash: string } | null = null;

/** A hash of the content of the file, the same on every machine. Pages made with topics depend on it. */
export function topicsStamp(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    const of = `${path} ${mtimeMs} ${size} ${ino}`;
    if (hashed?.of !== of) hashed = { of, hash: createHash('sha256').update(readFileSync(path)).digest('base64url') };
    return hashed.hash;
  } catch {
    return '';
  }
}

let read: { path: string; stamp: string; topics: Topic[] } | null = null;

/**
 * The topics of a file, read again when it changes. A missing file gives no topics, unless `isNamed`.
 * Throws TopicsError if it cannot be used.
 */
export function loadTopics(path: string, isNamed: boolean): Topic[] {
  const stamp = topicsStamp(path);
  if (stamp === '') {
    if (!isNamed) return [];
    throw new TopicsError(
      `${path}: the file of topics named by THREADLINE_CONFIG does not exist. docs/TOPICS.md shows an example.`,
    );
  }
  if (read?.path === path && read.stamp === stamp) return read.topics;
  const topics = parseTopics(readFileSync(path, 'utf8'), path);
  read = { path, stamp, topics };
  return topics;
}
