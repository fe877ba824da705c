import { createHash } from 'node:crypto';

/** Nothing is loaded from anywhere else, and no inline script or style runs: mail is written by anyone in the world. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export const SECURITY_HEADERS: Record<string, string> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

/** A page's address in parts, percent-decoded; null where the encoding is broken (`%zz`) or hides a NUL. */
export function pathParts(request: Request): string[] | null {
  const { pathname } = new URL(request.url);
  try {
    const parts = pathname.split('/').slice(1).map(decodeURIComponent);
    return parts.some((part) => part.includes('\0')) ? null : parts;
  } catch {
    return null;
  }
}

export function respond(
  body: string | Uint8Array | ReadableStream | null,
  status: number,
  headers: Record<string, string>,
): Response {
  return new Response(body as BodyInit | null, { status, headers: { ...SECURITY_HEADERS, ...headers } });
}

/** `?imposter=ID`: which message of several under one Message-ID; null where the first is meant. */
export function imposterOf(query: URLSearchParams): number | null {
  const id = query.get('imposter');
  return id === null ? null : Number(/^-?\d{1,15}$/.test(id) ? id : Number.NaN);
}

/** To a page of this server, by an address that `links.ts` made: one that begins with two slashes would name another host. */
export function redirect(location: string, status: 301 | 302 = 302): Response {
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(location))
    throw new TypeError(`not an address of ours: ${location.slice(0, 100)}`);
  return respond(null, status, { Location: location });
}

/** A weak validator of a page: the data it was made of, and its address. */
export function etagOf(version: string, url: string): string {
  return `W/"${createHash('sha256')
    .update(`${process.env.THREADLINE_BUILD ?? ''}\n${version}\n${url}`)
    .digest('base64url')
    .slice(0, 22)}"`;
}

export function isFresh(request: Request, etag: string): boolean {
  const known = request.headers.get('if-none-match');
  return known !== null && (known === '*' || known.split(/\s*,\s*/).includes(etag));
}

/** A file name that is safe in a header (RFC 6266), whatever the mail called it. */
export function dispositionOf(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\w.@+-]+/g, '_').slice(0, 150) || 'message';
  const full = encodeURIComponent(name.slice(0, 150).toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${full}`;
}
