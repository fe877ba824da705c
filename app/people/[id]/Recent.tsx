import { RECENT_DAYS, type Recent, type RecentThread } from '#db/queries/personrecent';
import { timeOf } from '#mail/ids';
import { QUIET_DAYS } from '#patch/state';
import { plural, shortDate } from '../../_ui/format';
import { searchHref, threadHref } from '../../_ui/links';
import { SeriesRows } from '../../_ui/SeriesRows';
import { Columns } from '../../_ui/ThreadTable';
import { TitleLink } from '../../_ui/TitleLink';

/** A person's last month: where they wrote and which trailers they gave; and their series that are still discussed. */
export function RecentWork({ recent, slug, last }: { recent: Recent; slug: string; last: number }) {
  const { from, to, mails, threads, more, given } = recent;
  const days = `${shortDate(from)}..${shortDate(to)}`;
  return (
    <>
      <section>
        <h2>
          Last {RECENT_DAYS} days{' '}
          <small>
            {shortDate(from)} to {shortDate(to)}, the newest mail on their lists
          </small>
        </h2>
        {mails ? (
          <p className="facts">
            <a href={searchHref(`person:${slug} d:${days}`)}>{plural(mails, 'mail')}</a> in{' '}
            {plural(threads.length + more, 'thread')}
            {given.length ? ` · gave ${given.map(({ key, count }) => `${count} ${key}`).join(', ')}` : ''}
          </p>
        ) : (
          <p className="empty">No mail in these days. Their last mail is from {shortDate(timeOf(last))}.</p>
        )}
        {threads.length ? <Threads threads={threads} more={more} /> : null}
      </section>
      <Series recent={recent} slug={slug} />
    </>
  );
}

function Threads({ threads, more }: { threads: RecentThread[]; more: number }) {
  return (
    <>
      <Columns names={['Thread', 'Their mails', 'Their last']} kind="begun" />
      <ol className="threads begun">
        {threads.map((thread) => (
          <li key={thread.msgid}>
            <TitleLink href={threadHref('all', thread.msgid)} thread={thread} />
            <b>
              {thread.here} <small>of {thread.messages}</small>
            </b>
            <time>{shortDate(timeOf(thread.newest))}</time>
          </li>
        ))}
      </ol>
      {more ? <p className="facts">and {plural(more, 'more thread')}</p> : null}
    </>
  );
}

function Series({ recent: { series, areCurrent, to }, slug }: { recent: Recent; slug: string }) {
  if (!series.length) return null;
  return (
    <section>
      <h2>
        {areCurrent ? 'Current series' : 'Newest series'}{' '}
        <small>
          <a href={`/series/?person=${encodeURIComponent(slug)}`}>all</a>
        </small>
      </h2>
      <p className="facts">
        {areCurrent ? 'Series' : 'No series'} with a mail in the {QUIET_DAYS} days before {shortDate(to)}
        {areCurrent ? ', newest version first.' : '; these are the newest.'}
      </p>
      <SeriesRows lines={series} />
    </section>
  );
}
