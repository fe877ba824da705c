import { gunzipSync } from 'node:zlib';
import { isGzip } from '../bytes';
import { describedBy } from '../description';
import { type Answer, ServerError, whole } from './http';
import { MAX_EPOCHS, MAX_MANIFEST_BYTES } from './limits';

/** A list's part of a manifest. Keys are epochs, or null for the repository of a version 1 inbox; values are fingerprints, or null. */
export interface Manifest {
  epochs: Map<number | null, string | null>;
  /** What the list is about. */
  description: string | null;
  /** Entries of other lists, which are ignored. */
  foreign: string[];
}

const WRONG = 'give the URL of a public-inbox list, whose page says "mirror" at its end';

/**
 * Reads a list's `manifest.js.gz` (grokmirror: JSON of path to {fingerprint, modified, ...}). Only the epochs' numbers and the list's
 * description are used: what is fetched, and where it is stored, depends only on the URL that the user gave.
 * @throws ServerError if it is not a manifest, or does not have this list
 */
export async function readManifest(answer: Answer, list: string, silence: number): Promise<Manifest> {
  const { url } = answer;
  const entries = Object.entries(parse(url, await whole(answer, MAX_MANIFEST_BYTES, silence)));
  const manifest: Manifest = { epochs: new Map(), description: null, foreign: [] };
  const prefixes = [`/${list}`, new URL('.', url).pathname.replace(/\/$/, '')];
  for (const [path, entry] of entries) {
    const epoch = epochOf(path, prefixes);
    if (epoch === undefined) manifest.foreign.push(path);
    else {
      manifest.epochs.set(epoch, stateOf(entry));
      manifest.description =
        describedBy((entry as { description?: unknown } | null)?.description) ?? manifest.description;
    }
  }
  if (manifest.epochs.size === 0) throw new ServerError(url, reasonForNone(list, manifest.foreign), null);
  if (manifest.epochs.size > MAX_EPOCHS)
    throw new ServerError(
      url,
      `names ${manifest.epochs.size} epochs, but no list has more than ${MAX_EPOCHS}; not read`,
      null,
    );
  // A version 2 inbox may also be served as one repository, but its epochs are the archive.
  if (manifest.epochs.size > 1) manifest.epochs.delete(null);
  return manifest;
}

function parse(url: string, bytes: Buffer): object {
  let text = bytes;
  if (isGzip(bytes)) {
    try {
      text = gunzipSync(bytes, { maxOutputLength: MAX_MANIFEST_BYTES });
    } catch (error) {
      const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      const why = tooLong
        ? `decompresses to more than ${MAX_MANIFEST_BYTES} bytes, too much for a manifest; not read`
        : `not complete gzip data (${(error as Error).message}); try again later`;
      throw new ServerError(url, why, null);
    }
  }
  try {
    const json: unknown = JSON.parse(text.toString('utf8'));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  } catch {
    // Reported below.
  }
  const page = /^\s*<(?:!doctype|html)/i.test(text.toString('latin1', 0, 200));
  throw new ServerError(url, `${page ? 'a web page' : 'something else'}, not a manifest; ${WRONG}`, null);
}

/** The epoch that a path names, null for a version 1 inbox, undefined for anything else. */
function epochOf(path: string, prefixes: string[]): number | null | undefined {
  for (const prefix of prefixes) {
    if (path === prefix || path === `${prefix}.git`) return null;
    const number = path.startsWith(`${prefix}/git/`) && /^(\d{1,6})\.git$/.exec(path.slice(prefix.length + 5))?.[1];
    if (number) return Number(number);
  }
  return undefined;
}

function stateOf(entry: unknown): string | null {
  const { fingerprint } = (entry ?? {}) as { fingerprint?: unknown };
  return typeof fingerprint === 'string' && fingerprint.length <= 200 ? fingerprint : null;
}

function reasonForNone(list: string, foreign: string[]): string {
  if (!foreign.length)
    return `an empty manifest: the server has no mail of "${list}" (any more); what was read is kept`;
  const some = foreign.slice(0, 3).map((path) => JSON.stringify(path.slice(0, 80)));
  return `names no repository of "${list}", but ${foreign.length} others (${some.join(', ')}${foreign.length > 3 ? ', ...' : ''}); not read. ${WRONG}`;
}
