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

/** Sections that are empty in some archives. */
export type Optional = 'topics' | 'mm' | 'stories';

const empty = new Set<string>();

/** Removes these sections, which are empty in this archive, from the navigation of pages rendered from now on. */
export function leaveOut(names: readonly Optional[]): void {
  empty.clear();
  for (const name of names) empty.add(`/${name}/`);
}

/** The links of the navigation. The section that a page belongs to is always among them. */
export const offered = (at: string | undefined) => SECTIONS.filter(([href]) => href === at || !empty.has(href));
