import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { endNntp, serveNntp } from '../_nntp/server';
import { clientOf } from '../_web/limits';
import { log, logError } from '../_web/log';
import { collectProcess, uncaught } from '../_web/metrics';
import { settings } from '../_web/settings';
import { Tally } from '../_web/tally';
import { rawSentence, sentence } from './answers';
import { answer, quietFor } from './door';
import { practise } from './practice';
import { builtFolder, Routes, UnknownBuild } from './routes';
import { send } from './send';

/** Most connections at once; Node closes further ones. */
const MAX_CONNECTIONS = 2000;
/** Most from one address (IPv6: one /64); a proxy on this machine has many clients. */
const MAX_OF_ADDRESS = 200;
/** Time limits for the head of a request, and for all of it, against clients that send slowly (slowloris). */
const HEAD_MS = 20_000;
const REQUEST_MS = 60_000;
/** Idle connections are closed after this time, also if the client does not read its answer. */
const IDLE_MS = 120_000;
/** How long a connection whose request was refused stays open, so that its client can read why. */
const LINGER_MS = 2_000;
/** How long requests under way may take once the server is asked to end. */
const DRAIN_MS = 30_000;

/** With more uncaught errors in a minute, the state is no longer trusted: the process ends, and its watcher restarts it. */
const MAX_UNCAUGHT = 20;

type Handle = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Serves the built pages until a signal ends it; resolves once it listens. `root` is the project's folder. */
export async function serve(root: string, host: string, port: number): Promise<void> {
  // The pages use it in each ETag and at /healthz.
  process.env.THREADLINE_VERSION = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  process.env.THREADLINE_BUILD = readFileSync(join(builtFolder(root), 'BUILD_ID'), 'utf8').trim();
  collectProcess();
  const { handle, routes } = await handlerOf(root, host, port);
  const server = createServer({ connectionsCheckingInterval: 5_000, requireHostHeader: false }, handle);
  server.maxConnections = MAX_CONNECTIONS;
  boundAddresses(server);
  server.headersTimeout = HEAD_MS;
  server.requestTimeout = REQUEST_MS;
  server.setTimeout(IDLE_MS, (socket) => socket.destroy());
  server.on('clientError', refuse);
  server.on('checkExpectation', (request, response) =>
    send(request, response, sentence(417, 'The expectation of this request is not supported.')).catch(() =>
      response.destroy(),
    ),
  );
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, listening);
  });
  endOnSignal(server, settings.nntpPort ? await serveNntp(host, settings.nntpPort) : null);
  // Not earlier: a server that could not start would go on running and answer nobody.
  surviveUncaught();
  if (routes) practise(routes, quietFor).catch(logError);
}

/** With the routes of the build, if it is one that we know. */
async function handlerOf(root: string, host: string, port: number): Promise<{ handle: Handle; routes?: Routes }> {
  try {
    const routes = await Routes.load(root);
    return { handle: (request, response) => answer(request, response, routes), routes };
  } catch (error) {
    if (!(error instanceof UnknownBuild)) throw error;
    log.warn(`${error.message}: Next's own server answers, without limits, request metrics or cached compression`);
    const { default: next } = await import('next');
    const app = next({ dev: false, dir: root, hostname: host, port });
    await app.prepare();
    return { handle: app.getRequestHandler() };
  }
}

/** Closes a connection of an address that has too many: 2,050 half-sent headers of one client locked out everybody for 24 s (2026-11-28). */
function boundAddresses(server: Server): void {
  const held = new Tally();
  server.on('connection', (socket) => {
    const address = clientOf(socket.remoteAddress, undefined, false);
    if (address === null && settings.trustProxy) return;
    const place = address ?? 'local';
    if (held.of(place) >= MAX_OF_ADDRESS) return void socket.destroy();
    held.take(place);
    socket.once('close', () => held.giveBack(place));
  });
}

/**
 * The last resort. Every request is answered inside a try, and readers hold no state between requests (they read a database
 * that another process writes), so an uncaught error is logged and the server goes on. Only too many of them end
 * the process.
 */
function surviveUncaught(): void {
  let recent: number[] = [];
  const onUncaught = (error: unknown) => {
    logError(error);
    uncaught.inc();
    recent = [...recent.filter((at) => at > Date.now() - 60_000), Date.now()];
    if (recent.length <= MAX_UNCAUGHT) return;
    logError(new Error(`${recent.length} uncaught errors within a minute: the server exits`));
    log.flush(() => process.exit(1));
    setTimeout(() => process.exit(1), 500).unref();
  };
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
}

const REFUSALS: Record<string, [number, string, string]> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers of this request are longer than 16 KB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'This request took too long to arrive.'],
};

/** Answers a request that Node's parser gave up on. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, reason, text] = REFUSALS[error.code ?? ''] ?? [400, 'Bad Request', 'This is not an HTTP/1.1 request.'];
  socket.end(rawSentence(status, reason, text));
  // A client that does not close its end would hold the connection and the resources of its request.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** On the first signal, requests under way are answered and no others accepted; the second signal ends the process at once. */
function endOnSignal(server: Server, nntp: NetServer | null): void {
  let ending = false;
  const end = (code: number) => {
    log.flush(() => process.exit(code));
    setTimeout(() => process.exit(code), 500).unref();
  };
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.on(signal, () => {
      if (ending) process.exit(code);
      ending = true;
      log.info({ signal }, 'ending');
      let open = nntp ? 2 : 1;
      const closed = () => {
        if (--open === 0) end(0);
      };
      server.close(closed);
      if (nntp) endNntp(nntp, closed);
      server.closeIdleConnections();
      // A kept-alive connection becomes idle only when its answer has been sent.
      setInterval(() => server.closeIdleConnections(), 100).unref();
      setTimeout(() => {
        logError(new Error(`requests were still running after ${DRAIN_MS / 1000} s and were cut off`));
        server.closeAllConnections();
        end(0);
      }, DRAIN_MS).unref();
    });
}
