import { findPerson } from '#db/queries/people';
import { listSeries, SERIES_A_PAGE, type SeriesFilter, seriesCounts } from '#db/queries/serieslist';
import { stateNamed } from '#db/queries/status';
import { topicMatches } from '#db/queries/topics';
import { notFound, page, problem } from '../_page/page';
import { frameOf } from '../_page/sections';
import { topics } from '../_page/topics';
import { Document } from '../_ui/Document';
import { personHref } from '../_ui/links';
import { SeriesRows } from '../_ui/SeriesRows';

/** `/series/?status=&topic=&person=&list=&author=&older=&newer=`: patch series, newest first; those waiting for review, longest waiting first. */
export const GET = page(async ({ query, db }) => {
  const filter = filterOf(query);
  if (!filter)
    return problem(
      400,
      'There is no such page',
      '"older" and "newer" must be numbers of days, "after" the number from the "next" link.',
    );
  const wanted = query.get('topic');
  const topic = wanted ? topics().find(({ slug }) => slug === wanted) : undefined;
  if (wanted && !topic) return notFound(`The topic "${wanted.slice(0, 100)}"`, wanted.slice(0, 100));
  if (topic) filter.among = (await topicMatches(db, topic)).all;
  const slug = query.get('person');
  const person = slug ? await findPerson(db, slug) : undefined;
  if (slug && !person) return notFound(`"${slug.slice(0, 100)}"`, slug.slice(0, 100));
  if (person) filter.person = person.id;
  const [counts, found] = [await seriesCounts(db), await listSeries(db, filter)];
  const lines = found.slice(0, SERIES_A_PAGE);
  const last = lines.at(-1);
  return (
    <Document at="/series/" title="Patch series · Threadline" {...(await frameOf(db))}>
      <h1>
        Patch series{' '}
        {person ? (
          <>
            of{' '}
            <a href={personHref(person.slug)}>
              <bdi>{person.name}</bdi>
            </a>
          </>
        ) : null}
      </h1>
      <nav className="pages" aria-label="Status">
        <a href={hrefOf(query, { status: null, after: null })}>all</a>
        {counts.map(({ status, series }) => (
          <a
            key={status}
            href={hrefOf(query, { status, after: null })}
            aria-current={stateNamed(filter.status ?? '') === status ? 'page' : undefined}
          >
            {status} <small>{series}</small>
          </a>
        ))}
        <a href="/series/states/">what these mean</a>
      </nav>
      <form className="filter" action="/series/">
        {person ? <input type="hidden" name="person" value={person.slug} /> : null}
        {filter.status ? <input type="hidden" name="status" value={filter.status} /> : null}
        <label>
          Author <input name="author" defaultValue={filter.author ?? ''} />
        </label>{' '}
        <label>
          List <input name="list" defaultValue={filter.list ?? ''} />
        </label>{' '}
        <label>
          Topic{' '}
          <select name="topic" defaultValue={topic?.slug ?? ''}>
            <option value="">any</option>
            {topics().map(({ slug, title }) => (
              <option key={slug} value={slug}>
                {title}
              </option>
            ))}
          </select>
        </label>{' '}
        <button type="submit">Filter</button>
      </form>
      {lines.length ? <SeriesRows lines={lines} /> : <p className="empty">No series matches.</p>}
      {found.length > SERIES_A_PAGE && last ? (
        <nav className="pages" aria-label="Pages">
          <a rel="next" href={hrefOf(query, { after: String(last.posted_id) })}>
            next
          </a>
        </nav>
      ) : null}
    </Document>
  );
});

function filterOf(query: URLSearchParams): SeriesFilter | null {
  const numbers = { olderThanDays: query.get('older'), newerThanDays: query.get('newer'), after: query.get('after') };
  const filter: SeriesFilter = {};
  for (const [name, value] of Object.entries(numbers)) {
    if (value === null || value === '') continue;
    if (!/^\d{1,15}$/.test(value)) return null;
    filter[name as keyof typeof numbers] = Number(value);
  }
  for (const name of ['status', 'list', 'author'] as const) {
    const value = query.get(name)?.trim().slice(0, 200);
    if (value) filter[name] = value;
  }
  return filter;
}

/** The address of this page with some parameters changed. */
function hrefOf(query: URLSearchParams, changes: Record<string, string | null>): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return `/series/${next.size ? `?${next}` : ''}`;
}
