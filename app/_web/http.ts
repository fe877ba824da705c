import { createHash } from 'node:crypto';
import { visible } from '#mail/visible';

/** Nothing is loaded from other sites, and no inline script or style runs, because anyone in the world can write mail. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export const SECURITY_HEADERS: Record<string, string> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

/** For content of strangers that is sent unchanged: it is not shown as a page, and if it were, it had no scripts, loads or access to our origin. */
export const ISOLATED: Record<string, string> = {
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'same-origin',
  // Revalidated each time, because a mail may be withdrawn.
  'Cache-Control': 'no-cache',
};

/** The parts of a page's address, percent-decoded; null if the encoding is broken (`%zz`) or hides a NUL. */
export function pathParts(request: Request): string[] | null {
  const { pathname } = new URL(request.url);
  try {
    const parts = pathname.split('/').slice(1).map(decodeURIComponent);
    return parts.some((part) => part.includes('\0')) ? null : parts;
  } catch {
    return null;
  }
}

/** If the size of the body is known, it is stated: the door then sends it whole. */
export function respond(
  body: string | Uint8Array | ReadableStream | null,
  status: number,
  headers: Record<string, string>,
): Response {
  const bytes = typeof body === 'string' ? encoder.encode(body) : body;
  if (!(bytes instanceof Uint8Array))
    return new Response(bytes as BodyInit | null, { status, headers: { ...SECURITY_HEADERS, ...headers } });
  const fields = { ...SECURITY_FIELDS, 'content-length': String(bytes.length), ...lowered(headers) };
  return new WholeResponse(bytes, status, fields) as unknown as Response;
}

/** Fields with their names in lower case, as `Headers` gives them. */
function lowered(headers: Record<string, string>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const name in headers) fields[name.toLowerCase()] = headers[name] as string;
  return fields;
}

const SECURITY_FIELDS = lowered(SECURITY_HEADERS);

/**
 * A response whose bytes are at hand: the door takes these and the fields as they are. It becomes one of the platform's when somebody
 * asks for more: to make such a one, with its `Headers` and a stream, and to read them, takes as long as a query.
 */
class WholeResponse {
  readonly #status: number;
  #headers: Headers | null = null;
  #same: Response | null = null;

  constructor(
    readonly whole: Uint8Array,
    status: number,
    readonly given: Record<string, string>,
  ) {
    this.#status = status;
  }

  // Getters, because webpack's build assigns fields, and those of Response cannot be assigned.
  get status(): number {
    return this.#status;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get redirected(): boolean {
    return false;
  }

  get statusText(): string {
    return '';
  }

  get type(): string {
    return 'default';
  }

  get url(): string {
    return '';
  }

  get headers(): Headers {
    this.#headers ??= new Headers(this.given);
    return this.#headers;
  }

  get fields(): Record<string, string> {
    return this.#headers ? Object.fromEntries(this.#headers) : this.given;
  }

  get #stream(): Response {
    this.#same ??= new Response(this.whole as BodyInit);
    return this.#same;
  }

  get body() {
    return this.#stream.body;
  }

  get bodyUsed() {
    return this.#stream.bodyUsed;
  }

  arrayBuffer() {
    return this.#stream.arrayBuffer();
  }

  blob() {
    return this.#stream.blob();
  }

  formData() {
    return this.#stream.formData();
  }

  json() {
    return this.#stream.json();
  }

  text() {
    return this.#stream.text();
  }

  clone(): Response {
    return new WholeResponse(this.whole, this.status, this.fields) as unknown as Response;
  }
}

// Next's own server, which may run the pages, checks that they answer with a Response.
Object.setPrototypeOf(WholeResponse.prototype, Response.prototype);

/** The parts of a response that has its bytes at hand; null of others. The door has a copy of this file, so the class is no help. */
export const wholeOf = (response: Response): { whole: Uint8Array; fields: Record<string, string> } | null =>
  'whole' in response ? (response as unknown as WholeResponse) : null;

const encoder = new TextEncoder();

/** `?imposter=ID`: which of several messages with one Message-ID; null for the first. */
export function imposterOf(query: URLSearchParams): number | null {
  const id = query.get('imposter');
  return id === null ? null : Number(/^-?\d{1,15}$/.test(id) ? id : Number.NaN);
}

/** Redirects to a page of this server, by an address from `links.ts`. An address that begins with two slashes would name another host. */
export function redirect(location: string, status: 301 | 302 = 302): Response {
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(location))
    throw new TypeError(`not an address of ours: ${location.slice(0, 100)}`);
  return respond(null, status, { Location: location });
}

/** The headers of a page that is made for practice (app/_door/practice.ts); no client's request can have them. */
export const PRACTICE = new Headers({ 'threadline-practice': 'yes' });

export const isPractice = (request: Request): boolean => request.headers.has('threadline-practice');

/** A weak validator of a page, made from the version of the data and the address. */
export function etagOf(version: string, url: string): string {
  return `W/"${createHash('sha256')
    .update(`${process.env.THREADLINE_BUILD ?? ''}\n${version}\n${url}`)
    .digest('base64url')
    .slice(0, 22)}"`;
}

export function isFresh(request: Request, etag: string): boolean {
  const known = request.headers.get('if-none-match');
  return known !== null && (known === '*' || known.split(',').some((one) => one.trim() === etag));
}

/** A file name that is safe in a header (RFC 6266) and on a disk, whatever name the mail gave: no folders, no invisible characters. */
export function dispositionOf(kind: 'inline' | 'attachment', name: string): string {
  const safe = visible(name.toWellFormed(), (mark) => `(${mark})`)
    .replace(/[\s/\\:*?"<>|]+/g, '_')
    .replace(/^[.~-]+/, '_')
    .slice(-MAX_NAME)
    .toWellFormed();
  const plain = safe.replace(/[^\w.@+-]+/g, '_') || 'message';
  const full = encodeURIComponent(safe || 'message').replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${full}`;
}

/** A longer name is cut at its start, because the end says what kind of file it is. */
const MAX_NAME = 150;
