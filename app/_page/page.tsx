import type { ReactElement, ReactNode } from 'react';
import { DatabaseError, type Snapshot, TooLongError } from '#db/open';
import { readProgress } from '#db/progress';
import { hasUnseenBytes, visible } from '#mail/visible';
import { topicsStamp } from '#site/topicsfile';
import { Document } from '../_ui/Document';
import { loreHref } from '../_ui/links';
import { Progress } from '../_ui/Progress';
import { etagOf, isFresh, isPractice, pathParts, respond } from '../_web/http';
import { logError } from '../_web/log';
import { markupOf } from '../_web/markup';
import { keptBytes as bytesOfKept, interrupted, keptPages } from '../_web/metrics';
import { openReader, stampOf } from '../_web/reader';
import { settings } from '../_web/settings';
import { bodyOfParts } from './streams';

/** What a page may answer with. */
export type Answer = ReactElement | Response | HtmlStream | Later;

/** HTML whose first part is sent before the rest is made; a single part is sent whole. `release` is called when it is sent or cancelled. */
export class HtmlStream {
  constructor(
    readonly parts: Iterable<string>,
    readonly release = () => {},
  ) {}
}

/** A page whose reading is done: the database's reader is given back before `make` runs. */
export class Later {
  constructor(readonly make: () => Promise<ReactElement | Response>) {}
}

/** What a page gets: the parts of its address, its query, one snapshot of the database. */
export interface PageContext {
  request: Request;
  parts: string[];
  query: URLSearchParams;
  db: Snapshot;
  version: string;
}

/** Rendered pages are kept until the data changes, up to so many bytes. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** How long a client should wait if the archive cannot answer now. */
export const RETRY_SECONDS = '5';
/** A larger page is rendered each time. */
const LARGEST_KEPT = 8 * 1024 * 1024;

const kept = new Map<string, Uint8Array>();
let keptBytes = 0;

/**
 * A page: its address is decoded, the database read in one transaction, the result rendered to static HTML
 * (docs/decisions/0001). Pages are kept by address and data version, and answered with 304 where the client has them.
 * No request may cause a 500; an error of ours is logged and reported as ours.
 */
export function page(answer: (context: PageContext) => Promise<Answer>) {
  return async function GET(request: Request): Promise<Response> {
    const parts = pathParts(request);
    if (!parts)
      return problem(
        400,
        'This address is malformed',
        'It has a percent sign without two hex digits, or a NUL character.',
      );
    try {
      const reader = await openReader();
      if (!reader) return noArchive();
      const finish = await reader.read((db) => answerFrom(request, parts, db, answer));
      const response = await finish();
      if (settings.noindex.has(parts[0] ?? '')) response.headers.set('X-Robots-Tag', 'noindex');
      return response;
    } catch (error) {
      return failure(error);
    }
  };
}

async function answerFrom(
  request: Request,
  parts: string[],
  db: Snapshot,
  answer: (context: PageContext) => Promise<Answer>,
): Promise<() => Promise<Response>> {
  const version = `${stampOf(db.version)} ${topicsStamp(settings.config)}`;
  const url = new URL(request.url);
  const address = url.pathname + url.search;
  const etag = etagOf(version, address);
  const isAsked = request.method === 'GET' || request.method === 'HEAD';
  if (isAsked && isFresh(request, etag)) {
    keptPages.inc({ result: 'fresh' });
    return async () => respond(null, 304, { ETag: etag });
  }
  const headers = { 'Content-Type': 'text/html; charset=utf-8', ETag: etag, 'Cache-Control': 'no-cache' };
  const isPractised = isPractice(request);
  const ready = isAsked && !isPractised ? kept.get(etag) : undefined;
  if (!isPractised) keptPages.inc({ result: ready ? 'kept' : 'made' });
  if (ready) return async () => respond(ready, 200, headers);
  const result = await answer({ request, parts, query: url.searchParams, db, version });
  if (result instanceof Later) return async () => finished(await result.make(), isAsked, etag, headers);
  const response = finished(result, isAsked, etag, headers);
  return async () => response;
}

function finished(
  result: Exclude<Answer, Later>,
  isAsked: boolean,
  etag: string,
  headers: Record<string, string> & { 'Content-Type': string },
): Response {
  if (result instanceof Response) {
    const { headers: own, status } = result;
    // A page that shows the progress of an ingest changes while the data do not.
    if (isAsked && status === 200 && !own.has('ETag') && own.get('Cache-Control') !== 'no-store') own.set('ETag', etag);
    return result;
  }
  if (result instanceof HtmlStream) return streamed(result, etag, headers);
  const html = renderBytes(result);
  // The answer to a form is for this client only.
  if (!isAsked) return respond(html, 200, { 'Content-Type': headers['Content-Type'], 'Cache-Control': 'no-store' });
  keep(etag, html);
  return respond(html, 200, headers);
}

const encoder = new TextEncoder();
/** Shows invisible characters of mails on every page (mail/visible.ts), as plain text, which is valid in attributes too. */
function encode(html: string): Uint8Array {
  const bytes = encoder.encode(html);
  return hasUnseenBytes(bytes) ? encoder.encode(visible(html)) : bytes;
}

/** A whole page, static: no ids, no hydration, the text once. */
export const render = (element: ReactElement): string => `<!DOCTYPE html>${markupOf(element)}`;

/** A page as it is sent. */
export const renderBytes = (element: ReactElement): Uint8Array => encode(render(element));

function streamed(stream: HtmlStream, etag: string, headers: Record<string, string>): Response {
  if (Array.isArray(stream.parts) && stream.parts.length === 1) {
    stream.release();
    const html = encode(stream.parts[0]);
    keep(etag, html);
    return respond(html, 200, headers);
  }
  const made: Uint8Array[] = [];
  let size = 0;
  const body = bodyOfParts(
    (async function* () {
      for (const part of stream.parts) {
        const bytes = encode(part);
        size += bytes.length;
        if (size <= LARGEST_KEPT) made.push(bytes);
        yield bytes;
        // Other requests have their turn between the parts of a long page.
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (size <= LARGEST_KEPT) keep(etag, Buffer.concat(made));
    })(),
    stream.release,
  );
  return respond(body, 200, headers);
}

function keep(etag: string, html: Uint8Array): void {
  if (html.length > LARGEST_KEPT || kept.has(etag)) return;
  kept.set(etag, html);
  keptBytes += html.length;
  for (const [oldest, bytes] of kept) {
    if (keptBytes <= KEPT_BYTES) break;
    kept.delete(oldest);
    keptBytes -= bytes.length;
  }
  bytesOfKept.set(keptBytes);
}

/** A page that says what is wrong and what to do: `offer` is a query that may help, `more` any further help. */
export async function problem(
  status: number,
  title: string,
  sentence: string,
  offer?: string,
  more?: ReactNode,
): Promise<Response> {
  const html = renderBytes(
    <Document title={`${title} · Threadline`} sections={null}>
      <section className="problem">
        {status === 200 ? null : <p className="code">{status}</p>}
        <h1>{title}</h1>
        <p>{sentence}</p>
        {offer === undefined ? null : (
          <form className="find big" action="/search/">
            <input type="search" name="q" defaultValue={offer} aria-label="Search" />
            <button type="submit">Search all lists</button>
          </form>
        )}
        {more}
        <p>
          {offer && /^[^\s@<>]+@[^\s@<>]+$/.test(offer) ? (
            <>
              <a href={loreHref(offer)}>Look for it at lore.kernel.org</a> ·{' '}
            </>
          ) : null}
          <a href="/">All lists</a>
        </p>
      </section>
    </Document>,
  );
  return respond(html, status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' });
}

/** 404 that offers a search for what was asked. */
export const notFound = (what: string, offer: string) =>
  problem(
    404,
    `${what} is not in this archive`,
    'It may be on another list, or have arrived after the last ingest. A search may find it.',
    offer,
  );

async function noArchive(): Promise<Response> {
  return (await beingRead(503)) ?? later('There is no archive yet', FIRST_STEPS, <FirstSteps />);
}

/** For an empty archive: the progress of what is being read into it, or how to fill it. */
export const emptyArchive = async () =>
  (await beingRead(200)) ?? problem(200, 'The archive is empty', FIRST_STEPS, undefined, <FirstSteps />);

/** Seconds after which a page that shows a running ingest reloads. */
export const WATCH_SECONDS = 3;

async function beingRead(status: number): Promise<Response | null> {
  const sources = readProgress(settings.database);
  if (!sources.length) return null;
  const response = await problem(
    status,
    'The archive is being read',
    'Its first threads will be here in a moment. This page reloads itself.',
    undefined,
    <Progress sources={sources} />,
  );
  response.headers.set('Cache-Control', 'no-store');
  response.headers.set('Refresh', String(WATCH_SECONDS));
  return response;
}

const FIRST_STEPS = 'Ingest mail from any of these, then reload this page:';

function FirstSteps() {
  return (
    <pre>
      <code>
        npm run ingest -- path/to/public-inbox{'\n'}
        npm run ingest -- list.mbox{'\n'}
        npm run ingest -- path/to/Maildir
      </code>
    </pre>
  );
}

function failure(error: unknown): Promise<Response> {
  logError(error);
  // The path of the database is in the log, not on the page.
  if (error instanceof DatabaseError)
    return later('The archive cannot be read', error.message.replaceAll(settings.database, 'The database'));
  if (error instanceof TooLongError) {
    interrupted.inc();
    return later('This takes too long', error.message);
  }
  if (/SQLITE_BUSY/.test(String(error))) return later('The archive is busy', 'Reload this page in a moment.');
  return problem(500, 'Something went wrong here', 'The error is ours and has been logged.');
}

/** 503 with when to try again. */
async function later(title: string, sentence: string, more?: ReactNode): Promise<Response> {
  const response = await problem(503, title, sentence, undefined, more);
  response.headers.set('Retry-After', RETRY_SECONDS);
  return response;
}
