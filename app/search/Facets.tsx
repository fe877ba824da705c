import { FACET_BOUND, type Facet, type Facets as FacetsFound } from '#db/queries/search/index';
import { maskAddress } from '../_ui/format';
import type { LinkTo } from './link';
import { scoped } from './narrow';

/** What the matches can be narrowed to, with how many there are of each. */
export function Facets({
  facets,
  partial,
  link,
  query,
}: {
  facets: FacetsFound;
  /** True if the facets count only the newest matches. */
  partial: boolean;
  link: LinkTo;
  query: string;
}) {
  return (
    <aside className="facets" aria-label="Narrow">
      {partial ? (
        <p className="facts">
          Counts cover the newest {FACET_BOUND.toLocaleString('en-US')} matches; years cover the whole chart.
        </p>
      ) : null}
      <FacetList title="Lists" facets={facets.lists} hrefOf={(value) => link({ list: value })} />
      <FacetList
        title="Years"
        facets={facets.years}
        hrefOf={(value) => link({ after: `${value}-01-01`, before: `${Number(value) + 1}-01-01` })}
      />
      <FacetList title="Persons" facets={facets.authors} hrefOf={(value) => link({ person: value })} />
      <FacetList title="Topics" facets={facets.topics} hrefOf={(value) => link({ topic: value })} />
      <FacetList
        title="Patches"
        facets={facets.statuses}
        hrefOf={(value) => link({ q: `${scoped(query)} status:${value.replaceAll(' ', '-')}` })}
      />
      <FacetList
        title="Bugs"
        facets={facets.facts}
        hrefOf={(value) => link({ q: `${scoped(query)} has:${value}`.trim() })}
      />
    </aside>
  );
}

function FacetList({ title, facets, hrefOf }: { title: string; facets: Facet[]; hrefOf: (value: string) => string }) {
  if (!facets.length) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {facets.map(({ value, title, count }) => (
          <li key={value}>
            <a href={hrefOf(value)}>
              <bdi>{maskAddress(title ?? value)}</bdi>
            </a>{' '}
            <small>{count}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
