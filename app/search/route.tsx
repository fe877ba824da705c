import type { ReactElement } from 'react';
import type { Snapshot } from '#db/open';
import { lists } from '#db/queries/home';
import { findMessages, listsOf } from '#db/queries/message';
import {
  COUNT_BOUND,
  FACET_BOUND,
  type Facet,
  type Facets as FacetsFound,
  type SearchPage,
  type SearchRequest,
  type SearchResult,
  searchMessages,
} from '#db/queries/search/index';
import { topicIds } from '#db/queries/topics';
import { dateSpan } from '#query/dates';
import { type Pasted, readPasted } from '#query/pasted';
import { page, problem, renderBytes } from '../_page/page';
import { MonthBars } from '../_ui/bits';
import { Document } from '../_ui/Document';
import { maskAddress, nameOf, plural, shortTime } from '../_ui/format';
import { listHref, loreHref, messageHref, personHref, threadHref } from '../_ui/links';
import { redirect, respond } from '../_web/http';
import { topics } from '../topics/config';
import { type LinkTo, NothingFound, offersOf } from './NothingFound';
import { SearchHelp } from './SearchHelp';

/** Results of a page, as lore has it. */
const RESULTS = 200;

/** `/search/?q=&sort=&group=&list=&topic=&person=&after=&before=`: results with excerpts, facets and a histogram; without a query, how to ask. */
export const GET = page(async ({ query, db }) => {
  const q = (query.get('q') ?? '').trim();
  const all = await lists(db);
  const synthetic = all.some((list) => list.synthetic === 1);
  if (!q && !query.get('topic') && !query.get('person')) {
    return (
      <Document title="Search · Threadline" synthetic={synthetic}>
        <h1>Search</h1>
        <SearchHelp />
      </Document>
    );
  }
  const pasted = readPasted(q);
  if (pasted) return pastedPage(db, pasted, synthetic);
  const request = requestOf(query, q);
  if (typeof request === 'string') return problem(400, 'This search cannot be run', request, q);
  if (request.list && !all.some(({ name }) => name === request.list))
    return problem(400, 'This search cannot be run', `There is no list "${request.list.slice(0, 100)}".`, q);
  return resultPage(db, query, request, synthetic);
});

/** The mail that was pasted; where it is not here, where else it may be. */
async function pastedPage(db: Snapshot, { msgid, url }: Pasted, synthetic: boolean): Promise<ReactElement | Response> {
  if (msgid !== null) {
    const [message] = await findMessages(db, msgid);
    const [list] = message ? await listsOf(db, message.id) : [];
    if (message) return redirect(messageHref(list?.name ?? 'all', message.msgid));
  }
  const link = url ?? loreHref(msgid ?? '');
  const shown = (
    <Document title="Not here · Search · Threadline" query={msgid ?? ''} synthetic={synthetic}>
      <h1>
        {msgid === null
          ? 'This address does not say which mail it is'
          : `The message <${msgid.slice(0, 200)}> is not here`}
      </h1>
      {msgid === null ? (
        <p>That archive numbers its mails by itself. Open it, and search here for its subject or Message-ID.</p>
      ) : (
        <p>
          <a href={`/search/?${new URLSearchParams({ q: `m:"${msgid.replaceAll('"', '')}"` })}`}>Search for it</a>, or
          for parts of it, in the archive.
        </p>
      )}
      <p>
        <a href={link} rel="noreferrer">
          {link}
        </a>
      </p>
      <SearchHelp />
    </Document>
  );
  return respond(renderBytes(shown), 404, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' });
}

function requestOf(query: URLSearchParams, q: string): SearchRequest | string {
  const now = Math.floor(Date.now() / 1000);
  const sort = query.get('sort') ?? 'date';
  if (sort !== 'date' && sort !== 'relevance') return 'sort is date or relevance.';
  const group = query.get('group');
  if (group !== null && group !== 'thread') return 'group is thread, or left out.';
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
    topic: query.get('topic') || null,
    person: query.get('person') || null,
    after,
    before,
    cursor: cursor === null ? null : Number(cursor),
    facets: true,
    group,
    now,
    topics: topics(),
  };
}

async function resultPage(db: Snapshot, query: URLSearchParams, request: SearchRequest, synthetic: boolean) {
  const found = await searchMessages(db, { ...request, topicIds: await topicIds(db, topics()) });
  const isEmpty = !found.results.length && !found.problem;
  const offers = isEmpty ? await offersOf(db, request) : [];
  const link = (change: Record<string, string | null>) => {
    const next = new URLSearchParams(query);
    next.delete('from');
    for (const [key, value] of Object.entries(change))
      if (value === null) next.delete(key);
      else next.set(key, value);
    return `/search/?${next}`;
  };
  const shown = (
    <Document
      title={`${request.query || request.topic || request.person} · Search`}
      query={request.query}
      list={request.list ?? null}
      synthetic={synthetic}
      {...(found.problem ? {} : { feed: feedOf(request) })}
    >
      <h1>{found.problem ? 'This query cannot be read' : totalOf(found)}</h1>
      {found.problem ? <Wrong found={found} link={link} /> : null}
      {found.problem ? null : <Orders request={request} link={link} isEmpty={isEmpty} />}
      {found.notice ? <p className="facts">{found.notice}</p> : null}
      {found.months && found.months.length > 1 ? (
        <>
          <MonthBars
            months={found.months}
            hrefOf={(month) => link(monthSpan(month))}
            label="Matches by month; a bar leads to its month"
          />
          {found.totalIsBound ? (
            <p className="facts">The newest {COUNT_BOUND.toLocaleString('en-US')} are drawn.</p>
          ) : null}
        </>
      ) : null}
      <div className="found">
        <Results found={found} list={request.list ?? null} />
        {found.facets && found.results.length ? (
          <Facets facets={found.facets} partial={found.total > FACET_BOUND} link={link} query={request.query} />
        ) : null}
      </div>
      {found.next === null ? null : (
        <nav className="pages" aria-label="Pages">
          <a rel="next" href={link({ from: String(found.next) })}>
            next {request.group ? 'threads' : RESULTS}
          </a>
        </nav>
      )}
      {isEmpty ? (
        <>
          <NothingFound offers={offers} link={link} />
          <SearchHelp />
        </>
      ) : null}
    </Document>
  );
  // With the same page, which says what may have been meant; the API answers so too.
  return found.problem
    ? respond(renderBytes(shown), 400, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' })
    : shown;
}

/** A month as `after` and `before`. */
function monthSpan(month: string): { after: string; before: string } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  return { after: `${month}-01`, before: `${next}-01` };
}

/** Where the search is held to, and the orders it can be shown in where there is something to order. */
function Orders({ request, link, isEmpty }: { request: SearchRequest; link: LinkTo; isEmpty: boolean }) {
  const dated = request.after != null || request.before != null;
  const choice = (chosen: boolean, words: string, change: Record<string, string | null>) =>
    chosen ? <strong>{words}</strong> : <a href={link(change)}>{words}</a>;
  return (
    <p className="facts">
      {request.list ? (
        <>
          on {request.list} (<a href={link({ list: null })}>all lists</a>) ·{' '}
        </>
      ) : null}
      {request.topic ? (
        <>
          of the topic {request.topic} (<a href={link({ topic: null })}>any topic</a>) ·{' '}
        </>
      ) : null}
      {request.person ? (
        <>
          by <a href={personHref(request.person)}>{maskAddress(request.person)}</a> (
          <a href={link({ person: null })}>anybody</a>) ·{' '}
        </>
      ) : null}
      {dated ? (
        <>
          {request.after != null ? `from ${shortTime(request.after).slice(0, 10)} ` : ''}
          {request.before != null ? `until ${shortTime(request.before).slice(0, 10)} ` : ''}(
          <a href={link({ after: null, before: null })}>any time</a>) ·{' '}
        </>
      ) : null}
      {isEmpty ? null : (
        <>
          {choice(request.sort === 'date', 'newest first', { sort: null })} ·{' '}
          {choice(request.sort === 'relevance', 'best first', { sort: 'relevance' })} ·{' '}
          {choice(!request.group, 'messages', { group: null })} ·{' '}
          {choice(!!request.group, 'threads', { group: 'thread' })} ·{' '}
        </>
      )}
      <a href={feedOf(request)}>Atom</a>
    </p>
  );
}

/** The search as a feed to subscribe to. */
function feedOf({ query, list, topic, person }: SearchRequest): string {
  const tests = Object.entries({ topic, person }).flatMap(([name, value]) => (value ? [`${name}:${value}`] : []));
  const q = [tests.length && query ? scoped(query) : query, ...tests].filter(Boolean).join(' ');
  return `${listHref(list ?? 'all')}?${new URLSearchParams({ q, x: 'A' })}`;
}

const totalOf = (found: SearchPage) =>
  found.total === 0
    ? 'Nothing was found'
    : found.totalIsBound
      ? `More than ${found.total.toLocaleString('en-US')} messages`
      : plural(found.total, 'message');

function Wrong({ found, link }: { found: SearchPage; link: LinkTo }) {
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
              {result.hasAttachments && !result.snippet.some(({ mark }) => mark) ? (
                <em>perhaps in an attachment: </em>
              ) : null}
              {result.snippet.map(({ text, mark }, n) => (mark ? <mark key={n}>{text}</mark> : text))}
            </p>
            <Also result={result} where={where} />
          </li>
        );
      })}
    </ol>
  );
}

/** What else of a thread matches, where results are threads. */
function Also({ result, where }: { result: SearchResult; where: string }) {
  const { matches = 1, also = [] } = result;
  if (matches < 2) return null;
  const unnamed = matches - 1 - also.length;
  return (
    <p className="facts also">
      {also.map((other, n) => (
        <span key={other.msgid}>
          {n ? ', ' : 'also '}
          <a href={messageHref(where, other.msgid)}>
            <bdi>{nameOf(other.author.name, other.author.address)}</bdi>
          </a>{' '}
          {shortTime(other.sentAt).slice(0, 10)}
        </span>
      ))}
      {unnamed > 0 ? ` and ${plural(unnamed, 'more message')} of this thread` : ''}
    </p>
  );
}

function Facets({
  facets,
  partial,
  link,
  query,
}: {
  facets: FacetsFound;
  /** There are more matches than facets are counted over. */
  partial: boolean;
  link: LinkTo;
  query: string;
}) {
  return (
    <aside className="facets" aria-label="Narrow">
      {partial ? (
        <p className="facts">
          Lists, authors and patches of the newest {FACET_BOUND.toLocaleString('en-US')}, years of all that is drawn
        </p>
      ) : null}
      <FacetList title="Lists" facets={facets.lists} hrefOf={(value) => link({ list: value })} />
      <FacetList
        title="Years"
        facets={facets.years}
        hrefOf={(value) => link({ after: `${value}-01-01`, before: `${Number(value) + 1}-01-01` })}
      />
      <FacetList
        title="Authors"
        facets={facets.authors}
        hrefOf={(value) => link({ q: `${scoped(query)} f:${value}` })}
        nameOf={maskAddress}
      />
      <FacetList title="Topics" facets={facets.topics} hrefOf={(value) => link({ topic: value })} />
      <FacetList
        title="Patches"
        facets={facets.statuses}
        hrefOf={(value) => link({ q: `${scoped(query)} status:${value.replaceAll(' ', '-')}` })}
      />
    </aside>
  );
}

/** A query that more can be joined to by AND. */
const scoped = (query: string) => (/\bOR\b/.test(query) ? `(${query})` : query);

function FacetList({
  title,
  facets,
  hrefOf,
  nameOf = (value) => value,
}: {
  title: string;
  facets: Facet[];
  hrefOf: (value: string) => string;
  nameOf?: (value: string) => string;
}) {
  if (!facets.length) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {facets.map(({ value, count }) => (
          <li key={value}>
            <a href={hrefOf(value)}>{nameOf(value)}</a> <small>{count}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
