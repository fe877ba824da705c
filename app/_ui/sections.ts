/** The site's sections in the order of the navigation. */
const SECTIONS = [
  ['/all/', 'Threads'],
  ['/topics/', 'Topics'],
  ['/people/', 'People'],
  ['/series/', 'Series'],
  ['/mm/', '-mm'],
  ['/stories/', 'Stories'],
  ['/quotes/', 'Quotes'],
] as const;

/** Sections that not every archive has something for. */
export type Optional = 'topics' | 'mm' | 'stories';

const empty = new Set<string>();

/** Says which of them this archive has nothing for: they leave the navigation of the pages made from now on. */
export function leaveOut(names: readonly Optional[]): void {
  empty.clear();
  for (const name of names) empty.add(`/${name}/`);
}

/** What the navigation offers; the section that a page belongs to is always there. */
export const offered = (at: string | undefined) => SECTIONS.filter(([href]) => href === at || !empty.has(href));
