import { Fragment, type ReactElement } from 'react';
import type { Snapshot } from '#db/open';
import { readProgress, type SourceProgress } from '#db/progress';
import { type ListSummary, lists } from '#db/queries/home';
import { newestThreads } from '#db/queries/list';
import { presentOf } from '#db/queries/message';
import { TOUR, type TourStop } from '#site/tour';
import { emptyArchive, type PageContext, page, renderBytes, WATCH_SECONDS } from './_page/page';
import { sectionsOf } from './_page/sections';
import { stories } from './_page/stories';
import { offeredTopics } from './_page/topics';
import { Document } from './_ui/Document';
import { plural, shortDate } from './_ui/format';
import { ListRows, type Lively, livesOf } from './_ui/Lists';
import { debatesHref, digestHref, sinceHref, threadHref } from './_ui/links';
import { Progress } from './_ui/Progress';
import { ThreadTable } from './_ui/ThreadTable';
import { ThisWeek } from './_ui/WeekParts';
import { respond } from './_web/http';
import { settings } from './_web/settings';
import { sincePage } from './[list]/since';
import { newestWeek } from './[list]/week';
import { FindList, listsPage } from './lists';

const RECENT = 25;
const STORIES = 5;
/** Lists beside the week: those with the newest mail. */
const LISTS = 12;
/** Most topics found in subjects that the front page lists. */
const FOUND = 8;

export const GET = page(async (context) => {
  const sources = readProgress(settings.database);
  const home = await homeOf(context, sources);
  return sources.length && !(home instanceof Response) ? watched(home) : home;
});

/** While archives are being read, the page is not cached, and it reloads itself. */
function watched(home: ReactElement): Response {
  return respond(renderBytes(home), 200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    Refresh: String(10 * WATCH_SECONDS),
  });
}

async function homeOf({ db, query }: PageContext, sources: SourceProgress[]) {
  const all = await lists(db);
  if (!all.length) return emptyArchive();
  const synthetic = all.some((list) => list.synthetic === 1);
  const [asked, since] = [query.get('lists'), query.get('since')];
  if (asked !== null) return listsPage(db, all, asked, synthetic);
  if (since !== null) return sincePage(db, 'all', { id: null, synthetic: synthetic ? 1 : 0 }, since);
  const week = await newestWeek(db, null);
  const recent = await newestThreads(db, null, null);
  const total = all.reduce((sum, list) => sum + list.messages, 0);
  return (
    <Document
      sections={await sectionsOf(db)}
      title="Threadline: mailing-list discussions"
      synthetic={synthetic}
      feed="/all/new.atom"
      debates={debatesHref('all')}
    >
      <h1>What was argued, by whom, about which patch.</h1>
      <p className="facts">
        {plural(total, 'mail')} on <a href="#lists">{plural(all.length, 'list')}</a>.
        {week ? <Since newest={week.newest} /> : null}
      </p>
      {sources.length ? <Progress sources={sources} /> : null}
      {all.every((list) => list.synthetic === 1) ? <Tour stops={await tourOf(db)} /> : null}
      <div className="home">
        <ThisWeek week={week} list="all" base="/" />
        <div>
          <Lists count={all.length} lively={await livesOf(db, newestFirst(all).slice(0, LISTS), all)} />
          <Topics found={await topicsOf(db)} />
          <StoryLinks shown={(await stories(db)).slice(0, STORIES)} />
        </div>
      </div>
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

/** Links to what is new in the last day, week or month, counted back from the newest mail, not from today. */
function Since({ newest }: { newest: number }) {
  const days = { day: 1, week: 7, month: 31 };
  return (
    <>
      {' '}
      New in the last{' '}
      {Object.entries(days).map(([name, count], n) => (
        <Fragment key={name}>
          {n ? ', ' : ''}
          <a href={sinceHref('/', shortDate(newest - (count - 1) * 86_400))}>{name}</a>
        </Fragment>
      ))}
      .
    </>
  );
}

/** The stops of the tour whose mails are here: the bundled sample has all of them, other synthetic archives have none. */
async function tourOf(db: Snapshot): Promise<TourStop[]> {
  const present = await presentOf(
    db,
    TOUR.map(({ msgid }) => msgid),
  );
  return TOUR.filter(({ msgid }) => present.has(msgid));
}

function Tour({ stops }: { stops: TourStop[] }) {
  if (!stops.length) return null;
  return (
    <section aria-labelledby="tour">
      <h2 id="tour">
        {stops.length === 1 ? 'A question' : 'Questions'} to start with <small>one click each</small>
      </h2>
      <ul className="changes">
        {stops.map(({ question, msgid, view }) => (
          <li key={msgid}>
            <a href={(view === 'digest' ? digestHref : threadHref)('all', msgid)}>{question}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const newestFirst = (all: readonly ListSummary[]) =>
  all.toSorted((a, b) => (b.last_at ?? 0) - (a.last_at ?? 0) || b.messages - a.messages);

function Lists({ count, lively }: { count: number; lively: Lively }) {
  const isAll = lively.lists.length === count;
  return (
    <section aria-labelledby="lists">
      <h2 id="lists">
        Lists{' '}
        {isAll ? null : (
          <small>
            with the newest mail · <a href="/?lists=">all {count}</a>
          </small>
        )}
      </h2>
      {isAll ? null : <FindList asked="" />}
      <ListRows {...lively} />
    </section>
  );
}

async function topicsOf(db: Snapshot) {
  const offered = await offeredTopics(db);
  return [
    ...offered.ours.map(({ topic, matches }) => ({ topic, count: plural(matches.all.length, 'mail') })),
    ...offered.found.slice(0, FOUND).map(({ topic, threads }) => ({ topic, count: plural(threads, 'thread') })),
  ];
}

function Topics({ found }: { found: Awaited<ReturnType<typeof topicsOf>> }) {
  if (!found.length) return null;
  return (
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
  );
}

function StoryLinks({ shown }: { shown: Awaited<ReturnType<typeof stories>> }) {
  if (!shown.length) return null;
  return (
    <section aria-labelledby="stories">
      <h2 id="stories">
        <a href="/stories/">Stories</a>
      </h2>
      <ul className="systems">
        {shown.map(({ slug, title, date }) => (
          <li key={slug}>
            <a href={`/stories/${slug}/`}>{title}</a> <small>{date}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
