import { createHash } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { XMLValidator } from 'fast-xml-parser';
import type { Address } from './addresses';

/** An answer to a request. */
export interface Asked {
  address: Address;
  ms: number;
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Set if the connection failed, or ended before the answer. */
  error?: string;
}

export const ENCODINGS = ['br', 'gzip', 'identity'];

const agent = new Agent({ keepAlive: true });

/** Sends a request; never throws. `known` is an ETag that the client has. */
export function ask(
  base: string,
  address: Address,
  { encoding, known }: { encoding: string; known?: string | undefined },
): Promise<Asked> {
  const started = performance.now();
  const isPost = address.body !== undefined;
  const headers: Record<string, string> = { 'Accept-Encoding': encoding };
  if (known && !isPost) headers['If-None-Match'] = known;
  if (address.type) headers['Content-Type'] = address.type;
  return new Promise((done) => {
    const finish = (status: number, answered: IncomingHttpHeaders, body: Buffer, error?: string) =>
      done({ address, ms: performance.now() - started, status, headers: answered, body, ...(error ? { error } : {}) });
    const sent = request(base + address.path, { method: isPost ? 'POST' : 'GET', agent, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', (error) =>
        finish(answer.statusCode ?? 0, answer.headers, Buffer.concat(parts), error.message),
      );
      answer.on('end', () => finish(answer.statusCode ?? 0, answer.headers, Buffer.concat(parts)));
    });
    sent.on('error', (error) => finish(0, {}, Buffer.alloc(0), error.message));
    sent.end(address.body);
  });
}

/** Faults that are reported in full; the others are only counted. */
const MAX_FAULTS = 30;

/** Checks answers, and records how long each kind took. */
export class Checks {
  readonly faults: string[] = [];
  faultCount = 0;
  count = 0;
  readonly #kinds = new Map<string, { times: number[]; statuses: Map<number, number> }>();
  /** The last ETag of each URL; and below, the hash of the bytes for each URL and ETag. */
  readonly #etags = new Map<string, string>();
  readonly #bytes = new Map<string, string>();

  look(asked: Asked): void {
    const fault = asked.error ?? faultOf(asked) ?? this.#changed(asked);
    this.note(asked.address.kind, asked.status, asked.ms, fault && `${asked.address.path}: ${fault}`);
  }

  /** Counts an answer of a kind; `fault` says what was wrong with it. */
  note(name: string, status: number, ms: number, fault: string | null): void {
    this.count++;
    const kind = this.#kinds.get(name) ?? { times: [], statuses: new Map<number, number>() };
    this.#kinds.set(name, kind);
    kind.times.push(ms);
    kind.statuses.set(status, (kind.statuses.get(status) ?? 0) + 1);
    if (!fault) return;
    this.faultCount++;
    if (this.faults.length < MAX_FAULTS) this.faults.push(`${name} ${status} ${fault}`);
  }

  etagOf(path: string): string | undefined {
    return this.#etags.get(path);
  }

  kinds(): { kind: string; times: number[]; statuses: Map<number, number> }[] {
    return [...this.#kinds].map(([kind, rest]) => ({ kind, ...rest })).sort((a, b) => a.kind.localeCompare(b.kind));
  }

  /** Checks that an ETag always means the same bytes: a page mixed from two states of the data would differ. */
  #changed({ address, status, headers, body }: Asked): string | null {
    const { etag } = headers;
    if (status !== 200 || !etag || address.body !== undefined) return null;
    this.#etags.set(address.path, etag);
    const key = `${address.path} ${etag}`;
    const hash = createHash('sha256').update(decoded(headers, body)).digest('base64');
    const known = this.#bytes.get(key);
    this.#bytes.set(key, hash);
    return known && known !== hash ? 'other bytes with the same ETag' : null;
  }
}

const decoded = (headers: IncomingHttpHeaders, body: Buffer): Buffer =>
  headers['content-encoding'] === 'br'
    ? brotliDecompressSync(body)
    : headers['content-encoding'] === 'gzip'
      ? gunzipSync(body)
      : body;

/** What is wrong with an answer by itself, or null. */
function faultOf({ status, headers, body, address }: Asked): string | null {
  if (status >= 500 || status === 0) return 'a server error';
  if (!headers['content-security-policy']) return 'no Content-Security-Policy';
  const length = headers['content-length'];
  if (length !== undefined && status !== 304 && Number(length) !== body.length)
    return `${body.length} bytes of ${length}`;
  if (status === 304 || status === 301 || status === 302) return body.length ? 'an unexpected body' : null;
  // Version numbers are guessed from their count; a series may have others.
  const wanted = /^nothing/.test(address.kind) ? [400, 404] : address.kind === 'diff' ? [200, 400, 404] : [200, 404];
  if (!wanted.includes(status)) return 'an unexpected status';
  try {
    return faultOfBody(headers['content-type'] ?? '', decoded(headers, body));
  } catch (error) {
    return `cannot decode: ${(error as Error).message}`;
  }
}

function faultOfBody(type: string, body: Buffer): string | null {
  if (type.startsWith('text/html')) {
    const html = body.toString();
    const isWhole = html.startsWith('<!DOCTYPE html>') && html.trimEnd().endsWith('</html>');
    return isWhole ? null : 'an incomplete HTML page';
  }
  if (type.startsWith('application/json')) return JSON.parse(body.toString()) === undefined ? 'not JSON' : null;
  if (type.startsWith('application/atom+xml')) {
    const valid = XMLValidator.validate(body.toString());
    return valid === true ? null : `XML: ${valid.err.msg} in line ${valid.err.line}`;
  }
  if (type.startsWith('application/gzip'))
    return /^From /.test(gunzipSync(body).toString('latin1', 0, 5)) ? null : 'an mbox that does not begin with From';
  return null;
}
