import { firstMention, topicFacts, topicMatches } from '#db/queries/topics';
import { timeOf } from '#mail/ids';
import { notFound, page } from '../../../_page/page';
import { frameOf } from '../../../_page/sections';
import { allTopics } from '../../../_page/topics';
import { Document } from '../../../_ui/Document';
import { nameOf, plural, shortDate } from '../../../_ui/format';
import { anyHref, searchHref } from '../../../_ui/links';
import { Stacks } from '../../../_ui/Stacks';
import { redirect } from '../../../_web/http';
import { bucketsOf, colourClasses, csv, together } from '../../figures';
import { PeopleLanes, SeriesLanes, ThreadList } from '../../overview';

const LIMITS = { threads: 20, series: 16, authors: 12, debates: 0 };

/** `/topics/{slug}/{system}/`: when it was mentioned, who mentioned it first, what was discussed with it, and who wrote most. */
export const GET = page(async ({ parts, query, db }) => {
  const [, slug = '', name = ''] = parts;
  const topic = (await allTopics(db)).find((one) => one.slug === slug);
  const at = topic?.systems.findIndex((one) => one.slug === name) ?? -1;
  const system = topic?.systems[at];
  if (!topic || !system)
    return notFound(`The system "${name.slice(0, 100)}" of "${slug.slice(0, 100)}"`, name.slice(0, 100));
  if (parts.length < 4) return redirect(`/topics/${slug}/${name}/`, 301);
  const matches = await topicMatches(db, topic);
  const ids = matches.systems[at] ?? [];
  const buckets = bucketsOf({ all: ids, systems: [] });
  if (query.get('format') === 'csv')
    return csv(`${slug}-${name}`, [['time', 'messages'], ...buckets.map(({ label, ids }) => [label, ids.length])]);
  const first = await firstMention(db, ids);
  const { threads, series, authors } = await topicFacts(db, topic, at, ids, LIMITS);
  const against = together(matches, at)
    .map((count, n) => ({ count, other: topic.systems[n] }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const search = `system:${name}`;
  return (
    <Document
      at="/topics/"
      title={`${system.title} · ${topic.title} · Threadline`}
      {...(await frameOf(db))}
      feed={`/topics/${slug}/${name}/new.atom`}
    >
      <p className="facts">
        <a href={`/topics/${slug}/`} rel="up">
          {topic.title}
        </a>
      </p>
      <h1>{system.title}</h1>
      {system.description ? <p className="about">{system.description}</p> : null}
      <p className="facts">
        <a href={searchHref(search)}>{plural(ids.length, 'message')}</a> ·{' '}
        <a href={`/topics/${slug}/${name}/new.atom`}>Atom</a> · <a href={`/topics/${slug}/${name}/?format=csv`}>CSV</a>
      </p>
      {first ? (
        <p>
          First mention here:{' '}
          <a href={anyHref(first.msgid)}>
            <bdi>{first.subject || '(no subject)'}</bdi>
          </a>
          , <bdi>{nameOf(first.name, first.address)}</bdi>, <time>{shortDate(timeOf(first.id))}</time>.
        </p>
      ) : (
        <p className="empty">No mail in this archive mentions it.</p>
      )}
      <Stacks
        id="time"
        title={`${system.title}: mentions over time`}
        description={`${plural(ids.length, 'message')}.`}
        classes={[colourClasses(matches)[at] ?? 'cx']}
        names={[system.title]}
        stacks={buckets.map((bucket) => ({
          label: bucket.label,
          href: searchHref(`${search} d:${bucket.label}`),
          parts: [bucket.ids.length],
        }))}
      />
      {against.length ? (
        <section>
          <h2>
            Often discussed with <small>mails that name both</small>
          </h2>
          <ul className="systems">
            {against.map(({ count, other }) => (
              <li key={other?.slug}>
                <a href={`/topics/${slug}/${other?.slug}/`}>{other?.title}</a>{' '}
                <a href={searchHref(`${search} system:${other?.slug}`)}>
                  <small>{plural(count, 'mail')}</small>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {threads.length ? (
        <section>
          <h2>Main threads</h2>
          <p className="facts">Threads with many mails about it and many people come first.</p>
          <ThreadList threads={threads} />
        </section>
      ) : null}
      {series.length ? (
        <section>
          <h2>Patch series</h2>
          <SeriesLanes series={series} />
        </section>
      ) : null}
      {authors.length ? (
        <section>
          <h2>Participants</h2>
          <PeopleLanes authors={authors} query={search} />
        </section>
      ) : null}
    </Document>
  );
});
