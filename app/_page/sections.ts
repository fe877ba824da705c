import type { Snapshot } from '#db/open';
import { QueryCache } from '#db/queries/cache';
import { anySynthetic } from '#db/queries/home';
import { hasMm } from '#db/queries/mm';
import { topicsStamp } from '#site/topicsfile';
import type { Optional, Sections } from '../_ui/sections';
import { settings } from '../_web/settings';
import { stories } from './stories';
import { offeredTopics } from './topics';

const HOLDS: Record<Optional, (db: Snapshot) => Promise<boolean>> = {
  topics: async (db) => {
    const { ours, found } = await offeredTopics(db);
    return ours.length + found.length > 0;
  },
  mm: hasMm,
  stories: async (db) => (await stories(db)).length > 0,
};
const OPTIONAL = Object.keys(HOLDS) as Optional[];

const cache = new QueryCache<Sections>(2);
/** By database, with its topics file: the sections that once held something. Archives grow, so these are not checked again. */
const held = new WeakMap<object, { stamp: string; names: Set<Optional> }>();

/** The optional sections that are not empty in this archive. Its pages leave out the others from their navigation. */
export function sectionsOf(db: Snapshot): Promise<Sections> {
  const stamp = topicsStamp(settings.config);
  return cache.get(db, stamp, async () => {
    const known = held.get(db.file);
    const names = new Set(known?.stamp === stamp ? known.names : []);
    for (const name of OPTIONAL) if (!names.has(name) && (await HOLDS[name](db))) names.add(name);
    held.set(db.file, { stamp, names });
    return names;
  });
}

/** What the frame of a page of the whole archive needs from the database (app/_ui/Document.tsx). */
export const frameOf = async (db: Snapshot) => ({ sections: await sectionsOf(db), synthetic: await anySynthetic(db) });
