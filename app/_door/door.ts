import type { IncomingMessage, ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from '../_web/http';
import { clientOf, costOf, secondsToWait } from '../_web/limits';
import { log, logError } from '../_web/log';
import { durations, inFlight, refused, requests, sentBytes } from '../_web/metrics';
import { settings } from '../_web/settings';
import { Tally } from '../_web/tally';
import { sentence } from './answers';
import { bodyOf, Unread } from './body';
import type { Route } from './handlers';
import { inTurn } from './inturn';
import type { Routes } from './routes';
import { send } from './send';
import { Turn } from './turn';

/** Longest request line that is read; lore's longest addresses are searches of a few hundred characters. */
const MAX_URL = 8000;
/** Most requests answered at once; more would only wait for each other's queries. */
const MAX_IN_FLIGHT = 256;
/** Most of one address (or IPv6 /64), and of this machine, where a proxy may forward many clients. */
const MAX_OF_CLIENT = 32;
const MAX_OF_LOCAL = 128;
/**
 * Pages for the operator, which answer only at exactly these addresses: a proxy blocks them by address, and `/metrics/`,
 * `/x/..\metrics` or `/%6detrics` would pass its rule.
 */
const EXACT = new Set(['/metrics', '/healthz']);
/** The headers that are passed to pages; they need no cookies and no others. */
const HEADERS = [
  'host',
  'if-none-match',
  'content-type',
  'content-length',
  // For git clients.
  'content-encoding',
  'git-protocol',
] as const;

let current = 0;
let answered = performance.now();

/** Milliseconds since the last answer; 0 while one is made. */
export const quietFor = (): number => (current ? 0 : performance.now() - answered);

/** Requests under way of each client, so that one client cannot take all places. */
const places = new Tally();

/** Answers one request: refusals first, then the page of its route. Never throws, and always ends the response. */
export function answer(request: IncomingMessage, response: ServerResponse, routes: Routes): Promise<void> {
  return inTurn(request.socket, () => answerNow(request, response, routes));
}

async function answerNow(request: IncomingMessage, response: ServerResponse, routes: Routes): Promise<void> {
  const started = performance.now();
  const target = hasHost(request)
    ? targetOf(request.url ?? '/')
    : faulty(400, 'This request does not have one Host header (RFC 9112, 3.2).');
  const found = target.fault ? undefined : routes.find(target.path);
  const route = found && EXACT.has(found.pattern) && target.given !== found.pattern ? undefined : found;
  const pattern = route?.pattern ?? 'none';
  const client = clientOfRequest(request);
  const place = client ?? 'local';
  inFlight.set(++current);
  places.take(place);
  let bytes = 0;
  try {
    const reply = target.fault ?? (await replyTo(request, target, route, client));
    if (request.method !== 'GET' && request.method !== 'HEAD' && !request.complete) response.shouldKeepAlive = false;
    bytes = await send(request, response, reply);
  } catch (error) {
    if (error instanceof Unread) await refuseBody(request, response, error);
    else if (!response.destroyed) await fail(request, response, error);
  } finally {
    inFlight.set(--current);
    places.giveBack(place);
    answered = performance.now();
    const ms = answered - started;
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
  /** The path as it was sent, not normalised. */
  given: string;
  fault?: Response;
}

/** Path and query of a request line, in the usual form or with a host, as sent to a proxy (RFC 9112, 3.2.2). */
function targetOf(url: string): Target {
  if (url.length > MAX_URL) return faulty(414, `This address is too long: the limit is ${MAX_URL} characters.`);
  const own = url.startsWith('/') ? url : (/^https?:\/\/[^/?#]*([/?].*)?$/i.exec(url)?.[1] ?? (url === '*' ? '/' : ''));
  const [whole = ''] = own.split('#', 1);
  if (!whole.startsWith('/')) return faulty(400, 'This address does not begin with a slash.');
  // Pages get the address as this class normalises it (dot segments), so the route must be found for the same path.
  const { pathname: path, search } = new URL(`http://localhost${plain(whole)}`);
  try {
    if (decodeURIComponent(path).includes('\0')) return faulty(400, 'This address contains a NUL.');
  } catch {
    return faulty(400, 'This address is malformed: a percent sign in it is not followed by two hex digits of UTF-8.');
  }
  return { path, query: search.slice(1), given: whole.split('?', 1)[0] ?? '' };
}

/**
 * One spelling for each address: characters that need no percent sign are written without one (RFC 3986, 6.2.2.2), so that
 * `/%68tml` is `/html` to the limits, the routes and the pages alike.
 */
const plain = (url: string) =>
  url.replace(/%[0-7][0-9A-Fa-f]/g, (code) => {
    const char = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[\w.~-]/.test(char) ? char : code.toUpperCase();
  });

/** Node would refuse a request without Host, but without our headers; of several it would take the first. */
function hasHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((name, n) => n % 2 === 0 && name.toLowerCase() === 'host').length;
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0');
}

const faulty = (status: number, text: string): Target => ({
  path: '/',
  query: '',
  given: '/',
  fault: sentence(status, text),
});

/** Null for this machine (limits.ts). */
function clientOfRequest(request: IncomingMessage): string | null {
  const forwarded = request.headers['x-forwarded-for'];
  return clientOf(request.socket.remoteAddress, [forwarded].flat().join(','), settings.trustProxy);
}

async function replyTo(
  request: IncomingMessage,
  target: Target,
  route: Route | undefined,
  client: string | null,
): Promise<Response> {
  const method = request.method ?? 'GET';
  if (!route) return sentence(404, 'There is no such page.');
  const handler = route.handlers[method] ?? (method === 'HEAD' ? route.handlers.GET : undefined);
  if (!handler) return otherMethod(method, route);
  const refusal = await refusalOf(method, route.pattern, target, client);
  if (refusal) return refusal;
  // Before the page, which takes a reader of the database, so that a client that sends its body slowly only holds its connection
  // (three of them held all readers for two minutes, 2026-11-28).
  const body = method === 'POST' ? await bodyOf(request) : null;
  const reply = async () => handler(webRequest(request, method, target, body));
  if (costOf(method, route.pattern, target.path, target.query) !== 'quotes') return reply();
  if (articles.isFull) return overloaded(route.pattern, '5');
  // A client that has gone meanwhile needs no answer.
  return articles.take(() => (request.socket.destroyed ? Promise.resolve(overloaded(route.pattern, '5')) : reply()));
}

/** For the quote finder: forty phrases that repeat one word took 30 s, and three such articles took all readers (2026-11-29). */
const articles = new Turn(16);

function overloaded(pattern: string, seconds: string): Response {
  refused.inc({ reason: 'load', route: pattern });
  return sentence(503, 'Too many requests are being answered; try again in a moment.', { 'Retry-After': seconds });
}

function otherMethod(method: string, route: Route): Response {
  const methods = Object.keys(route.handlers).filter((name) => /^[A-Z]+$/.test(name));
  const allow = [...new Set([...methods, 'HEAD', 'OPTIONS'])].sort().join(', ');
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { ...SECURITY_HEADERS, Allow: allow } });
  return sentence(405, `This address only accepts ${allow}.`, { Allow: allow });
}

async function refusalOf(
  method: string,
  pattern: string,
  { path, query }: Target,
  client: string | null,
): Promise<Response | null> {
  const ours = places.of(client ?? 'local');
  if (current > MAX_IN_FLIGHT || ours > (client === null ? MAX_OF_LOCAL : MAX_OF_CLIENT))
    return overloaded(pattern, '1');
  const kind = settings.rateLimits ? costOf(method, pattern, path, query) : null;
  if (!kind) return null;
  const wait = client === null ? 0 : await secondsToWait(kind, client);
  if (!wait) return null;
  refused.inc({ reason: 'rate', route: pattern });
  return sentence(
    429,
    `Too many such requests from your address; try again in ${wait} ${wait === 1 ? 'second' : 'seconds'}.`,
    {
      'Retry-After': String(wait),
    },
  );
}

function webRequest(request: IncomingMessage, method: string, target: Target, body: Uint8Array | null): Request {
  const headers: Record<string, string> = {};
  for (const name of HEADERS) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const url = `http://localhost${target.path}${target.query ? `?${target.query}` : ''}`;
  if (body === null) return new Bodiless(url, method, new Headers(headers)) as unknown as Request;
  return new Request(url, { method, headers, body: body as BodyInit });
}

/** What pages ask of a request without a body: to make a Request, with its signal and streams, takes as long as a query. */
class Bodiless implements Pick<Request, 'url' | 'method' | 'headers' | 'body' | 'text'> {
  readonly body = null;

  constructor(
    readonly url: string,
    readonly method: string,
    readonly headers: Headers,
  ) {}

  async text(): Promise<string> {
    return '';
  }
}

/** A body that could not be read is the client's fault, so no error is logged. */
async function refuseBody(request: IncomingMessage, response: ServerResponse, unread: Unread): Promise<void> {
  response.shouldKeepAlive = false;
  // Counted with its status, although a client that has gone reads no answer.
  response.statusCode = unread.status;
  if (response.destroyed || request.destroyed) return;
  const headers: Record<string, string> = unread.status === 503 ? { 'Retry-After': '1' } : {};
  await send(request, response, sentence(unread.status, unread.message, headers)).catch(() => response.destroy());
}

async function fail(request: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> {
  logError(error);
  // An answer that has begun cannot be replaced: closing the connection shows the client that it is incomplete.
  if (response.headersSent) return void response.destroy();
  await send(request, response, sentence(500, 'Internal error; it has been logged.')).catch(() => response.destroy());
}
