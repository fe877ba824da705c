import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { folderOf, repositories } from '../_page/mirror';
import { bodyOfParts } from '../_page/streams';
import { gitEnvironment } from '../_web/gitenv';
import { SECURITY_HEADERS } from '../_web/http';
import { logError } from '../_web/log';
import { sentence } from './answers';
import type { Route } from './handlers';

/** Most git http-backend processes at once; each packs what one client lacks, on one core. */
const MAX_AT_ONCE = 16;
/** How many clients may wait, and how long. Git sends three requests for one clone, and gives up when one is refused. */
const MAX_WAITING = 64;
const WAIT_MS = 30_000;
/** A clone of a list of a million mails over a slow line takes this long; nothing takes longer. */
const MAX_MS = 2 * 3600_000;
/** The `nice` value of a process that packs. */
const PRIORITY = 10;
/** Headers of git http-backend are a few hundred bytes. */
const MAX_HEAD = 16 * 1024;

/** `/{list}/git/{n}.git`, `/{list}/{n}`, `/{list}`, followed by a path of git's smart protocol (gitprotocol-http(5)). */
const ADDRESS = /^\/([^/]+)(?:\/git\/(\d{1,6})\.git|\/(\d{1,6})(?:\.git)?|\.git)?\/(info\/refs|git-upload-pack)$/;

let running = 0;
const waiting = new Set<() => void>();

/** Resolves to whether a process may be started; it then counts as running. */
async function takeTurn(): Promise<boolean> {
  if (running >= MAX_AT_ONCE) {
    if (waiting.size >= MAX_WAITING) return false;
    return new Promise((done) => {
      const late = setTimeout(() => {
        waiting.delete(turn);
        done(false);
      }, WAIT_MS);
      const turn = () => {
        clearTimeout(late);
        waiting.delete(turn);
        running++;
        done(true);
      };
      waiting.add(turn);
    });
  }
  running++;
  return true;
}

function giveTurn(): void {
  running--;
  const [next] = waiting;
  next?.();
}

/** The route of a git client's addresses; undefined for all others. */
export const gitRoute = (path: string): Route | undefined => (ADDRESS.test(path) ? ROUTE : undefined);

const ROUTE: Route = { pattern: '/[list]/git', handlers: { GET: serveGit, POST: serveGit } };

async function serveGit(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const [, list = '', asked, short, service = ''] = ADDRESS.exec(pathname) ?? [];
  const isRefs = service === 'info/refs';
  if (isRefs ? request.method === 'POST' : request.method !== 'POST')
    return sentence(405, `This address only accepts ${isRefs ? 'GET' : 'POST'}.`, {
      Allow: isRefs ? 'GET, HEAD' : 'POST',
    });
  if (isRefs && search !== '?service=git-upload-pack')
    return sentence(403, "Only fetching with git's smart protocol is supported (service=git-upload-pack).");
  const path = repositoryOf(decodeURIComponent(list), asked ?? short);
  if (!path) return sentence(404, 'There is no such repository here.');
  if (!(await takeTurn()))
    return sentence(503, 'Too many git clients are being answered; try again in a moment.', { 'Retry-After': '5' });
  return backend(request, path, service, search.slice(1));
}

/** The address of a list is a repository only if the list has just one: a clone of one epoch must not pass for the whole list. */
function repositoryOf(list: string, epoch: string | undefined): string | null {
  const folder = folderOf(list);
  if (epoch !== undefined) return existsPath(join(folder, 'git', `${Number(epoch)}.git`));
  const whole = existsPath(join(folder, 'v1.git'));
  return whole ?? (repositories(folder) === 1 ? existsPath(join(folder, 'git', '0.git')) : null);
}

const existsPath = (path: string) => (existsSync(join(path, 'HEAD')) ? path : null);

async function backend(request: Request, path: string, service: string, query: string): Promise<Response> {
  const child = spawn('git', ['http-backend'], { env: environment(request, path, service, query), stdio: 'pipe' });
  yieldToPages(child.pid);
  const over = setTimeout(() => child.kill('SIGKILL'), MAX_MS);
  child.once('close', () => {
    giveTurn();
    clearTimeout(over);
  });
  child.once('error', logError);
  child.stderr.resume();
  const input = request.body ? Readable.from(request.body as unknown as AsyncIterable<Uint8Array>) : Readable.from([]);
  // If the client goes away or the body is too large, git ends too.
  pipeline(input, child.stdin).catch(() => child.stdin.destroyed || child.kill());
  const parts = output(child);
  const head = await headOf(parts);
  if (!head) {
    child.kill();
    return sentence(502, 'git could not answer this.');
  }
  const headers = { ...SECURITY_HEADERS, ...head.headers };
  return new Response(bodyOfParts(rest(head.left, parts)), { status: head.status, headers });
}

/** Packing for one clone takes a core for seconds; pages take milliseconds. Processes that git starts inherit the priority. */
function yieldToPages(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, PRIORITY);
  } catch {
    // The process has ended, or the system has no priorities.
  }
}

/** Git only reads the settings of the repository, which `npm run mirror` wrote; it gets nothing from the server's environment. */
function environment(request: Request, path: string, service: string, query: string): NodeJS.ProcessEnv {
  const header = (name: string) => request.headers.get(name) ?? '';
  return {
    ...gitEnvironment(path),
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_PROJECT_ROOT: path,
    PATH_INFO: `/${service}`,
    QUERY_STRING: query,
    REQUEST_METHOD: request.method === 'POST' ? 'POST' : 'GET',
    CONTENT_TYPE: header('content-type'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    ...(/^version=[12]$/.test(header('git-protocol')) ? { GIT_PROTOCOL: header('git-protocol') } : {}),
  };
}

/** The output of git; if the reader stops, git is ended. */
async function* output(child: ChildProcessWithoutNullStreams): AsyncGenerator<Buffer> {
  try {
    for await (const part of child.stdout) yield part as Buffer;
  } finally {
    child.kill();
  }
}

interface Head {
  status: number;
  headers: Record<string, string>;
  left: Buffer;
}

/** The head of a CGI answer (RFC 3875, 6); null if git gave none. */
async function headOf(parts: AsyncGenerator<Buffer>): Promise<Head | null> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await parts.next();
    if (done) return null;
    bytes = Buffer.concat([bytes, value]);
    const end = bytes.indexOf('\r\n\r\n');
    if (end >= 0) return parsed(bytes.toString('latin1', 0, end), bytes.subarray(end + 4));
    if (bytes.length > MAX_HEAD) return null;
  }
}

function parsed(text: string, left: Buffer): Head {
  const headers: Record<string, string> = {};
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { status = '200', ...others } = headers;
  return { status: Number.parseInt(status, 10), headers: others, left };
}

async function* rest(left: Buffer, parts: AsyncGenerator<Buffer>): AsyncGenerator<Uint8Array> {
  if (left.length) yield left;
  yield* parts;
}
