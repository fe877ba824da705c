import type { Snapshot } from '#db/open';
import { foundBeside, withFound } from '#db/queries/foundtopics';
import { lists } from '#db/queries/home';
import { type TopicMatches, topicMatches } from '#db/queries/topics';
import type { FoundTopic } from '#site/found';
import type { Topic } from '#site/topic';
import { loadTopics } from '#site/topicsfile';
import { logError } from '../_web/log';
import { settings } from '../_web/settings';

let complained = '';

/** The topics that the file defines now. If the file cannot be used, the error is logged once and there are no topics. */
export function topics(): Topic[] {
  try {
    return loadTopics(settings.config, process.env.THREADLINE_CONFIG !== undefined);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message !== complained) {
      logError(error);
      complained = message;
    }
    return [];
  }
}

/** All topics that `topic:` accepts. */
export const allTopics = (db: Snapshot): Promise<Topic[]> => withFound(db, topics());

/** A topic of the file is offered if at least `mails` mails match it, or in a small archive one mail in `part`. */
const OFFERED = { mails: 20, part: 100 };

export interface OfferedTopics {
  ours: { topic: Topic; matches: TopicMatches }[];
  found: FoundTopic[];
}

/** Topics with enough mails in this archive: a few stray mails do not make a list about RAS. */
export async function offeredTopics(db: Snapshot): Promise<OfferedTopics> {
  const total = (await lists(db)).reduce((sum, { messages }) => sum + messages, 0);
  const ours = [];
  for (const topic of topics()) {
    const matches = await topicMatches(db, topic);
    if (matches.all.length >= Math.min(OFFERED.mails, Math.max(1, total / OFFERED.part))) ours.push({ topic, matches });
  }
  return { ours, found: await foundBeside(db, topics()) };
}
