import type { Snapshot } from '#db/open';
import { loadStories, storiesHere } from '#db/queries/stories';
import { type Story, StoryError } from '#mail/story';
import { settings } from './settings';

/** The stories of lists that are here. A story that cannot be read is logged, and the others are shown. */
export async function stories(db: Snapshot): Promise<Story[]> {
  try {
    return await storiesHere(db, loadStories(settings.stories));
  } catch (error) {
    if (!(error instanceof StoryError)) throw error;
    process.stderr.write(
      `${JSON.stringify({ level: 'error', time: new Date().toISOString(), message: error.message })}\n`,
    );
    return [];
  }
}
