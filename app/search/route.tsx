import type { ReactNode } from 'react';
import type { Snapshot } from '#db/open';
import { withFound } from '#db/queries/foundtopics';
import { lists } from '#db/queries/home';
import { learnFrequentWords } from '#db/queries/search/frequent';
import {
  COUNT_BOUND,
  FACET_BOUND,
  type Facets as FacetsFound,
  type SearchPage,
  type SearchRequest,
  searchMessages,
} from '#db/queries/search/index';
import { meantQuery, RARE } from '#db/queries/search/spelling';
import { topicIds } from '#db/queries/topics';
import { dateSpan } from '#query/dates';
import { asksForWords } from '#query/order';
import { parseQuery } from '#query/parse';
import { readPasted } from '#query/pasted';
import type { Topic } from '#site/topic';
import { page, problem, renderBytes } from '../_page/page';
import { sectionsOf } from '../_page/sections';
import { topics } from '../_page/topics';
import { MonthBars } from '../_ui/bits';
import { Document } from '../_ui/Document';
import { maskAddress, plural, shortTime } from '../_ui/format';
import { listHref, personHref } from '../_ui/links';
import { redirect, respond } from '../_web/http';
import { openReader } from '../_web/reader';
import { Facets } from './Facets';
import { type LinkTo, linkTo } from './link';
import { NothingFound, offersOf } from './NothingFound';
import { chipsOf, narrowed, SUFFIX, scoped } from './narrow';
import { pastedPage } from './Pasted';
import { Results } from './Results';
import { RESULTS } from './results';
import { SearchHelp } from './SearchHelp';

/**
 * `/search/?q=&sort=&group=&list=&topic=&person=&after=&before=`: results with excerpts, facets and a histogram; without a query, help.
 * By default, a query with words gives threads, best first; one of fields and dates only gives messages, newest first.
 */
export const GET = page(async ({ query, db }) => {
  const address = narrowed(query);
  if (address) return redirect(address);
  const q = (query.get('q') ?? '').trim();
  const all = await lists(db);
  const synthetic = all.some((list) => list.synthetic === 1);
  if (!q && !query.get('topic') && !query.get('person')) {
    return (
      <Document sections={await sectionsOf(db)} title="Search · Threadline" synthetic={synthetic}>
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

function requestOf(query: URLSearchParams, q: string): SearchRequest | string {
  const now = Math.floor(Date.now() / 1000);
  const usual = usualOrder(q, now);
  const sort = query.get('sort') ?? usual.sort;
  if (sort !== 'date' && sort !== 'relevance') return 'sort must be date or relevance.';
  const group = query.get('group') ?? usual.group;
  if (group !== 'message' && group !== 'thread') return 'group must be thread or message.';
  const cursor = query.get('from');
  if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return 'from must be the number from the "next" link.';
  const point = (name: string) => {
    const text = query.get(name);
    return text ? (dateSpan(text, now)?.[0] ?? Number.NaN) : null;
  };
  const [after, before] = [point('after'), point('before')];
  if (Number.isNaN(after) || Number.isNaN(before)) return 'after and before must be dates such as 2004-07-28.';
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
    group: group === 'thread' ? group : null,
    now,
    topics: topics(),
  };
}

/** Order and grouping if the reader chose none. */
const usualOrder = (q: string, now: number): { sort: 'date' | 'relevance'; group: 'thread' | 'message' } =>
  asksForWords(parseQuery(q, now).tree ?? null)
    ? { sort: 'relevance', group: 'thread' }
    : { sort: 'date', group: 'message' };

async function resultPage(db: Snapshot, query: URLSearchParams, request: SearchRequest, synthetic: boolean) {
  const ours = topics();
  const found = await searchMessages(db, {
    ...request,
    topics: await withFound(db, ours),
    topicIds: await topicIds(db, ours),
  });
  const isEmpty = !found.results.length && !found.problem;
  const isFew = !found.problem && !request.cursor && found.total < RARE;
  const meant = isFew ? await meantQuery(db, request.query, request.now) : null;
  // For the next rare word. If it fails, that one is asked of the index too.
  if (isFew) learnWords(db.version).catch(() => {});
  const offers = isEmpty ? await offersOf(db, request) : [];
  const link = linkTo(query);
  const shown = (
    <Document
      sections={await sectionsOf(db)}
      title={`${request.query || request.topic || request.person} · Search`}
      query={request.query}
      list={request.list ?? null}
      synthetic={synthetic}
      {...(found.problem ? {} : { feed: feedOf(request) })}
    >
      <h1>{found.problem ? 'This query cannot be read' : totalOf(found)}</h1>
      {found.problem ? <Wrong found={found} link={link} /> : null}
      {meant === null ? null : (
        <p>
          Did you mean <a href={link({ q: meant })}>{meant}</a>?
        </p>
      )}
      {found.problem ? null : <Narrow request={request} link={link} />}
      {found.problem || isEmpty ? null : <Orders request={request} link={link} />}
      {found.notice ? <p className="facts">{found.notice}</p> : null}
      {found.months && found.months.length > 1 ? (
        <>
          <MonthBars
            months={found.months}
            hrefOf={(month) => link(monthSpan(month))}
            label="Matches by month; each bar links to its month"
          />
          {found.totalIsBound ? (
            <p className="facts">The chart shows the newest {COUNT_BOUND.toLocaleString('en-US')} matches.</p>
          ) : null}
        </>
      ) : null}
      <div className="found">
        <Results found={found} list={request.list ?? null} />
        {found.facets && found.results.length ? (
          <Facets
            facets={titled(found.facets, ours)}
            partial={found.total > FACET_BOUND}
            link={link}
            query={request.query}
          />
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
  // A page with status 400, as in the API; it shows what may have been meant.
  return found.problem
    ? respond(renderBytes(shown), 400, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' })
    : shown;
}

async function learnWords(version: string): Promise<void> {
  const reader = await openReader();
  if (reader) await learnFrequentWords(reader, version);
}

/** A month as `after` and `before`. */
function monthSpan(month: string): { after: string; before: string } {
  const [year, number] = [month.slice(0, -3), Number(month.slice(-2))];
  const next = number === 12 ? `${Number(year) + 1}-01` : `${year}-${number < 9 ? 0 : ''}${number + 1}`;
  return { after: `${month}-01`, before: `${next}-01` };
}

/** The conditions of the search, each with a link that removes it, and a form that adds more. */
function Narrow({ request, link }: { request: SearchRequest; link: LinkTo }) {
  const { query, list, topic, person, after, before } = request;
  const day = (time: number | null | undefined) => (time == null ? '' : shortTime(time).slice(0, 10));
  const held: [words: ReactNode, change: Record<string, string | null>][] = [
    ...chipsOf(query).map(({ words, without }): [ReactNode, Record<string, string>] => [words, { q: without }]),
  ];
  if (list) held.push([`list ${list}`, { list: null }]);
  if (topic) held.push([`topic ${titleOf(topic, topics())}`, { topic: null }]);
  if (person) held.push([<bdi key="person">{`person ${maskAddress(person)}`}</bdi>, { person: null }]);
  if (after != null || before != null)
    held.push([`${day(after) || '…'} to ${day(before) || '…'}`, { after: null, before: null }]);
  return (
    <form className="narrow" action="/search/">
      {held.map(([words, change], n) => (
        <a className="chip" key={n} href={link(change)} title="search without this">
          {words} <span aria-hidden="true">×</span>
        </a>
      ))}
      {Object.entries({ q: query, list, topic, person }).map(([name, value]) =>
        value ? <input key={name} type="hidden" name={name} value={value} /> : null,
      )}
      <label>
        from <input name={`from${SUFFIX}`} />
      </label>
      <label>
        subject <input name={`subject${SUFFIX}`} />
      </label>
      <label>
        since <input name="after" placeholder="YYYY-MM" defaultValue={day(after)} />
      </label>
      <label>
        before <input name="before" placeholder="YYYY-MM" defaultValue={day(before)} />
      </label>
      <label>
        kind{' '}
        <select name={`kind${SUFFIX}`} defaultValue="">
          <option value="">any mail</option>
          <option value="patch">patches</option>
          <option value="cover">cover letters</option>
          <option value="reply">replies</option>
        </select>
      </label>
      <button type="submit">Narrow</button>
    </form>
  );
}

/** Links that choose the order of the results, and whether they are threads or messages. */
function Orders({ request, link }: { request: SearchRequest; link: LinkTo }) {
  const { sort, group } = request;
  const choice = (chosen: boolean, words: string, change: Record<string, string | null>) =>
    chosen ? <strong>{words}</strong> : <a href={link(change)}>{words}</a>;
  return (
    <p className="facts orders">
      <span>
        Order: {choice(sort === 'relevance', 'best first', { sort: 'relevance' })} ·{' '}
        {choice(sort === 'date', 'newest first', { sort: 'date' })}
      </span>
      <span>
        Show: {choice(group === 'thread', 'threads', { group: 'thread' })} ·{' '}
        {choice(group !== 'thread', 'messages', { group: 'message' })}
      </span>
      {request.person ? <a href={personHref(request.person)}>Page of this person</a> : null}
      <span>
        <a href={feedOf(request)}>Atom</a>{' '}
        <button type="button" className="quiet js save">
          ☆ save
        </button>
      </span>
    </p>
  );
}

/** The facets with the titles of topics. */
const titled = (facets: FacetsFound, ours: Topic[]): FacetsFound => ({
  ...facets,
  topics: facets.topics.map((facet) => ({ ...facet, title: titleOf(facet.value, ours) })),
});

/** The title of a topic, or its slug if it has none. */
const titleOf = (slug: string, ours: Topic[]) => ours.find((topic) => topic.slug === slug)?.title ?? slug;

/** The address of the search as a feed. */
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
