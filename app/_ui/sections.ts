/** Sections that are empty in some archives. */
export type Optional = 'topics' | 'mm' | 'stories';

interface Section {
  href: string;
  name: string;
  holds?: Optional;
}

/** The site's sections in the order of the navigation. */
const SECTIONS: readonly Section[] = [
  { href: '/all/', name: 'Threads' },
  { href: '/topics/', name: 'Topics', holds: 'topics' },
  { href: '/people/', name: 'People' },
  { href: '/series/', name: 'Series' },
  { href: '/mm/', name: '-mm', holds: 'mm' },
  { href: '/stories/', name: 'Stories', holds: 'stories' },
  { href: '/quotes/', name: 'Quotes' },
];

/** The optional sections that are not empty in this archive; null if nobody checked: then all are offered. */
export type Sections = ReadonlySet<Optional> | null;

/** The links of the navigation. The section that a page belongs to is always among them. */
export const offered = (at: string | undefined, sections: Sections): readonly Section[] =>
  SECTIONS.filter(({ href, holds }) => href === at || !holds || !sections || sections.has(holds));
