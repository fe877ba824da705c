import type { Snapshot } from '#db/open';
import { lists } from '#db/queries/home';
import { type Facet, type SearchPage, type SearchRequest, searchMessages } from '#db/queries/search/index';
import { dateSpan } from '#mail/query/dates';
import { Document } from '../_components/Document';
import { SearchHelp } from '../_components/SearchHelp';
import { nameOf, plural, shortTime } from '../_lib/format';
import { messageHref, threadHref } from '../_lib/links';
import { page, problem } from '../_lib/page';

/** Results of a page, as lore has it. */
const RESULTS = 200;

/** `/search/?q=&sort=&list=&after=&before=`: results with excerpts and facets; without a query, how to ask. */
export const GET = page(async ({ query, db }) => {
  const q = (query.get('q') ?? '').trim();
  const all = await lists(db);
  const synthetic = all.some((list) => list.synthetic === 1);
  if (!q) {
    return (
      <Document title="Search · Threadline" synthetic={synthetic}>
        <h1>Search</h1>
        <SearchHelp />
      </Document>
    );
  }
  const request = requestOf(query, q);
  if (typeof request === 'string') return problem(400, 'This search cannot be run', request, q);
  if (request.list && !all.some(({ name }) => name === request.list))
    return problem(400, 'This search cannot be run', `There is no list "${request.list.slice(0, 100)}".`, q);
  return resultPage(db, query, request, synthetic);
});

function requestOf(query: URLSearchParams, q: string): SearchRequest | string {
  const now = Math.floor(Date.now() / 1000);
  const sort = query.get('sort') ?? 'date';
  if (sort !== 'date' && sort !== 'relevance') return 'sort is date or relevance.';
  const cursor = query.get('from');
  if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return 'from is a number that the link to the next page carries.';
  const point = (name: string) => {
    const text = query.get(name);
    return text ? (dateSpan(text, now)?.[0] ?? Number.NaN) : null;
  };
  const [after, before] = [point('after'), point('before')];
  if (Number.isNaN(after) || Number.isNaN(before)) return 'after and before are dates such as 2004-07-28.';
  return {
    query: q,
    sort,
    limit: RESULTS,
    list: query.get('list') || null,
    after,
    before,
    cursor: cursor === null ? null : Number(cursor),
    facets: true,
    now,
  };
}

async function resultPage(db: Snapshot, query: URLSearchParams, request: SearchRequest, synthetic: boolean) {
  const found = await searchMessages(db, request);
  const link = (change: Record<string, string | null>) => {
    const next = new URLSearchParams(query);
    next.delete('from');
    for (const [key, value] of Object.entries(change))
      if (value === null) next.delete(key);
      else next.set(key, value);
    return `/search/?${next}`;
  };
  return (
    <Document
      title={`${request.query} · Search`}
      query={request.query}
      list={request.list ?? null}
      synthetic={synthetic}
      layout="wide"
    >
      <h1>{found.problem ? 'This query cannot be read' : totalOf(found)}</h1>
      {found.problem ? <Wrong found={found} link={link} /> : null}
      {found.problem ? null : (
        <p className="facts">
          {request.list ? (
            <>
              on {request.list} (<a href={link({ list: null })}>all lists</a>){' '}
            </>
          ) : null}
          {request.sort === 'date' ? 'newest first' : <a href={link({ sort: null })}>newest first</a>} ·{' '}
          {request.sort === 'relevance' ? 'best first' : <a href={link({ sort: 'relevance' })}>best first</a>}
        </p>
      )}
      <div className="found">
        <Results found={found} list={request.list ?? null} />
        {found.facets && found.results.length ? (
          <Facets facets={found.facets} link={link} query={request.query} />
        ) : null}
      </div>
      {found.next === null ? null : (
        <nav className="pages" aria-label="Pages">
          <a rel="next" href={link({ from: String(found.next) })}>
            next {RESULTS}
          </a>
        </nav>
      )}
      {found.results.length || found.problem ? null : <SearchHelp />}
    </Document>
  );
}

const totalOf = (found: SearchPage) =>
  found.totalIsBound ? `More than ${found.total.toLocaleString('en-US')} messages` : plural(found.total, 'message');

function Wrong({ found, link }: { found: SearchPage; link: (change: Record<string, string | null>) => string }) {
  const { message, at, suggestion } = found.problem ?? { message: '', at: [0, 0] };
  const [start, end] = at;
  return (
    <section className="problem">
      <p>{message}</p>
      <pre className="query">
        {found.query.slice(0, start)}
        <mark>{found.query.slice(start, Math.max(end, start + 1)) || ' '}</mark>
        {found.query.slice(Math.max(end, start + 1))}
      </pre>
      {suggestion ? (
        <p>
          Perhaps <a href={link({ q: suggestion })}>{suggestion}</a>?
        </p>
      ) : null}
    </section>
  );
}

function Results({ found, list }: { found: SearchPage; list: string | null }) {
  return (
    <ol className="results">
      {found.results.map((result) => {
        const where = list ?? result.lists[0] ?? 'all';
        return (
          <li key={result.id}>
            <a href={messageHref(where, result.msgid)}>
              <bdi>{result.subject || '(no subject)'}</bdi>
            </a>
            <p className="facts">
              <bdi>{nameOf(result.author.name, result.author.address)}</bdi> · <time>{shortTime(result.sentAt)}</time> ·{' '}
              {result.lists.join(', ')} · <a href={threadHref(where, result.msgid)}>thread ({result.threadMessages})</a>
            </p>
            <p className="snippet">
              {result.snippet.map(({ text, mark }, n) => (mark ? <mark key={n}>{text}</mark> : text))}
            </p>
          </li>
        );
      })}
    </ol>
  );
}

function Facets({
  facets,
  link,
  query,
}: {
  facets: NonNullable<SearchPage['facets']>;
  link: (change: Record<string, string | null>) => string;
  query: string;
}) {
  return (
    <aside className="facets" aria-label="Narrow">
      <p className="facts">Of the newest 1,000</p>
      <FacetList title="Lists" facets={facets.lists} hrefOf={(value) => link({ list: value })} />
      <FacetList
        title="Years"
        facets={facets.years}
        hrefOf={(value) => link({ after: `${value}-01-01`, before: `${Number(value) + 1}-01-01` })}
      />
      <FacetList title="Authors" facets={facets.authors} hrefOf={(value) => link({ q: `${query} f:${value}` })} />
    </aside>
  );
}

function FacetList({ title, facets, hrefOf }: { title: string; facets: Facet[]; hrefOf: (value: string) => string }) {
  if (!facets.length) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {facets.map(({ value, count }) => (
          <li key={value}>
            <a href={hrefOf(value)}>{value}</a> <small>{count}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
