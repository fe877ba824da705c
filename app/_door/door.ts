import type { IncomingMessage, ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from '../_web/http';
import { log, logError } from '../_web/log';
import { durations, inFlight, refused, requests, sentBytes } from '../_web/metrics';
import { settings } from '../_web/settings';
import { sentence } from './answers';
import { clientOf, costOf, secondsToWait } from './limits';
import type { Route, Routes } from './routes';
import { send } from './send';

/** Longest request line that is read; lore's longest addresses are searches of a few hundred characters. */
const MAX_URL = 8000;
/** Largest body that is read: the quote finder's article, as a form encodes it. */
const MAX_BODY = 8 * 1024 * 1024;
/** Requests answered at once; more would only wait for each other's queries. */
const MAX_IN_FLIGHT = 256;
/** What pages are told of a request; cookies and the rest are nothing to them. */
const HEADERS = [
  'host',
  'if-none-match',
  'content-type',
  'content-length',
  // Of git's clients.
  'content-encoding',
  'git-protocol',
] as const;

let current = 0;

/** Answers one request: refusals first, then the page of its route. Never throws, and always ends the response. */
export async function answer(request: IncomingMessage, response: ServerResponse, routes: Routes): Promise<void> {
  const started = performance.now();
  const target = hasHost(request)
    ? targetOf(request.url ?? '/')
    : faulty(400, 'This request has no Host header (RFC 9112, 3.2).');
  const route = target.fault ? undefined : routes.find(target.path);
  const pattern = route?.pattern ?? 'none';
  inFlight.set(++current);
  let bytes = 0;
  try {
    const reply = target.fault ?? (await replyTo(request, target, route));
    if (request.method !== 'GET' && request.method !== 'HEAD' && !request.complete) response.shouldKeepAlive = false;
    bytes = await send(request, response, reply);
  } catch (error) {
    if (!response.destroyed) fail(request, response, error);
  } finally {
    inFlight.set(--current);
    const ms = performance.now() - started;
    count(request, response, pattern, ms, bytes);
  }
}

function count(request: IncomingMessage, response: ServerResponse, route: string, ms: number, bytes: number): void {
  const method = METHODS.has(request.method ?? '') ? (request.method as string) : 'other';
  const status = response.statusCode;
  requests.inc({ route, method, status });
  durations.observe({ route }, ms / 1000);
  sentBytes.inc({ route }, bytes);
  const line = { method, route, status, ms: Math.round(ms * 10) / 10, bytes };
  if (status >= 400) log.warn(line, 'request');
  else log.info(line, 'request');
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

interface Target {
  path: string;
  query: string;
  fault?: Response;
}

/** Path and query of a request line: the usual form, or with a host in front as a proxy is asked (RFC 9112, 3.2.2). */
function targetOf(url: string): Target {
  if (url.length > MAX_URL) return faulty(414, `This address is longer than ${MAX_URL} characters.`);
  const own = url.startsWith('/') ? url : (/^https?:\/\/[^/?#]*([/?].*)?$/i.exec(url)?.[1] ?? (url === '*' ? '/' : ''));
  const [whole = ''] = own.split('#', 1);
  if (!whole.startsWith('/')) return faulty(400, 'This address does not begin with a slash.');
  // Pages see the address as this class mends it (dot segments): its route must be that of the same path.
  const { pathname: path, search } = new URL(`http://localhost${whole}`);
  try {
    if (decodeURIComponent(path).includes('\0')) return faulty(400, 'This address holds a NUL.');
  } catch {
    return faulty(
      400,
      'This address is not well formed: a percent sign in it is not followed by two hex digits of UTF-8.',
    );
  }
  return { path, query: search.slice(1) };
}

/** Node would refuse a request without it, and without our headers. */
const hasHost = ({ headers, httpVersion }: IncomingMessage) => headers.host !== undefined || httpVersion === '1.0';

const faulty = (status: number, text: string): Target => ({ path: '/', query: '', fault: sentence(status, text) });

async function replyTo(request: IncomingMessage, { path, query }: Target, route: Route | undefined): Promise<Response> {
  const method = request.method ?? 'GET';
  if (!route) return sentence(404, 'There is no such page.');
  const handler = route.handlers[method] ?? (method === 'HEAD' ? route.handlers.GET : undefined);
  if (!handler) return otherMethod(method, route);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY)
    return sentence(413, `At most ${MAX_BODY / 1024 / 1024} MB are read.`);
  const refusal = await refusalOf(request, method, route.pattern, path, query);
  if (refusal) return refusal;
  return handler(webRequest(request, method, path, query));
}

function otherMethod(method: string, route: Route): Response {
  const methods = Object.keys(route.handlers).filter((name) => /^[A-Z]+$/.test(name));
  const allow = [...new Set([...methods, 'HEAD', 'OPTIONS'])].sort().join(', ');
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { ...SECURITY_HEADERS, Allow: allow } });
  return sentence(405, `This address answers ${allow}.`, { Allow: allow });
}

async function refusalOf(
  request: IncomingMessage,
  method: string,
  pattern: string,
  path: string,
  query: string,
): Promise<Response | null> {
  if (current > MAX_IN_FLIGHT) {
    refused.inc({ reason: 'load', route: pattern });
    return sentence(503, 'Too many requests are being answered; ask again in a moment.', { 'Retry-After': '1' });
  }
  const kind = settings.rateLimits ? costOf(method, pattern, path, query) : null;
  if (!kind) return null;
  const forwarded = request.headers['x-forwarded-for'];
  const client = clientOf(request.socket.remoteAddress, [forwarded].flat().join(','), settings.trustProxy);
  const wait = client === null ? 0 : await secondsToWait(kind, client);
  if (!wait) return null;
  refused.inc({ reason: 'rate', route: pattern });
  return sentence(
    429,
    `Your address has asked for this too often; ask again in ${wait} ${wait === 1 ? 'second' : 'seconds'}.`,
    {
      'Retry-After': String(wait),
    },
  );
}

function webRequest(request: IncomingMessage, method: string, path: string, query: string): Request {
  const headers: Record<string, string> = {};
  for (const name of HEADERS) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const url = `http://localhost${path}${query ? `?${query}` : ''}`;
  if (method !== 'POST') return new Request(url, { method, headers });
  return new Request(url, { method, headers, body: bounded(request), duplex: 'half' } as RequestInit);
}

/** A body without a stated length ends at the bound as well. */
function bounded(request: IncomingMessage): ReadableStream<Uint8Array> {
  const parts = request[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let size = 0;
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await parts.next();
      if (done) return controller.close();
      size += value.length;
      if (size > MAX_BODY) throw new RangeError('the body of this request is too long');
      controller.enqueue(new Uint8Array(value));
    },
  });
}

function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  logError(error);
  // What was begun cannot be taken back: a cut connection tells the client that it has not got all.
  if (response.headersSent) response.destroy();
  else
    void send(request, response, sentence(500, 'The error is ours and has been logged.')).catch(() =>
      response.destroy(),
    );
}
