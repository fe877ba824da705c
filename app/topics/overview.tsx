import type { TopicAuthor, TopicThread } from '#db/queries/overview';
import type { TopicSeries } from '#db/queries/topics';
import { timeOf } from '#mail/ids';
import { monthNamer } from '#mail/months';
import { nameOf, plural, shortDate } from '../_ui/format';
import { type LaneLine, Lanes } from '../_ui/Lanes';
import { personHref, searchHref, threadHref } from '../_ui/links';
import { statusClass } from '../_ui/state';
import { Columns } from '../_ui/ThreadTable';
import { TitleLink } from '../_ui/TitleLink';
import { verdictWords } from '../_ui/VerdictWord';

/** Threads as a table, most relevant first. */
export function ThreadList({ threads }: { threads: TopicThread[] }) {
  return (
    <>
      <Columns names={['Thread', 'Begun by', 'Mails on it', 'Begun']} />
      <ol className="threads">
        {threads.map((thread) => (
          <li key={thread.id}>
            <TitleLink href={threadHref('all', thread.msgid)} thread={thread} />
            <bdi>{nameOf(thread.author, thread.address)}</bdi>
            <b>
              {thread.here} <small>of {thread.messages}</small>
            </b>
            <time>{shortDate(timeOf(thread.firstId))}</time>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Participants from their first mail to their last; the area of the dot of a month is the number of mails. */
export function PeopleLanes({ authors, query }: { authors: TopicAuthor[]; query: string }) {
  const lines: LaneLine[] = authors.map(({ name, address, slug, ids }) => {
    const own = `${query} ${slug === null ? `f:${address}` : `person:${slug}`}`;
    const months = new Map<string, { last: number; mails: number }>();
    const monthOf = monthNamer(7);
    for (const id of ids) {
      const month = months.get(monthOf(id));
      if (month) {
        month.last = id;
        month.mails++;
      } else months.set(monthOf(id), { last: id, mails: 1 });
    }
    return {
      label: `${nameOf(name, address)} (${ids.length})`,
      href: slug === null ? searchHref(own) : personHref(slug),
      marks: [...months].map(([month, { last, mails }]) => ({
        at: timeOf(last),
        weight: mails,
        words: `${nameOf(name, address)}, ${month}: ${plural(mails, 'mail')}`,
        href: searchHref(`${own} d:${month}`),
      })),
    };
  });
  return <Lanes id="people-picture" title="Participants, from their first mail to their last" lines={lines} />;
}

/** Patch series as lanes: a square for each version, and the state after the last. */
export function SeriesLanes({ series }: { series: TopicSeries[] }) {
  const lines: LaneLine[] = series.map((one) => ({
    label: one.title,
    href: `/series/${one.id}/`,
    colour: statusClass(one.status),
    end: verdictWords(one),
    marks: [...new Set(one.postings)].map((id, n) => ({
      at: timeOf(id),
      shape: 'square',
      words: `${one.title}, posting ${n + 1}, ${shortDate(timeOf(id))}; now ${one.status}`,
      href: `/series/${one.id}/#r${id}`,
    })),
  }));
  return <Lanes id="series-picture" title="Patch series, their versions and what became of them" lines={lines} />;
}
