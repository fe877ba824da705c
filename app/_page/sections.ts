import type { Snapshot } from '#db/open';
import { hasMm } from '#db/queries/mm';
import { leaveOut, type Optional } from '../_ui/sections';
import { stories } from '../stories/stories';
import { offeredTopics } from '../topics/config';

/** Sections that held nothing when last checked, and the state of data and topics at that time. */
const looked = { stamp: '', file: null as object | null, empty: ['topics', 'mm', 'stories'] as Optional[] };

/**
 * Removes the sections that are empty in this archive from the navigation. A section that once held something is not checked
 * again: archives grow, and a page that says "none" does no harm.
 */
export async function lookAtSections(db: Snapshot, stamp: string): Promise<void> {
  if (looked.file !== db.file) Object.assign(looked, { stamp: '', file: db.file, empty: ['topics', 'mm', 'stories'] });
  if (looked.stamp === stamp || !looked.empty.length) return;
  looked.stamp = stamp;
  const empty: Optional[] = [];
  for (const name of looked.empty) if (!(await HOLDS[name](db))) empty.push(name);
  looked.empty = empty;
  leaveOut(empty);
}

const HOLDS: Record<Optional, (db: Snapshot) => Promise<boolean>> = {
  topics: async (db) => {
    const { ours, found } = await offeredTopics(db);
    return ours.length + found.length > 0;
  },
  mm: hasMm,
  stories: async (db) => (await stories(db)).length > 0,
};
