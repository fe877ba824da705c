import { createServer, type Server, type Socket } from 'node:net';
import { TooLongError } from '#db/open';
import { Turns } from '#db/queries/turns';
import { clientOf, secondsToWait } from '../_web/limits';
import { log, logError } from '../_web/log';
import { nntpBytes, nntpCommands, nntpConnections, nntpDurations, refused } from '../_web/metrics';
import { openReader } from '../_web/reader';
import { settings } from '../_web/settings';
import { Tally } from '../_web/tally';
import type { Context, State } from './command';
import { answer, commandName } from './commands';
import { send } from './send';

/** Most connections at once, and most of one address; a proxy on this machine has many clients. */
const MAX_CONNECTIONS = 256;
const MAX_OF_ADDRESS = 16;
/** A command line has at most 512 bytes (RFC 3977, 3.1). A longer one gets an error; an endless one ends the connection. */
const MAX_LINE = 512;
const MAX_BUFFERED = 8192;
/** Idle connections are closed after this time; at least three minutes (RFC 3977, 3.1). */
const IDLE_MS = 300_000;

const held = new Tally();
const sessions = new Set<Session>();
let isEnding = false;

/** Serves the archive's lists as newsgroups, read-only (RFC 3977); resolves once it listens. */
export async function serveNntp(host: string, port: number): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    const address = clientOf(socket.remoteAddress, undefined, false);
    const place = address ?? 'local';
    if (held.of(place) >= (address === null ? MAX_CONNECTIONS : MAX_OF_ADDRESS) || sessions.size >= MAX_CONNECTIONS) {
      refused.inc({ reason: 'load', route: 'nntp' });
      socket.on('error', () => {});
      return void socket.end('400 Too many connections; try again later\r\n');
    }
    held.take(place);
    const session = new Session(socket, address);
    sessions.add(session);
    nntpConnections.set(sessions.size);
    socket.once('close', () => {
      held.giveBack(place);
      sessions.delete(session);
      nntpConnections.set(sessions.size);
    });
    void session.run();
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, listening);
  });
  return server;
}

/** Accepts no more connections and ends each one once its command is answered. */
export function endNntp(server: Server, ended: () => void): void {
  isEnding = true;
  server.close(ended);
  for (const session of sessions) session.endIfIdle();
}

/** One client. Its commands are answered one after another, at the speed at which it reads. */
class Session {
  readonly #state: State = { group: null, number: null };
  #isBusy = false;

  constructor(
    private readonly socket: Socket,
    private readonly client: string | null,
  ) {}

  async run(): Promise<void> {
    const { socket } = this;
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    // A client that goes away ends the loop below; its error is ignored.
    socket.on('error', () => {});
    try {
      await send(this.socket, '201 Threadline, read-only\r\n');
      for await (const line of linesOf(socket)) {
        if (line === null) await send(this.socket, '501 The line is longer than 512 bytes\r\n');
        else if (line.trim() && !(await this.#take(line))) break;
        if (isEnding) break;
      }
    } catch (error) {
      if (!socket.destroyed) logError(error);
    } finally {
      socket.end();
      // A client that does not close its end must not hold the connection.
      setTimeout(() => socket.destroy(), 2000).unref();
    }
  }

  endIfIdle(): void {
    if (!this.#isBusy) this.socket.end('400 The server is shutting down\r\n');
  }

  /** Answers a command; false after QUIT. */
  async #take(line: string): Promise<boolean> {
    const word = line.trim().split(/[ \t]/, 1)[0] ?? '';
    if (word.toUpperCase() === 'QUIT') {
      await send(this.socket, '205 Goodbye\r\n');
      return false;
    }
    this.#isBusy = true;
    const started = performance.now();
    const [status, bytes] = await this.#answer(line);
    this.#isBusy = false;
    const command = commandName(word);
    const ms = performance.now() - started;
    nntpCommands.inc({ command, status });
    nntpDurations.observe({ command }, ms / 1000);
    nntpBytes.inc({ command }, bytes);
    log.info({ command, status, ms: Math.round(ms * 10) / 10, bytes }, 'nntp');
    return true;
  }

  async #answer(line: string): Promise<[status: string, bytes: number]> {
    let status = '';
    let bytes = 0;
    try {
      const turns = new Turns();
      for await (const part of answer(this.#context(), line)) {
        // Otherwise a client that reads fast would have the event loop to itself.
        await turns.next();
        const out = typeof part === 'string' ? `${part}\r\n` : part;
        status ||= String(part).slice(0, 3);
        bytes += out.length;
        await send(this.socket, out);
      }
    } catch (error) {
      if (this.socket.destroyed) return [status || 'gone', bytes];
      if (!(error instanceof TooLongError)) logError(error);
      // An answer that has begun cannot be replaced: closing the connection shows the client that it is incomplete.
      if (status) this.socket.destroy();
      else
        await send(
          this.socket,
          `403 ${error instanceof TooLongError ? error.message : 'Internal error; it has been logged'}\r\n`,
        );
      status ||= '403';
    }
    return [status, bytes];
  }

  #context(): Context {
    const { client } = this;
    return {
      state: this.#state,
      read: async (query) => {
        const reader = await openReader();
        if (!reader) throw new TooLongError('There is no database yet');
        return reader.read(query);
      },
      wait: async () => {
        if (!settings.rateLimits || client === null) return 0;
        const seconds = await secondsToWait('search', client);
        if (seconds) refused.inc({ reason: 'rate', route: 'nntp' });
        return seconds;
      },
    };
  }
}

/** Lines as they arrive, read on demand; null for one that is too long. */
async function* linesOf(socket: Socket): AsyncGenerator<string | null> {
  let left = '';
  for await (const part of socket) {
    left += (part as Buffer).toString('latin1');
    let from = 0;
    for (let end = left.indexOf('\n'); end >= 0; end = left.indexOf('\n', from)) {
      const line = left.slice(from, end).replace(/\r$/, '');
      from = end + 1;
      yield line.length > MAX_LINE ? null : Buffer.from(line, 'latin1').toString('utf8');
    }
    left = left.slice(from);
    if (left.length > MAX_BUFFERED) return;
  }
}
