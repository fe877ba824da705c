import type { ReactElement } from 'react';
import { readProgress, type SourceProgress } from '#db/progress';
import { activity, lists } from '#db/queries/home';
import { newestThreads } from '#db/queries/list';
import { debates } from '#db/queries/quoted';
import { firstIdAt } from '#mail/ids';
import { emptyArchive, type PageContext, page, renderBytes, WATCH_SECONDS } from './_page/page';
import { MonthBars } from './_ui/bits';
import { Debates } from './_ui/Debates';
import { Document } from './_ui/Document';
import { plural, shortDate } from './_ui/format';
import { debatesHref, listHref, monthHref } from './_ui/links';
import { Progress } from './_ui/Progress';
import { ThreadTable } from './_ui/ThreadTable';
import { ThisWeek } from './_ui/WeekParts';
import { respond } from './_web/http';
import { settings } from './_web/settings';
import { newestWeek } from './[list]/week';
import { stories } from './stories/stories';
import { offeredTopics } from './topics/config';

const RECENT = 25;
const MONTH = 31 * 86_400;
const STORIES = 5;
/** Topics of the archive's own words that the front page names. */
const FOUND = 8;

export const GET = page(async (context) => {
  const sources = readProgress(settings.database);
  const home = await homeOf(context, sources);
  return sources.length && !(home instanceof Response) ? watched(home) : home;
});

/** While archives are being read: neither kept nor compared, and loaded again by itself. */
function watched(home: ReactElement): Response {
  return respond(renderBytes(home), 200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    Refresh: String(10 * WATCH_SECONDS),
  });
}

async function homeOf({ db }: PageContext, sources: SourceProgress[]) {
  const all = await lists(db);
  if (!all.length) return emptyArchive();
  const [months, recent] = [await activity(db, null), await newestThreads(db, null, null)];
  const offered = await offeredTopics(db);
  const found = [
    ...offered.ours.map(({ topic, matches }) => ({ topic, count: plural(matches.all.length, 'mail') })),
    ...offered.found.slice(0, FOUND).map(({ topic, threads }) => ({ topic, count: plural(threads, 'thread') })),
  ];
  const newest = Math.max(...all.map(({ last_at }) => last_at ?? 0));
  const argued = await debates(db, firstIdAt(newest - MONTH), firstIdAt(newest + 1), 6);
  const week = await newestWeek(db, null);
  const told = await stories(db);
  const total = all.reduce((sum, list) => sum + list.messages, 0);
  return (
    <Document
      title="Threadline: mailing-list discussions"
      synthetic={all.some((list) => list.synthetic === 1)}
      feed="/all/new.atom"
      debates={debatesHref('all')}
    >
      <h1 className="lead">What was argued, by whom, about which patch.</h1>
      {sources.length ? <Progress sources={sources} /> : null}
      <div className="home">
        <section aria-labelledby="lists">
          <h2 id="lists">
            Lists <small>{plural(total, 'message')}</small>
          </h2>
          <ul className="lists">
            {all.map((list) => (
              <li key={list.name}>
                <a href={listHref(list.name)}>{list.name}</a>
                <span>{plural(list.messages, 'message')}</span>
                <span>
                  {list.first_at === null || list.last_at === null
                    ? ''
                    : `${shortDate(list.first_at)} to ${shortDate(list.last_at)}`}
                </span>
                {list.description ? <span className="about">{list.description}</span> : null}
              </li>
            ))}
          </ul>
        </section>
        <div>
          {told.length ? (
            <section aria-labelledby="stories">
              <h2 id="stories">
                <a href="/stories/">Stories</a>
              </h2>
              <ul className="systems">
                {told.slice(0, STORIES).map(({ slug, title, date }) => (
                  <li key={slug}>
                    <a href={`/stories/${slug}/`}>{title}</a> <small>{date}</small>
                  </li>
                ))}
              </ul>
            </section>
          ) : null}
          {found.length ? (
            <section aria-labelledby="topics">
              <h2 id="topics">
                <a href="/topics/">Topics</a>
              </h2>
              <ul className="systems">
                {found.map(({ topic, count }) => (
                  <li key={topic.slug}>
                    <a href={`/topics/${topic.slug}/`}>{topic.title}</a> <small>{count}</small>
                  </li>
                ))}
              </ul>
            </section>
          ) : null}
        </div>
      </div>
      <MonthBars months={months} hrefOf={(month) => monthHref('all', month)} label="Messages by month, all lists" />
      {week ? <ThisWeek parts={week.parts} list="all" weeks={week.weeks} /> : null}
      <Debates debates={argued} list="all" title="Debates this month" feed={debatesHref('all')} />
      <section aria-labelledby="recent">
        <h2 id="recent">
          Newest threads{' '}
          <small>
            <a href="/all/">all</a>
          </small>
        </h2>
        <ThreadTable threads={recent.threads.slice(0, RECENT)} list="all" />
      </section>
    </Document>
  );
}
