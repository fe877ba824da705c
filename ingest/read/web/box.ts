import { MAX_GZIP_RATIO } from '../limits';
import { readMails } from '../mbox';
import { type OpenOptions, SourceError, type SourceEvent } from '../types';
import { type Answer, type Ask, ask, ServerError } from './http';

/** Identifies the state of a file on a server when it was last read completely. */
export interface BoxState {
  etag: string | null;
  lastModified: string | null;
}

/**
 * Reads an mbox (or pipermail month, or single mail) from a server as a stream, compressed or not. Nothing is kept on disk. If it breaks
 * off, the complete mails before that place are yielded, then the error is thrown.
 * @returns what to remember about it; null if it has not changed since `before`
 */
export async function* readBox(
  url: string,
  request: Ask,
  before: Partial<BoxState> | null | undefined,
  options: OpenOptions,
): AsyncGenerator<SourceEvent, BoxState | null> {
  const headers = { ...request.headers };
  if (before?.etag) headers['if-none-match'] = before.etag;
  if (before?.lastModified) headers['if-modified-since'] = before.lastModified;
  const answer = await ask(url, { ...request, headers, signal: options.signal });
  if (answer.status === 304) {
    void answer.body.return(undefined);
    return null;
  }
  const found = yield* readMails(answer.body, answer.url, options, MAX_GZIP_RATIO);
  if (!found)
    throw new SourceError(url, `contains no mail${typeOf(answer)}; give the URL of an mbox, a search or a message`);
  return { etag: answer.headers.get('etag'), lastModified: answer.headers.get('last-modified') };
}

const typeOf = (answer: Answer) => {
  const type = answer.headers.get('content-type');
  return type ? ` (its type is ${type.slice(0, 80)})` : '';
};

/** Reads the results of a search, which public-inbox returns as an mbox only for a POST. */
export async function* readSearch(url: string, silence: number, options: OpenOptions): AsyncGenerator<SourceEvent> {
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '0' };
  try {
    yield* readBox(url, { method: 'POST', headers: form, silence }, null, options);
  } catch (error) {
    if (!(error instanceof ServerError) || error.status !== 404) throw error;
    throw new ServerError(url, 'no message matches the search, or the server has no search here', 404);
  }
}
