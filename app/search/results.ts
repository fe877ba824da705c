import type { Snapshot } from '#db/open';
import { FEED_ENTRIES, readFeed } from '#db/queries/feed';
import { withFound } from '#db/queries/foundtopics';
import { withThreads } from '#db/queries/message';
import { matchingIds, searchMessages } from '#db/queries/search/index';
import { atomOf } from '../_page/atom';
import { mailsById, mboxGzip } from '../_page/mbox';
import { problem } from '../_page/page';
import { dispositionOf, respond } from '../_web/http';
import { topics } from '../topics/config';

/** Results as a feed: a search to subscribe to. */
export async function searchFeed(
  request: Request,
  db: Snapshot,
  query: string,
  list: string | null,
): Promise<Response> {
  const found = await search(db, query, list, FEED_ENTRIES);
  if (found.problem) return problem(400, 'This search cannot be run', found.problem.message, query);
  const rows = await readFeed(
    db,
    found.results.map(({ id }) => id),
  );
  return respond(atomOf(request, `${query} - ${list ?? 'all lists'}`, rows), 200, ATOM);
}

export const ATOM = { 'Content-Type': 'application/atom+xml; charset=utf-8', 'Cache-Control': 'no-cache' };

/** What of the archive is searched for an mbox. */
export interface MboxScope {
  list: string | null;
  thread?: number | null;
}

/** All results as mboxrd, gzipped while they are read; 404 where there is none, as at lore. */
export async function searchMbox(
  db: Snapshot,
  query: string,
  { list, thread = null }: MboxScope,
  wholeThreads: boolean,
): Promise<Response> {
  const found = await matchingIds(db, { query, list, thread, now: now(), topics: await withFound(db, topics()) });
  if ('problem' in found) return problem(400, 'This search cannot be run', found.problem.message, query);
  if (!found.ids.length) return problem(404, 'Nothing was found', 'No message matches this search.', query);
  const all = wholeThreads ? await withThreads(db, found.ids) : found.ids;
  return respond(mboxGzip(mailsById(all)), 200, {
    'Content-Type': 'application/gzip',
    'Content-Disposition': dispositionOf('attachment', 'results.mbox.gz'),
    'Cache-Control': 'no-cache',
  });
}

/**
 * A search as lore's addresses have it (`?q=&o=&r`) by ours: `o` results are passed over, `r` is by relevance. The page of
 * matches by date begins below one of them, so that new mail does not shift it.
 */
export async function lorePage(db: Snapshot, query: URLSearchParams, list: string | null): Promise<string> {
  const q = query.get('q') ?? '';
  const passed = Math.max(0, Math.min(1e9, Number.parseInt(query.get('o') ?? '0', 10) || 0));
  const isRanked = query.has('r');
  const ours = new URLSearchParams({
    q,
    ...(list === null ? {} : { list }),
    sort: isRanked ? 'relevance' : 'date',
    group: 'message',
  });
  if (passed && isRanked) ours.set('from', String(passed));
  else if (passed) {
    const found = await matchingIds(db, { query: q, list, now: now(), topics: await withFound(db, topics()) });
    const last = 'ids' in found ? (found.ids[passed - 1] ?? found.ids.at(-1)) : undefined;
    if (last !== undefined && last >= 0) ours.set('from', String(last));
  }
  return `/search/?${ours}`;
}

const now = () => Math.floor(Date.now() / 1000);

async function search(db: Snapshot, query: string, list: string | null, limit: number) {
  return searchMessages(db, {
    query,
    list,
    sort: 'date',
    limit,
    snippets: false,
    now: now(),
    topics: await withFound(db, topics()),
  });
}
