/** A kind of statement about a bug. The search finds mails that make it with `has:NAME`, and counts them beside its results. */
export interface Fact {
  name: string;
  /** What these mails do, as the title of the facet. */
  title: string;
  /** The words in a field that make the statement; without them, a trailer makes it (db/queries/search/mailfacts.ts). */
  words?: { field: 'cve' | 'regzbot'; of: readonly string[] };
}

/** Commands after `#regzbot` (the kernel's Documentation/process/handling-regressions.rst, and regzbot's reference). */
const REGZBOT =
  'introduced title from fix link monitor related dup duplicate resolve resolved inconclusive invalid ignore poke backburner report summary'.split(
    ' ',
  );

export const FACTS: readonly Fact[] = [
  { name: 'fixes', title: 'have a Fixes: trailer' },
  { name: 'closes', title: 'close a report' },
  { name: 'syzbot', title: 'were reported by syzbot' },
  { name: 'bugzilla', title: 'link a Bugzilla' },
  { name: 'cve', title: 'name a CVE', words: { field: 'cve', of: ['CVE'] } },
  {
    name: 'regzbot',
    title: 'command regzbot',
    words: { field: 'regzbot', of: REGZBOT.map((word) => `regzbot ${word}`) },
  },
];
