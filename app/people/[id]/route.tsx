import type { Snapshot } from '#db/open';
import {
  type BegunThread,
  type Counted,
  findPerson,
  type IdentityLine,
  identitiesOf,
  type Namesake,
  namesakesOf,
  type PersonFacts,
  type PersonLine,
  personFacts,
  type TrailerCount,
} from '#db/queries/people';
import { inCommon } from '#db/queries/search/descending';
import { topicMatches } from '#db/queries/topics';
import { timeOf } from '#mail/ids';
import { notFound, page } from '../../_page/page';
import { frameOf } from '../../_page/sections';
import { topics } from '../../_page/topics';
import { Document } from '../../_ui/Document';
import { Figures } from '../../_ui/Figures';
import { maskAddress, maskAll, plural, shortDate } from '../../_ui/format';
import { personHref, searchHref, threadHref } from '../../_ui/links';
import { Stacks } from '../../_ui/Stacks';
import { Columns } from '../../_ui/ThreadTable';
import { TitleLink } from '../../_ui/TitleLink';
import { Week } from '../../_ui/Week';
import { redirect } from '../../_web/http';
import { bucketsOf, colourClasses, csv } from '../../topics/figures';
import { SeriesLanes } from '../../topics/overview';
import { RecentWork } from './Recent';

const LIMITS = { threads: 15, series: 16, others: 12, recent: { threads: 12, series: 12 } };

/** `/people/{id}/`: what a person wrote here, when, with whom, and what became of it; `id` is a slug or an address. */
export const GET = page(async ({ parts, query, db }) => {
  const id = parts[1] ?? '';
  const found = await findPerson(db, id);
  if (!found) return notFound(`"${id.slice(0, 100)}"`, id.slice(0, 100));
  const person = { ...found, name: maskAll(found.name) };
  if (person.slug !== id || parts.length < 3) return redirect(personHref(person.slug), id === person.slug ? 301 : 302);
  const facts = await personFacts(db, person.id, LIMITS);
  const { mails, lists } = facts;
  const all = mails.map((mail) => mail.id);
  const matches = { all, systems: lists.map((list) => list.ids) };
  const buckets = bucketsOf(matches);
  const names = lists.map(({ name }) => name);
  if (query.get('format') === 'csv')
    return csv(person.slug.replace(/[^\w-]/g, '_'), [
      ['time', 'mails', ...names],
      ...buckets.map((one) => [one.label, one.ids.length, ...one.systems]),
    ]);
  const search = `person:${person.slug}`;
  const classes = colourClasses(matches);
  return (
    <Document
      at="/people/"
      title={`${person.name} · Threadline`}
      {...(await frameOf(db))}
      feed={`${personHref(person.slug)}new.atom`}
    >
      <h1>
        <bdi>{person.name}</bdi>
      </h1>
      <Facts person={person} />
      <RecentWork recent={facts.recent} slug={person.slug} last={person.last_id} />
      <h2 id="all">All time</h2>
      <ul className="systems" aria-label="Lists">
        {lists.map(({ name, ids: own }, n) => (
          <li key={name}>
            <svg className="key" viewBox="0 0 10 10" aria-hidden="true">
              <rect className={classes[n]} width="10" height="10" />
            </svg>{' '}
            <a href={`${searchHref(search)}&list=${encodeURIComponent(name)}`}>{name}</a>{' '}
            <small>{own.length.toLocaleString('en-US')}</small>
          </li>
        ))}
      </ul>
      <Stacks
        id="time"
        title={`${person.name}: mails over time`}
        description={`${plural(all.length, 'mail')} by list; a mail on several lists is counted once.`}
        classes={[...classes, 'cn']}
        names={[...names, 'no list']}
        stacks={buckets.map((bucket) => ({
          label: bucket.label,
          href: searchHref(`${search} d:${bucket.label}`),
          parts: [...bucket.systems, bucket.others],
        }))}
      />
      <Figures
        csv={`${personHref(person.slug)}?format=csv`}
        head={['time', 'mails', ...names]}
        rows={buckets
          .filter((bucket) => bucket.ids.length)
          .map((bucket) => [bucket.label, bucket.ids.length, ...bucket.systems])}
      />
      <Begun {...facts.begun} />
      <Posted {...facts.series} slug={person.slug} />
      <Reviews given={facts.given} received={facts.received} />
      <Answers to={facts.answering} from={facts.answeredBy} />
      <Spoken spoken={await spokenOf(db, all)} search={search} />
      <section>
        <h2>Hours</h2>
        <p className="facts">
          When the mails were written, in the time zone of each mail. The area of a square is the number of mails.
        </p>
        <Week mails={mails} title={`${person.name}: mails by weekday and hour`} />
      </section>
      <Identities identities={await identitiesOf(db, person.id)} />
      <Namesakes namesakes={await namesakesOf(db, person.id)} />
    </Document>
  );
});

function Facts({ person }: { person: PersonLine }) {
  return (
    <p className="facts">
      <a href={searchHref(`person:${person.slug}`)}>{plural(person.messages, 'mail')}</a> from{' '}
      <time>{shortDate(timeOf(person.first_id))}</time> to <time>{shortDate(timeOf(person.last_id))}</time>
      {person.kind === 'bot' ? ' · a program' : person.kind === 'role' ? ' · an address used by several people' : ''} ·{' '}
      <a href={`${personHref(person.slug)}new.atom`}>Atom</a> · <a href="#names">names and addresses</a>
    </p>
  );
}

function Begun({ total, threads }: { total: number; threads: BegunThread[] }) {
  if (!threads.length) return null;
  return (
    <section>
      <h2>
        Threads begun <small>{total.toLocaleString('en-US')}</small>
      </h2>
      <p className="facts">{threads.length < total ? `The ${threads.length} longest.` : 'Longest first.'}</p>
      <Columns names={['Thread', 'Mails, people', 'Begun']} kind="begun" />
      <ol className="threads begun">
        {threads.map((thread) => (
          <li key={thread.msgid}>
            <TitleLink href={threadHref('all', thread.msgid)} thread={thread} />
            <b>
              {thread.messages}
              {thread.participants > 1 ? <small> by {thread.participants}</small> : null}
            </b>
            <time>{shortDate(timeOf(thread.first_id))}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Posted({
  statuses,
  series,
  slug,
}: PersonFacts['series'] & {
  slug: string;
}) {
  if (!statuses.length) return null;
  const href = (status?: string) => `/series/?${new URLSearchParams({ person: slug, ...(status ? { status } : {}) })}`;
  const total = statuses.reduce((sum, one) => sum + one.series, 0);
  return (
    <section>
      <h2>
        Patch series <small>{total.toLocaleString('en-US')}</small>
      </h2>
      <ul className="systems" aria-label="What became of them">
        {statuses.map(({ status, series }) => (
          <li key={status}>
            <a href={href(status)}>{status}</a> <small>{series}</small>
          </li>
        ))}
      </ul>
      {series.length > 1 ? (
        <p className="facts">
          Those with the most versions and replies; a square is a version. <a href={href()}>All</a>
        </p>
      ) : null}
      <SeriesLanes series={series} />
    </section>
  );
}

function Reviews({ given, received }: { given: TrailerCount[]; received: TrailerCount[] }) {
  if (!given.length && !received.length) return null;
  return (
    <section>
      <h2>Reviews</h2>
      <p className="facts">Trailers that this person gave in replies to patches, and received for their own patches.</p>
      <div className="sides">
        <Side title="given for patches of" rows={given} />
        <Side title="received from" rows={received} />
      </div>
    </section>
  );
}

function Answers({ to, from }: { to: Counted[]; from: Counted[] }) {
  if (!to.length && !from.length) return null;
  return (
    <section>
      <h2>Replies</h2>
      <div className="sides">
        <Side title="replied to mails of" rows={to} />
        <Side title="received replies from" rows={from} />
      </div>
    </section>
  );
}

function Side({ title, rows }: { title: string; rows: (Counted & { key?: string })[] }) {
  if (!rows.length) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ol className="counted">
        {rows.map(({ key, name, slug, count }) => (
          <li key={`${key} ${slug}`}>
            {slug === null ? <bdi>{name}</bdi> : <a href={personHref(slug)}>{<bdi>{name}</bdi>}</a>}{' '}
            {key ? <span className="key">{key}</span> : null} <small>{count}</small>
          </li>
        ))}
      </ol>
    </div>
  );
}

interface Spoken {
  slug: string;
  title: string;
  mails: number;
  systems: { slug: string; title: string; mails: number }[];
}

/** Topics and systems that the mails belong to. */
async function spokenOf(db: Snapshot, all: number[]): Promise<Spoken[]> {
  const count = (ids: number[]) => inCommon(all, ids);
  const found: Spoken[] = [];
  for (const topic of topics()) {
    const matches = await topicMatches(db, topic);
    const systems = topic.systems
      .map(({ slug, title }, n) => ({ slug, title, mails: count(matches.systems[n] ?? []) }))
      .filter(({ mails }) => mails)
      .sort((a, b) => b.mails - a.mails);
    const mails = count(matches.all);
    if (mails) found.push({ slug: topic.slug, title: topic.title, mails, systems });
  }
  return found;
}

function Spoken({ spoken, search }: { spoken: Spoken[]; search: string }) {
  if (!spoken.length) return null;
  return (
    <section>
      <h2>Topics and systems</h2>
      {spoken.map(({ slug, title, mails, systems }) => (
        <p key={slug} className="spoken">
          <a href={`/topics/${slug}/`}>{title}</a> <a href={searchHref(`${search} topic:${slug}`)}>{mails}</a>
          {systems.length ? ': ' : ''}
          {systems.map((system, n) => (
            <span key={system.slug}>
              {n ? ', ' : ''}
              <a href={`/topics/${slug}/${system.slug}/`}>{system.title}</a>{' '}
              <a href={searchHref(`${search} system:${system.slug}`)}>{system.mails}</a>
            </span>
          ))}
        </p>
      ))}
    </section>
  );
}

function Identities({ identities }: { identities: IdentityLine[] }) {
  return (
    <section>
      <h2 id="names">Names and addresses</h2>
      <p className="facts">
        The names and addresses that count as this person, and why. The operator can correct them in people.json
        (docs/PEOPLE.md).
      </p>
      <table className="identities">
        <thead>
          <tr>
            <th scope="col">name</th>
            <th scope="col">address</th>
            <th scope="col">mails</th>
            <th scope="col">joined by</th>
          </tr>
        </thead>
        <tbody>
          {identities.map(({ name, address, messages, reason }) => (
            <tr key={`${name}\n${address}`}>
              <td>
                <bdi>{name || '(none)'}</bdi>
              </td>
              <td>{maskAddress(address)}</td>
              <td>{messages}</td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Namesakes({ namesakes }: { namesakes: Namesake[] }) {
  if (!namesakes.length) return null;
  return (
    <section>
      <h2 id="namesakes">Perhaps the same as</h2>
      <p className="facts">Nothing in the archive proves that these are one person, or that they are not.</p>
      <ul className="systems">
        {namesakes.map(({ slug, name, messages, reason }) => (
          <li key={slug}>
            <a href={personHref(slug)}>
              <bdi>{name}</bdi>
            </a>{' '}
            <small>
              {plural(messages, 'mail')}, {reason}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
