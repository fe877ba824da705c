import type { SearchRequest } from '#db/queries/search/index';

/** This search with other values of some parameters. */
export type LinkTo = (change: Record<string, string | null>) => string;

/** Words tried alone; a query of more is a sentence. */
const MAX_WORDS = 6;

/** What to ask instead: without what the search is held to, with any of its words, with each word alone or only begun. */
export function NothingFound({ request, link }: { request: SearchRequest; link: LinkTo }) {
  const { query, list, topic, person, after, before } = request;
  const isHeld = list || topic || person || after != null || before != null;
  const words = query.split(/\s+/).filter(Boolean);
  const isPlain =
    words.length > 0 && words.length <= MAX_WORDS && words.every((word) => /^[\p{L}\p{N}_.-]+$/u.test(word));
  const offers: [string, string][] = [
    ...(isHeld
      ? ([
          [
            'on all lists, of any topic, person and time',
            link({ list: null, topic: null, person: null, after: null, before: null }),
          ],
        ] as [string, string][])
      : []),
    ...(isPlain && words.length > 1
      ? ([[words.join(' OR '), link({ q: words.join(' OR ') })], ...words.map((word) => [word, link({ q: word })])] as [
          string,
          string,
        ][])
      : []),
    ...(isPlain && words.length === 1 && query.length > 4
      ? ([[`${query.slice(0, -2)}*`, link({ q: `${query.slice(0, -2)}*` })]] as [string, string][])
      : []),
    ...(/^".*"$/.test(query) ? ([[query.slice(1, -1), link({ q: query.slice(1, -1) })]] as [string, string][]) : []),
  ];
  return (
    <section aria-labelledby="instead">
      <h2 id="instead">No message here has all of this</h2>
      {offers.length ? (
        <ul className="plain">
          {offers.map(([words, href]) => (
            <li key={words}>
              <a href={href}>{words}</a>
            </li>
          ))}
        </ul>
      ) : (
        <p>Fewer words, or a word that only begins so (hibern*), find more.</p>
      )}
    </section>
  );
}
