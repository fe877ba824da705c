import { SourceError } from '../types';
import { MAX_REDIRECTS, MAX_RETRY_AFTER_SECONDS } from './limits';
import { fetchThrough, proxyOf } from './proxy';

/** A server's refusal or failure. `status` null: no answer came at all. */
export class ServerError extends SourceError {
  constructor(
    url: string,
    reason: string,
    readonly status: number | null,
    /** Seconds that the server asks us to wait, null where it does not say. */
    readonly retryAfter: number | null = null,
  ) {
    super(url, reason);
    this.name = 'ServerError';
  }
}

export interface Ask {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  /** Seconds of silence after which the server is given up on. */
  silence: number;
  signal?: AbortSignal | undefined;
}

export interface Answer {
  /** Where the answer came from, redirects followed. */
  url: string;
  /** 200, or 304 where the question had conditions. */
  status: number;
  headers: Headers;
  /** Read once, as it comes; throws ServerError where it breaks off. */
  body: AsyncGenerator<Buffer>;
}

/** A server may ask by its logs who we are. Uncompressed: what is asked for is compressed itself. */
const HEADERS = {
  'user-agent': 'Threadline/0.1 (reader of public mailing-list archives)',
  'accept-encoding': 'identity',
  accept: '*/*',
};

/**
 * Asks for a URL. Redirects are followed within the host only, and from http to https: a list's server has no business
 * sending its readers elsewhere, least of all into the network that they stand in.
 * @throws ServerError for any answer but 200 and 304, and where none comes
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
        throw new ServerError(
          url,
          `redirects more than ${MAX_REDIRECTS} times; give the URL that it should lead to`,
          null,
        );
      at = redirected(at, location);
      continue;
    }
    throw await refusal(at, response, watch);
  }
}

function redirected(from: string, location: string): string {
  const [before, after] = [new URL(from), URL.canParse(location, from) ? new URL(location, from) : null];
  if (after === null) throw new ServerError(from, `redirects to "${location.slice(0, 200)}", which is no URL`, null);
  const upgrade = before.protocol === 'http:' && after.protocol === 'https:' && before.hostname === after.hostname;
  if (
    !upgrade &&
    (before.protocol !== after.protocol || before.host !== after.host || after.username || after.password)
  )
    throw new ServerError(
      from,
      `redirects to ${after.href.slice(0, 300)}, which is another server; give that URL itself if it is the archive that you want`,
      null,
    );
  after.hash = '';
  return after.href;
}

/** Ends a request that has been silent for too long; told before and after each wait for the server. */
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
    // What came while this process itself stood still is read before the server is blamed.
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

  /** What is to be said of a failure while waiting. */
  reason(error: unknown): string {
    if (this.outer?.aborted) return 'stopped';
    if (this.controller.signal.aborted)
      return `said nothing for ${this.silence} seconds; try again later (THREADLINE_SILENCE sets how long to wait)`;
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
    const through = proxy === null ? '' : ` (asked through the proxy at ${proxy.host}, which may have refused it)`;
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
    throw new ServerError(url, `its answer broke off after ${bytes} bytes: ${watch.reason(error)}`, null);
  } finally {
    watch.end();
    void reader?.cancel().catch(() => {});
  }
}

const ADVICE: Record<number, string> = {
  401: 'it asks for a password, and only public archives are read',
  403: 'it does not let us read this',
  404: 'there is nothing at this URL: check it in a browser',
  410: 'the archive is gone from here',
  429: 'it asks for fewer requests: try again later',
};

async function refusal(url: string, response: Response, watch: Watch): Promise<ServerError> {
  const { status, headers } = response;
  void response.body?.cancel().catch(() => {});
  watch.end();
  const after = retryAfter(headers.get('retry-after'));
  const advice =
    ADVICE[status] ??
    (status >= 500 ? 'the server has a fault: try again later' : 'an answer that we do not understand');
  const wait = after === null ? '' : `; it asks to wait ${after} seconds`;
  return new ServerError(url, `the server answered ${status}: ${advice}${wait}`, status, after);
}

/** Seconds or a date (RFC 9110, 10.2.3), bounded; null where it says neither. */
export function retryAfter(value: string | null, now = Date.now()): number | null {
  if (value === null) return null;
  const seconds = /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_SECONDS) : null;
}

const FAILURES: Record<string, string> = {
  ENOTFOUND: 'its host name is not known: check the URL and the network',
  EAI_AGAIN: 'its host name cannot be looked up now: check the network',
  ECONNREFUSED: 'nothing answers at this address: check the URL, or try again later',
  ECONNRESET: 'the server ended the connection: try again later',
  UND_ERR_SOCKET: 'the server ended the connection: try again later',
  UND_ERR_CONNECT_TIMEOUT: 'no connection could be made in time: try again later',
};

function failureOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  const said = cause?.message || (error as Error).message || String(error);
  return FAILURES[cause?.code ?? ''] ?? `${said}: try again later`;
}

/** A short answer that drips for longer than this many times of silence is given up on. */
const WHOLE_SILENCES = 10;

/** All of an answer's body. @throws ServerError where it is longer than `limit` bytes, or comes too slowly */
export async function whole(answer: Answer, limit: number, silence: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  const until = performance.now() + WHOLE_SILENCES * silence * 1000;
  let length = 0;
  for await (const part of answer.body) {
    length += part.length;
    if (performance.now() > until)
      throw new ServerError(
        answer.url,
        `comes too slowly: ${length} bytes in ${WHOLE_SILENCES * silence} seconds; try again later`,
        null,
      );
    if (length > limit)
      throw new ServerError(
        answer.url,
        `its answer is longer than ${limit} bytes, which this never is; not read`,
        null,
      );
    parts.push(part);
  }
  return Buffer.concat(parts);
}
