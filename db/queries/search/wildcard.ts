import { stemOf } from '#query/stem';
import type { Node } from '#query/types';
import type { Snapshot } from '../../open';
import { QueryCache } from '../cache';

/**
 * Wildcards. FTS5 collects all words of a prefix before it returns the first match: `a*` with 27,000 mails reads a thousand
 * pages of the index in 60 ms; with two million mails it would read a gigabyte. Words, however, are only read as far as matches are
 * needed. So a prefix with more than PAGES pages is split into the frequent words with this prefix, and longer prefixes
 * as long as these are not too many.
 */
const PAGES = 600;
/** The most parts of a wildcard; and below, how many letters longer they may be. */
const PARTS = 40;
const DEPTH = 10;

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789'];

export interface Part {
  text: string;
  prefix: boolean;
}

/** The parts of prefixes that are too broad; null for those that can be searched directly. */
const cache = new QueryCache<Part[] | null>(200);

/** Splits broad wildcards; `broad` lists them, since their rarest words are left out. */
export async function narrowWildcards(db: Snapshot, tree: Node): Promise<{ tree: Node; broad: string[] }> {
  const broad: string[] = [];
  const narrowed = async (node: Node): Promise<Node> => {
    if (node.kind === 'and' || node.kind === 'or') {
      const of: Node[] = [];
      for (const one of node.of) of.push(await narrowed(one));
      return { kind: node.kind, of };
    }
    if (node.kind === 'not') return { kind: 'not', of: await narrowed(node.of) };
    if (node.kind === 'about')
      return { kind: 'about', titled: await narrowed(node.titled), said: await narrowed(node.said) };
    if (node.kind !== 'words' || !node.prefix) return node;
    const last = /(?<![a-z\d])[a-z\d]{1,40}$/i.exec(node.text)?.[0].toLowerCase();
    const parts = last === undefined ? null : await cache.get(db, last, () => partsOf(db, last));
    if (last === undefined || !parts) return node;
    broad.push(`${node.text}*`);
    const before = node.text.slice(0, node.text.length - last.length);
    return { kind: 'or', of: parts.map(({ text, prefix }) => ({ ...node, text: before + text, prefix })) };
  };
  return { tree: await narrowed(tree), broad };
}

/** The parts of a prefix with more than `most` pages, including the frequent words; null if it has fewer pages. */
export async function partsOf(db: Snapshot, prefix: string, most = PAGES): Promise<Part[] | null> {
  const [all = 0] = await pagesOf(db, [prefix]);
  if (all <= most) return null;
  const parts: Part[] = [];
  let left = most;
  let large = [prefix];
  for (let depth = 0; depth < DEPTH && large.length; depth++) {
    // A stem that has another stem cannot be searched as a word.
    parts.push(...large.filter((word) => stemOf(word) === word).map((text) => ({ text, prefix: false })));
    const longer = large.flatMap((word) => LETTERS.map((letter) => word + letter));
    const pages = await pagesOf(db, longer);
    const found = longer
      .map((text, n) => ({ text, pages: pages[n] ?? 0 }))
      .filter((one) => one.pages > 0)
      .sort((a, b) => b.pages - a.pages);
    large = found
      .filter((one) => one.pages > most / 8)
      .map(({ text }) => text)
      .slice(0, PARTS - parts.length);
    for (const one of found)
      if (one.pages <= most / 8 && one.pages <= left && parts.length + large.length < PARTS) {
        parts.push({ text: one.text, prefix: true });
        left -= one.pages;
      }
  }
  return parts.slice(0, PARTS);
}

/** The number of 4 KB index pages with each prefix, from FTS5's table of the first words of pages; takes a few thousandths of the time to read the pages. */
async function pagesOf(db: Snapshot, prefixes: string[]): Promise<number[]> {
  const row = await db.get<{ pages: string }>(
    `WITH segment AS MATERIALIZED (SELECT DISTINCT segid FROM search_idx),
       wanted AS (SELECT key, CAST('0' || value AS BLOB) AS first, CAST('0' || value || char(0x10ffff) AS BLOB) AS last FROM json_each(?))
     SELECT json_group_array(pages ORDER BY key) AS pages FROM (
       SELECT w.key, sum((SELECT max(pgno / 2) FROM search_idx i WHERE i.segid = s.segid AND i.term <= w.last)
         - coalesce((SELECT max(pgno / 2) FROM search_idx i WHERE i.segid = s.segid AND i.term <= w.first), 0)) AS pages
       FROM wanted w CROSS JOIN segment s GROUP BY w.key)`,
    [JSON.stringify(prefixes)],
  );
  return JSON.parse(row?.pages ?? '[]');
}
