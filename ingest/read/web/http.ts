import { SourceError } from '../types';
import { MAX_REDIRECTS, MAX_RETRY_AFTER_SECONDS } from './limits';
import { fetchThrough, proxyOf } from './proxy';

/** A server refused or failed. `status` is null if there was no answer. */
export class ServerError extends SourceError {
  constructor(
    url: string,
    reason: string,
    readonly status: number | null,
    /** Seconds that the server asks us to wait, or null. */
    readonly retryAfter: number | null = null,
  ) {
    super(url, reason);
    this.name = 'ServerError';
  }
}

export interface Ask {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  /** Seconds of silence after which the server is given up. */
  silence: number;
  signal?: AbortSignal | undefined;
}

export interface Answer {
  /** The URL after redirects. */
  url: string;
  /** 200, or 304 if the request had conditions. */
  status: number;
  headers: Headers;
  /** Can be read once, as a stream; throws ServerError if it breaks off. */
  body: AsyncGenerator<Buffer>;
}

/** Identifies us in the server's logs. Without compression, because the files are already compressed. */
const HEADERS = {
  'user-agent': 'Threadline/0.1 (reader of public mailing-list archives)',
  'accept-encoding': 'identity',
  accept: '*/*',
};

/**
 * Requests a URL. Follows redirects only within the host, and from http to https: a list's server must not send readers elsewhere,
 * least of all into their own network.
 * @throws ServerError for any answer except 200 and 304, and without an answer
 */
export async function ask(url: string, options: Ask): Promise<Answer> {
  let at = url;
  for (let hops = 0; ; hops++) {
    const { response, watch } = await request(at, options);
    if (response.status === 200 || response.status === 304)
      return { url: at, status: response.status, headers: response.headers, body: bodyOf(at, response, watch) };
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      void response.body?.cancel().catch(() => {});
      watch.end();
      if (hops === MAX_REDIRECTS)
        throw new ServerError(url, `redirects more than ${MAX_REDIRECTS} times; give the final URL instead`, null);
      at = redirected(at, location);
      continue;
    }
    throw await refusal(at, response, watch);
  }
}

function redirected(from: string, location: string): string {
  const [before, after] = [new URL(from), URL.canParse(location, from) ? new URL(location, from) : null];
  if (after === null) throw new ServerError(from, `redirects to "${location.slice(0, 200)}", which is not a URL`, null);
  const upgrade = before.protocol === 'http:' && after.protocol === 'https:' && before.hostname === after.hostname;
  if (
    !upgrade &&
    (before.protocol !== after.protocol || before.host !== after.host || after.username || after.password)
  )
    throw new ServerError(
      from,
      `redirects to ${after.href.slice(0, 300)} on another server; give that URL if it is the archive that you want`,
      null,
    );
  after.hash = '';
  return after.href;
}

/** Ends a request that has been silent for too long; called before and after each wait for the server. */
class Watch {
  readonly controller = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #late: NodeJS.Immediate | null = null;
  readonly #abort = () => this.controller.abort();

  constructor(
    private readonly silence: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    if (outer?.aborted) this.controller.abort();
    outer?.addEventListener('abort', this.#abort, { once: true });
  }

  waiting(): void {
    // Reads data that arrived while this process was blocked before blaming the server.
    const late = () => {
      this.#late = setImmediate(() => this.controller.abort(new Error('silent')));
    };
    this.#timer = setTimeout(late, this.silence * 1000);
  }

  came(): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#late) clearImmediate(this.#late);
    this.#timer = this.#late = null;
  }

  end(): void {
    this.came();
    this.outer?.removeEventListener('abort', this.#abort);
  }

  /** The message for a failure while waiting. */
  reason(error: unknown): string {
    if (this.outer?.aborted) return 'stopped';
    if (this.controller.signal.aborted)
      return `no data for ${this.silence} seconds; try again later (THREADLINE_SILENCE sets how long to wait)`;
    return failureOf(error);
  }
}

async function request(url: string, options: Ask): Promise<{ response: Response; watch: Watch }> {
  const watch = new Watch(options.silence, options.signal);
  let proxy: URL | null = null;
  watch.waiting();
  try {
    proxy = proxyOf(url);
    const init: RequestInit = {
      method: options.method ?? 'GET',
      headers: { ...HEADERS, ...options.headers },
      redirect: 'manual',
      signal: watch.controller.signal,
    };
    const response = await (proxy === null ? fetch(url, init) : fetchThrough(proxy, url, init));
    watch.came();
    return { response, watch };
  } catch (error) {
    watch.end();
    const through = proxy === null ? '' : ` (through the proxy at ${proxy.host}, which may have refused it)`;
    throw new ServerError(url, `${watch.reason(error)}${through}`, null);
  }
}

async function* bodyOf(url: string, response: Response, watch: Watch): AsyncGenerator<Buffer> {
  const reader = response.body?.getReader();
  let bytes = 0;
  try {
    while (reader) {
      watch.waiting();
      const { value, done } = await reader.read();
      watch.came();
      if (done) break;
      bytes += value.length;
      yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  } catch (error) {
    throw new ServerError(url, `the answer ended too early, after ${bytes} bytes: ${watch.reason(error)}`, null);
  } finally {
    watch.end();
    void reader?.cancel().catch(() => {});
  }
}

const ADVICE: Record<number, string> = {
  401: 'it requires a password, but only public archives are read',
  403: 'it denies access',
  404: 'nothing exists at this URL; check it in a browser',
  410: 'the archive is gone',
  429: 'it asks for fewer requests; try again later',
};

async function refusal(url: string, response: Response, watch: Watch): Promise<ServerError> {
  const { status, headers } = response;
  void response.body?.cancel().catch(() => {});
  watch.end();
  const after = retryAfter(headers.get('retry-after'));
  const advice =
    ADVICE[status] ?? (status >= 500 ? 'the server has an error; try again later' : 'an unexpected answer');
  const wait = after === null ? '' : `; it asks to wait ${after} seconds`;
  return new ServerError(url, `the server answered ${status}: ${advice}${wait}`, status, after);
}

/** Parses seconds or a date (RFC 9110, 10.2.3), up to a limit; null if it is neither. */
export function retryAfter(value: string | null, now = Date.now()): number | null {
  if (value === null) return null;
  const seconds = /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_SECONDS) : null;
}

const FAILURES: Record<string, string> = {
  ENOTFOUND: 'unknown host name; check the URL and the network',
  EAI_AGAIN: 'cannot look up the host name now; check the network',
  ECONNREFUSED: 'connection refused; check the URL, or try again later',
  ECONNRESET: 'the server closed the connection; try again later',
  UND_ERR_SOCKET: 'the server closed the connection; try again later',
  UND_ERR_CONNECT_TIMEOUT: 'cannot connect in time; try again later',
};

function failureOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  const said = cause?.message || (error as Error).message || String(error);
  return FAILURES[cause?.code ?? ''] ?? `${said}; try again later`;
}

/** A short answer that takes longer than this many times the allowed silence is given up. */
const WHOLE_SILENCES = 10;

/** Reads an answer's whole body. @throws ServerError if it is longer than `limit` bytes, or too slow */
export async function whole(answer: Answer, limit: number, silence: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  const until = performance.now() + WHOLE_SILENCES * silence * 1000;
  let length = 0;
  for await (const part of answer.body) {
    length += part.length;
    if (performance.now() > until)
      throw new ServerError(
        answer.url,
        `too slow: ${length} bytes in ${WHOLE_SILENCES * silence} seconds; try again later`,
        null,
      );
    if (length > limit)
      throw new ServerError(answer.url, `the answer is longer than the limit of ${limit} bytes and was not read`, null);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
