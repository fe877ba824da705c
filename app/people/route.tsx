import { lists } from '#db/queries/home';
import { listPeople, PEOPLE_A_PAGE } from '#db/queries/people';
import { timeOf } from '#mail/ids';
import { page, problem } from '../_page/page';
import { frameOf } from '../_page/sections';
import { Document } from '../_ui/Document';
import { maskAll, shortDate } from '../_ui/format';
import { personHref } from '../_ui/links';
import { Columns } from '../_ui/ThreadTable';

/** `/people/?name=&list=&from=`: who writes here, most mails first. */
export const GET = page(async ({ query, db }) => {
  const from = query.get('from') ?? '0';
  if (!/^\d{1,9}$/.test(from))
    return problem(400, 'There is no such page', '"from" must be the number from the "next" link.');
  const [name, list] = [query.get('name')?.trim() || null, query.get('list') || null];
  const found = await listPeople(db, { list, name, from: Number(from) });
  const people = found.slice(0, PEOPLE_A_PAGE);
  const all = await lists(db);
  const next = new URLSearchParams(query);
  next.set('from', String(Number(from) + PEOPLE_A_PAGE));
  return (
    <Document at="/people/" title="People · Threadline" {...(await frameOf(db))}>
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
      {people.length ? null : <p className="empty">Nobody with that name or address has written here.</p>}
      {people.length ? <Columns names={['Name', 'Mails', 'First', 'Last']} kind="few" /> : null}
      <ol className="threads few">
        {people.map((person) => (
          <li key={person.id}>
            <a href={personHref(person.slug)}>
              <bdi>{maskAll(person.name)}</bdi>
              {person.kind === 'person' ? null : <small> {person.kind}</small>}
            </a>
            <b>{person.messages.toLocaleString('en-US')}</b>
            <time>{shortDate(timeOf(person.first_id))}</time>
            <time>{shortDate(timeOf(person.last_id))}</time>
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
