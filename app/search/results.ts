import type { Snapshot } from '#db/open';
import { readFeed } from '#db/queries/feed';
import { withFound } from '#db/queries/foundtopics';
import { withThreads } from '#db/queries/message';
import { matchingIds, searchMessages } from '#db/queries/search/index';
import { atomOf } from '../_page/atom';
import { mailsById, mboxGzip } from '../_page/mbox';
import { problem } from '../_page/page';
import { topics } from '../_page/topics';
import { dispositionOf, respond } from '../_web/http';

/** Entries of a search's feed, as public-inbox has them: `l` asks for fewer. */
const MOST_ENTRIES = 200;

/** Results as an Atom feed. lore's `l`, `o` and `r` mean what they mean on its pages. */
export async function searchFeed(
  request: Request,
  db: Snapshot,
  asked: URLSearchParams,
  list: string | null,
): Promise<Response> {
  const query = asked.get('q') ?? '';
  const wanted = Number(/\d{1,9}/.exec(asked.get('l') ?? '')?.[0]) || MOST_ENTRIES;
  const limit = Math.min(MOST_ENTRIES, wanted);
  const found = await searchMessages(db, {
    query,
    list,
    sort: asked.has('r') ? 'relevance' : 'date',
    cursor: await cursorOf(db, asked, list, limit),
    limit,
    snippets: false,
    now: now(),
    topics: await withFound(db, topics()),
  });
  if (found.problem) return problem(400, 'This search cannot be run', found.problem.message, query);
  const rows = await readFeed(
    db,
    found.results.map(({ id }) => id),
  );
  return respond(atomOf(request, `${query} - ${list ?? 'all lists'}`, rows), 200, ATOM);
}

/** Results of a page (app/search/route.tsx). */
export const RESULTS = 50;

export const ATOM = { 'Content-Type': 'application/atom+xml; charset=utf-8', 'Cache-Control': 'no-cache' };

/** The part of the archive that is searched for an mbox. */
export interface MboxScope {
  list: string | null;
  thread?: number | null;
}

/** All results as mboxrd, gzipped while they are read; 404 if there are none, as at lore. */
export async function searchMbox(
  db: Snapshot,
  query: string,
  { list, thread = null }: MboxScope,
  wholeThreads: boolean,
): Promise<Response> {
  const found = await matchingIds(db, { query, list, thread, now: now(), topics: await withFound(db, topics()) });
  if ('problem' in found) return problem(400, 'This search cannot be run', found.problem.message, query);
  if (!found.ids.length) return problem(404, 'Nothing was found', 'No message matches this search.', query);
  // Without words, the result is the whole archive, oldest first.
  if (!query.trim()) found.ids.reverse();
  const all = wholeThreads ? await withThreads(db, found.ids) : found.ids;
  return respond(mboxGzip(mailsById(all)), 200, {
    'Content-Type': 'application/gzip',
    'Content-Disposition': dispositionOf('attachment', 'results.mbox.gz'),
    'Cache-Control': 'no-cache',
  });
}

/**
 * Our address for a search in lore's form: `o` is the number of results to skip (-1: the last page), `r` sorts by relevance, `x=t` and
 * `t` group by thread.
 */
export async function lorePage(db: Snapshot, query: URLSearchParams, list: string | null): Promise<string> {
  const cursor = await cursorOf(db, query, list, RESULTS);
  const ours = new URLSearchParams({
    q: query.get('q') ?? '',
    ...(list === null ? {} : { list }),
    sort: query.has('r') ? 'relevance' : 'date',
    group: query.has('t') || query.get('x') === 't' ? 'thread' : 'message',
    ...(cursor === null ? {} : { from: String(cursor) }),
  });
  return `/search/?${ours}`;
}

/**
 * The cursor for lore's `o`. By date it is a message id, so that new mail does not shift the page. A negative `o` counts from the end:
 * our results are newest first, so the page is the one that ends there.
 */
async function cursorOf(
  db: Snapshot,
  query: URLSearchParams,
  list: string | null,
  results: number,
): Promise<number | null> {
  const passed = Math.max(-1e9, Math.min(1e9, Number.parseInt(query.get('o') ?? '0', 10) || 0));
  if (passed > 0 && query.has('r')) return passed;
  if (!passed) return null;
  const q = query.get('q') ?? '';
  const found = await matchingIds(db, { query: q, list, now: now(), topics: await withFound(db, topics()) });
  if (!('ids' in found)) return null;
  const { ids } = found;
  const before = passed > 0 ? Math.min(passed, ids.length) : ids.length + passed + 1 - results;
  const last = ids[before - 1];
  return last !== undefined && last >= 0 ? last : null;
}

const now = () => Math.floor(Date.now() / 1000);
