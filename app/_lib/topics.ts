import { loadTopics } from '#db/queries/topicsfile';
import type { Topic } from '#mail/topic';
import { logError } from './log';
import { settings } from './settings';

let complained = '';

/** The topics as the file has them now. A file that cannot be used is logged once, and lists are shown without topics. */
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
