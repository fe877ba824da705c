import { anySynthetic, lists } from '#db/queries/home';
import { listPeople, PEOPLE_A_PAGE } from '#db/queries/people';
import { Document } from '../_components/Document';
import { plural, shortDate } from '../_lib/format';
import { personHref } from '../_lib/links';
import { page, problem } from '../_lib/page';

/** `/people/?name=&list=&from=`: who writes here, who wrote most first. */
export const GET = page(async ({ query, db }) => {
  const from = query.get('from') ?? '0';
  if (!/^\d{1,9}$/.test(from))
    return problem(400, 'There is no such page', '"from" is the number that the link to the next page carries.');
  const [name, list] = [query.get('name')?.trim() || null, query.get('list') || null];
  const found = await listPeople(db, { list, name, from: Number(from) });
  const people = found.slice(0, PEOPLE_A_PAGE);
  const all = await lists(db);
  const next = new URLSearchParams(query);
  next.set('from', String(Number(from) + PEOPLE_A_PAGE));
  return (
    <Document title="People · Threadline" synthetic={await anySynthetic(db)} layout="wide">
      <h1>People</h1>
      <form className="filter" action="/people/">
        <label>
          Name or address <input name="name" defaultValue={name ?? ''} />
        </label>{' '}
        <label>
          List{' '}
          <select name="list" defaultValue={list ?? ''}>
            <option value="">any</option>
            {all.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
              </option>
            ))}
          </select>
        </label>{' '}
        <button type="submit">Filter</button>
      </form>
      {people.length ? null : <p className="empty">Nobody of that name has written here.</p>}
      <ol className="threads">
        {people.map((person) => (
          <li key={person.id}>
            <a className="subject" href={personHref(person.slug)}>
              <bdi>{person.name}</bdi>
            </a>
            <span className="facts">
              <span className="name">{person.kind === 'person' ? '' : person.kind}</span>
              <span className="count">{person.messages.toLocaleString('en-US')}</span>
              <time title={`${plural(person.messages, 'mail')}, the first on ${shortDate(person.first_id / 8)}`}>
                {shortDate(person.last_id / 8)}
              </time>
            </span>
          </li>
        ))}
      </ol>
      {found.length > PEOPLE_A_PAGE ? (
        <nav className="pages" aria-label="Pages">
          <a rel="next" href={`/people/?${next}`}>
            next
          </a>
        </nav>
      ) : null}
    </Document>
  );
});
