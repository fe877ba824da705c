import type { Snapshot } from '#db/open';
import { newestThreads } from '#db/queries/list';
import { newestMoment, weekOf } from '#db/queries/week';
import { firstIdAt } from '#mail/ids';
import { dateSpan } from '#query/dates';
import { problem } from '../_page/page';
import { sectionsOf } from '../_page/sections';
import { Document } from '../_ui/Document';
import { isoTime, plural, shortDate, shortTime } from '../_ui/format';
import { listHref } from '../_ui/links';
import { ThreadTable } from '../_ui/ThreadTable';
import { WeekParts } from '../_ui/WeekParts';

const DAY = 86_400;
/** Older threads are on the pages of their months. */
const MOST_DAYS = 100;

/** `/?since=` and `/{list}/?since=`: what happened from a moment to the newest mail, and the threads that had mail. */
export async function sincePage(
  db: Snapshot,
  name: string,
  list: { id: number | null; synthetic: number },
  since: string,
) {
  const newest = (await newestMoment(db, list.id)) ?? 0;
  const asked = momentOf(since, newest);
  if (asked === null)
    return problem(400, 'This is not a date', 'since= takes a day (2025-02-14) or a time (2025-02-14T09:30:00Z).');
  const from = Math.max(asked, newest - MOST_DAYS * DAY);
  const isNothing = asked > newest;
  const parts = isNothing ? [] : await weekOf(db, list.id, from, newest + 1);
  const page = isNothing ? [] : (await newestThreads(db, list.id, null)).threads;
  const threads = page.filter(({ last_id }) => last_id >= firstIdAt(from));
  const where = name === 'all' ? 'all lists' : name;
  return (
    <Document
      sections={await sectionsOf(db)}
      title={`New since ${momentText(asked)} · ${where}`}
      list={name === 'all' ? null : name}
      synthetic={list.synthetic === 1}
    >
      <h1>
        New since {momentText(asked)} <small>{where}</small>
      </h1>
      <p className="facts" id="newest" data-newest={isoTime(newest)}>
        {isNothing ? 'Nothing is newer: the' : 'The'} newest mail is from {shortTime(newest)} UTC.
        {from > asked ? ` Only the last ${MOST_DAYS} days are shown; earlier mail is on the pages of months.` : ''}
      </p>
      <form className="filter">
        <label>
          Since <input name="since" size={10} defaultValue={shortDate(asked)} placeholder="2025-02-14" required />
        </label>
        <button type="submit">Show</button>
      </form>
      <WeekParts parts={parts} list={name} />
      {threads.length ? (
        <section aria-labelledby="threads">
          <h2 id="threads">
            Threads with new mail{' '}
            <small>
              {threads.length < page.length ? plural(threads.length, 'thread') : `the newest ${threads.length}`}
            </small>
          </h2>
          <ThreadTable threads={threads} list={name} />
        </section>
      ) : null}
      <p>
        <a href={name === 'all' ? '/all/' : listHref(name)}>All threads</a>
      </p>
    </Document>
  );
}

/** `2025-02-14T09:30:00Z`, or a day in any form that a search accepts, as Unix seconds; null if it is neither. */
function momentOf(text: string, now: number): number | null {
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]{5,12}Z?$/.test(text)) {
    const at = Date.parse(text.endsWith('Z') ? text : `${text}Z`);
    return Number.isNaN(at) ? null : Math.floor(at / 1000);
  }
  return dateSpan(text.slice(0, 40), now)?.[0] ?? null;
}

const momentText = (seconds: number) => (seconds % DAY ? `${shortTime(seconds)} UTC` : shortDate(seconds));
