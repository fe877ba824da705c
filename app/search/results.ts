import type { Snapshot } from '#db/open';
import { FEED_ENTRIES, readFeed } from '#db/queries/feed';
import { withThreads } from '#db/queries/message';
import { searchMessages } from '#db/queries/search/index';
import { atomOf } from '../_page/atom';
import { mailsById, mboxGzip } from '../_page/mbox';
import { problem } from '../_page/page';
import { dispositionOf, respond } from '../_web/http';
import { topics } from '../topics/config';

/** Mails of one mbox of results; lore's bound is of the same size. */
const MAX_MAILS = 1000;

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

/** Results as mboxrd, gzipped; 404 where there is none, as at lore. */
export async function searchMbox(
  db: Snapshot,
  query: string,
  list: string | null,
  wholeThreads: boolean,
): Promise<Response> {
  const found = await search(db, query, list, MAX_MAILS);
  if (found.problem) return problem(400, 'This search cannot be run', found.problem.message, query);
  const ids = found.results.map(({ id }) => id);
  if (!ids.length) return problem(404, 'Nothing was found', 'No message matches this search.', query);
  const all = wholeThreads ? await withThreads(db, ids, MAX_MAILS * 5) : ids;
  return respond(mboxGzip(mailsById(all)), 200, {
    'Content-Type': 'application/gzip',
    'Content-Disposition': dispositionOf('attachment', 'results.mbox.gz'),
    'Cache-Control': 'no-cache',
  });
}

function search(db: Snapshot, query: string, list: string | null, limit: number) {
  const now = Math.floor(Date.now() / 1000);
  return searchMessages(db, { query, list, sort: 'date', limit, snippets: false, now, topics: topics() });
}
