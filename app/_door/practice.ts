import { PRACTICE, wholeOf } from '../_web/http';
import type { Routes } from './routes';

/** Times that each kind of page is made. */
const TIMES = 30;
/** Practice waits until no answer was sent for this time, as the next request may follow soon. */
const QUIET_MS = 500;
/** The rest after a page, as a multiple of the time it took; and at least. */
const REST = 4;
const LEAST_REST_MS = 10;
/** Practice ends after this time, even if unfinished: readers' requests have warmed the server by then. */
const LONGEST_MS = 15_000;

/**
 * Makes pages of each kind while nobody asks for any: the first page after a start takes a quarter of a second, as SQLite reads its schema,
 * nothing that pages share is cached, and V8 has compiled nothing. These pages are neither counted nor logged.
 */
export async function practise(routes: Pick<Routes, 'find'>, quietFor: () => number): Promise<void> {
  const ends = performance.now() + LONGEST_MS;
  const inPeace = async (path: string): Promise<string> => {
    while (quietFor() < QUIET_MS && performance.now() < ends) await rest(QUIET_MS / 4);
    if (performance.now() >= ends) return '';
    const began = performance.now();
    const page = await made(routes, path);
    await rest(Math.max(LEAST_REST_MS, REST * (performance.now() - began)));
    return page;
  };
  const front = await inPeace('/all/');
  const threads = [...new Set(front.match(/(?<=href=")\/all\/[^/"&]+\/t\/(?=")/g))].slice(0, TIMES);
  if (!threads.length) return;
  const words = [...new Set(front.replace(/<[^>]*>/g, ' ').match(/[a-z]{4,}/gi))];
  for (let n = 0; n < TIMES; n++) {
    const thread = threads[n % threads.length] as string;
    const search = `/search/?q=${words[n % words.length]}`;
    for (const path of ['/', '/all/', thread, thread.slice(0, -'t/'.length), search]) await inPeace(path);
  }
}

const rest = (ms: number) => new Promise<void>((done) => setTimeout(done, ms).unref());

/** The HTML of a page; empty if it cannot be made, or is so long that it would be streamed. */
async function made(routes: Pick<Routes, 'find'>, path: string): Promise<string> {
  const handler = routes.find(path.replace(/\?.*/, ''))?.handlers.GET;
  const request = {
    url: `http://localhost${path}`,
    method: 'GET',
    headers: PRACTICE,
    body: null,
    text: async () => '',
  };
  const response = await handler?.(request as unknown as Request).catch(() => undefined);
  if (!response) return '';
  const ready = wholeOf(response);
  if (!ready) await response.body?.cancel();
  return ready && response.status === 200 ? Buffer.from(ready.whole).toString() : '';
}
