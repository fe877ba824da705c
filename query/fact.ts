import type { Field } from './types';

/** A kind of statement on a bug that mails make; the search finds it by `has:NAME`, and counts it beside its results. */
export interface Fact {
  name: string;
  /** What the mails of a facet do. */
  title: string;
  /** Words that make it, of a field; without them a trailer does (db/queries/search/facts.ts). */
  words?: { field: Field; of: readonly string[] };
}

/** What may follow `#regzbot` (the kernel's Documentation/process/handling-regressions.rst, and regzbot's own reference). */
const REGZBOT = [
  'introduced',
  'title',
  'from',
  'fix',
  'link',
  'monitor',
  'related',
  'dup',
  'duplicate',
  'resolve',
  'resolved',
  'inconclusive',
  'invalid',
  'ignore',
  'poke',
  'backburner',
  'report',
  'summary',
];

export const FACTS: readonly Fact[] = [
  { name: 'fixes', title: 'say Fixes: of a commit' },
  { name: 'closes', title: 'close a report' },
  { name: 'syzbot', title: 'were reported by syzbot' },
  { name: 'bugzilla', title: 'link a Bugzilla' },
  { name: 'cve', title: 'name a CVE', words: { field: 'cve', of: ['CVE'] } },
  {
    name: 'regzbot',
    title: 'speak to regzbot',
    words: { field: 'regzbot', of: REGZBOT.map((word) => `regzbot ${word}`) },
  },
];
