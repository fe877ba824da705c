import type { Topic } from '#site/topic';
import { loadTopics } from '#site/topicsfile';
import { logError } from '../_web/log';
import { settings } from '../_web/settings';

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
