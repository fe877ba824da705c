import type { Snapshot } from '#db/open';
import { storiesHere } from '#db/queries/stories';
import { type Story, StoryError } from '#site/story';
import { loadStories } from '#site/storyfiles';
import { logError } from '../_web/log';
import { settings } from '../_web/settings';

/** The stories about lists that are here. If one cannot be read, the error is logged and none are shown. */
export async function stories(db: Snapshot): Promise<Story[]> {
  try {
    return await storiesHere(db, loadStories(settings.stories));
  } catch (error) {
    if (!(error instanceof StoryError)) throw error;
    logError(error);
    return [];
  }
}
