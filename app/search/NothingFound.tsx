import type { Snapshot } from '#db/open';
import { type SearchRequest, searchMessages } from '#db/queries/search/index';
import { plural } from '../_ui/format';
import type { Change, LinkTo } from './link';

/** Another search to try, and how much it finds. */
export interface Offer {
  words: string;
  change: Change;
  total: number;
  totalIsBound: boolean;
}

/** Words that are tried one by one; a longer query is a sentence. */
const MAX_WORDS = 6;

/** The alternative searches that find something. */
export async function offersOf(db: Snapshot, request: SearchRequest): Promise<Offer[]> {
  const offers: Offer[] = [];
  for (const [words, change] of wordings(request)) {
    const { q = request.query, ...rest } = change;
    const asked = { ...request, ...rest, query: q ?? '', limit: 1, cursor: null, group: null };
    const { total, totalIsBound } = await searchMessages(db, { ...asked, facets: false, snippets: false });
    if (total) offers.push({ words, change, total, totalIsBound });
  }
  return offers;
}

/** Alternatives: the query without its restrictions, with any of its words, with each word alone, or with a word cut to a prefix. */
function wordings({ query, list, topic, person, after, before }: SearchRequest): [string, Change][] {
  const free = { list: null, topic: null, person: null, after: null, before: null };
  const isHeld = list || topic || person || after != null || before != null;
  const words = query.split(/\s+/).filter(Boolean);
  const isPlain =
    words.length > 0 && words.length <= MAX_WORDS && words.every((word) => /^[\p{L}\p{N}_.-]+$/u.test(word));
  const other: string[] = [];
  if (isPlain && words.length > 1) other.push(words.join(' OR '), ...words);
  if (isPlain && words.length === 1 && query.length > 4) other.push(`${query.slice(0, -2)}*`);
  if (/^".*"$/.test(query)) other.push(query.slice(1, -1));
  const held: [string, Change][] = isHeld && query ? [['on all lists, for any topic, person and time', free]] : [];
  return [...held, ...[...new Set(other)].map((q): [string, Change] => [q, { q }])];
}

/** Other searches to try. */
export function NothingFound({ offers, link }: { offers: Offer[]; link: LinkTo }) {
  if (!offers.length) return <p>Use fewer words, or only the beginning of a word (hibern*), to find more.</p>;
  return (
    <section aria-labelledby="instead">
      <h2 id="instead">Try instead</h2>
      <ul className="plain">
        {offers.map(({ words, change, total, totalIsBound }) => (
          <li key={words}>
            <a href={link(change)}>{words}</a>{' '}
            <small>
              {totalIsBound ? 'more than ' : ''}
              {plural(total, 'message')}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
