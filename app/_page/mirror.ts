import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isFresh, respond } from '../_web/http';
import { settings } from '../_web/settings';

/** Where `npm run mirror` (cli/mirror/lists.ts) writes the repositories that we serve. */
const root = () => `${settings.database}-git`;

/** The folder of a list's repositories; it may not exist. */
export const folderOf = (list: string): string =>
  join(root(), encodeURIComponent(list.toWellFormed()).replace(/^\.+$/, '_'));

/** The number of epochs in a list's folder. */
export function repositories(folder: string): number {
  try {
    return readdirSync(join(folder, 'git')).filter((name) => name.endsWith('.git')).length;
  } catch {
    return 0;
  }
}

/** Paths of the repositories with their states, of one list or of all; empty if none is served. */
export async function manifestOf(list: string | null): Promise<Record<string, { modified: number }>> {
  const text = await readFile(join(root(), 'manifest.json'), 'utf8').catch(() => '{}');
  const entries = Object.entries(JSON.parse(text) as Record<string, { modified: number }>);
  return Object.fromEntries(
    entries.filter(([path]) => list === null || path === `/${list}` || path.startsWith(`/${list}/git/`)),
  );
}

/** `manifest.js.gz`, as grokmirror and public-inbox-fetch read it; null if nothing is served. */
export async function manifest(request: Request, list: string | null): Promise<Response | null> {
  const entries = await manifestOf(list);
  const modified = Math.max(0, ...Object.values(entries).map((entry) => entry.modified));
  if (!modified) return null;
  const json = JSON.stringify(entries);
  const etag = `"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"`;
  if (isFresh(request, etag)) return respond(null, 304, { ETag: etag });
  return respond(new Uint8Array(gzipSync(json)), 200, {
    'Content-Type': 'application/gzip',
    'Last-Modified': new Date(modified * 1000).toUTCString(),
    'Cache-Control': 'no-cache',
    ETag: etag,
  });
}
