import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStory, type Story } from './story';

/** The stories in a folder, newest first. @throws StoryError if one cannot be read */
export function loadStories(folder: string): Story[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => /^[\w-]+\.md$/.test(name))
    .map((name) => parseStory(readFileSync(join(folder, name), 'utf8'), name.slice(0, -3)))
    .sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : a.slug < b.slug ? -1 : 1));
}
