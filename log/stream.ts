import type { JetStreamClient, JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { DatabaseError, SCHEMA_VERSION } from '#db/open';

/** Each schema version has its own stream: nodes of the old version continue with theirs. */
const STREAM = `threadline-v${SCHEMA_VERSION}`;
const SUBJECT = `threadline.v${SCHEMA_VERSION}.log`;
const LEASES = `threadline-v${SCHEMA_VERSION}-lease`;

/** How long entries are kept; a node that was away longer starts from a seed. */
const KEEP_DAYS = 14;
/** A message that is sent twice within this time is stored once; later repeats are found by `expected last sequence`. */
const DEDUPLICATE_SECONDS = 120;
/** A lease ends when it is not renewed for this long. */
export const LEASE_SECONDS = 6;
/** How long an answer may take. Every request can be repeated. */
const ANSWER_MS = 2000;
/** After this many requests in a row without an answer, another server is asked: this one may be cut off from the others. */
const MAX_UNANSWERED = 2;
/** Room for headers within the server's limit for a message. */
const HEADER_BYTES = 4096;
const MAX_PART = 512 * 1024;
const NANOS = 1e9;

/** The log does not continue from the database, which must be seeded again. */
export class SeedError extends DatabaseError {
  override name = 'SeedError';
}

/** A message of the stream, which is a part of an entry. */
export interface Part {
  sequence: number;
  /** Its number, from 1. */
  part: number;
  parts: number;
  /** When the log took it, Unix milliseconds. */
  at: number;
  bytes: Uint8Array;
}

/** What the servers report about the stream. */
export interface StreamState {
  id: string;
  first: number;
  last: number;
}

export interface Servers {
  /** nats://host:port, separated by commas. */
  urls: string;
  /** The file of credentials (nsc), or null. */
  credentials: string | null;
}

/** The log's stream and its leases, on a connection that reconnects by itself. */
export class LogStream {
  #unanswered = 0;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly client: JetStreamClient,
    private readonly manager: JetStreamManager,
    private readonly replicas: number,
    private readonly openLeases: () => Promise<KV>,
  ) {}

  /** Loads the NATS client; without this call nothing of NATS is in the process. */
  static async connect({ urls, credentials }: Servers, name: string): Promise<LogStream> {
    const [{ connect, credsAuthenticator }, { jetstream, jetstreamManager }, { Kvm }] = await Promise.all([
      import('@nats-io/transport-node'),
      import('@nats-io/jetstream'),
      import('@nats-io/kv'),
    ]);
    const { readFile } = await import('node:fs/promises');
    const servers = urls.split(',').map((url) => url.trim());
    const { username, password } = new URL(servers[0] as string);
    const connection = await connect({
      servers: servers.map((url) => url.replace(/\/\/[^@/]*@/, '//')),
      name,
      maxReconnectAttempts: -1,
      // Use only the servers that were configured: the addresses that they report of one another may be reachable only by them.
      ignoreClusterUpdates: true,
      ignoreAuthErrorAbort: true,
      waitOnFirstConnect: true,
      reconnectTimeWait: 500,
      pingInterval: 5000,
      maxPingOut: 2,
      ...(username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {}),
      ...(credentials ? { authenticator: credsAuthenticator(await readFile(credentials)) } : {}),
      ...(servers[0]?.startsWith('tls:') ? { tls: {} } : {}),
    });
    const replicas = servers.length >= 3 ? 3 : 1;
    const client = jetstream(connection, { timeout: ANSWER_MS });
    const manager = await jetstreamManager(connection, { timeout: ANSWER_MS, checkAPI: false });
    const leases = () => new Kvm(client).create(LEASES, { ttl: LEASE_SECONDS * 1000, replicas, history: 1 });
    return new LogStream(connection, client, manager, replicas, leases);
  }

  /** Asks the servers. A server that is cut off from the others accepts connections but answers nothing. */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      const answer = await question();
      this.#unanswered = 0;
      return answer;
    } catch (error) {
      if (isAnswer(error)) this.#unanswered = 0;
      else if (++this.#unanswered >= MAX_UNANSWERED && !this.connection.isClosed()) {
        this.#unanswered = 0;
        await this.connection.reconnect();
      }
      throw error;
    }
  }

  /** Null if there is no stream of this schema yet. Rejects while the servers are unreachable. */
  async state(): Promise<StreamState | null> {
    try {
      const { config, state }: StreamInfo = await this.ask(() => this.manager.streams.info(STREAM));
      return { id: config.description ?? '', first: state.first_seq, last: state.last_seq };
    } catch (error) {
      if (codeOf(error) === NO_STREAM) return null;
      throw error;
    }
  }

  /** Begins the log `id`; deletes an existing one. */
  async create(id: string): Promise<void> {
    await this.ask(() => this.manager.streams.delete(STREAM)).catch((error) => {
      if (codeOf(error) !== NO_STREAM) throw error;
    });
    await this.ask(() => this.#add(id));
  }

  #add(id: string): Promise<StreamInfo> {
    return this.manager.streams.add({
      name: STREAM,
      description: id,
      subjects: [SUBJECT],
      num_replicas: this.replicas,
      max_age: KEEP_DAYS * 86400 * NANOS,
      duplicate_window: DEDUPLICATE_SECONDS * NANOS,
      allow_direct: true,
    });
  }

  /** The largest size of a message's data, in bytes. */
  get partBytes(): number {
    return Math.min(MAX_PART, (this.connection.info?.max_payload ?? MAX_PART) - HEADER_BYTES);
  }

  /**
   * Adds a message after `last`; resolves to its sequence once a majority of the servers has it.
   * @throws Fenced if another message already follows `last`
   */
  async publish(message: {
    id: string;
    last: number;
    part: number;
    parts: number;
    bytes: Uint8Array;
  }): Promise<number> {
    const { headers } = await import('@nats-io/transport-node');
    const marks = headers();
    marks.set(PART, `${message.part}/${message.parts}`);
    try {
      const options = {
        msgID: message.id,
        expect: { lastSequence: message.last, streamName: STREAM },
        headers: marks,
        retries: 0,
      };
      const { seq } = await this.ask(() => this.client.publish(SUBJECT, message.bytes, options));
      return seq;
    } catch (error) {
      if (codeOf(error) !== WRONG_LAST_SEQUENCE) throw error;
      if (await this.#isThere(message.id, message.last + 1)) return message.last + 1;
      throw new Fenced();
    }
  }

  /**
   * Whether the message with that number is the published one: the answer to an earlier try may have been lost, longer ago than
   * duplicates are remembered. Asks the stream's leader, because the other servers may lag.
   * @throws Error if there is no such message: an earlier try is on its way to a majority, or lost
   */
  async #isThere(id: string, sequence: number): Promise<boolean> {
    const there = await this.ask(() => this.manager.streams.getMessage(STREAM, { seq: sequence }));
    if (!there) throw new Error('an earlier try to write is still undecided');
    return there.header.get('Nats-Msg-Id') === id;
  }

  /** The message with that number, from any server that has it; null if none has it yet. */
  async read(sequence: number): Promise<Part | null> {
    const stored = await this.ask(() => this.manager.direct.getMessage(STREAM, { seq: sequence }));
    if (!stored) return null;
    const [part = 1, parts = 1] = (stored.header.get(PART) || '1/1').split('/').map(Number);
    return { sequence, part, parts, at: stored.time.getTime(), bytes: stored.data };
  }

  leases(): Promise<KV> {
    return this.openLeases();
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/** Thrown when another node has written since. */
export class Fenced extends Error {
  override name = 'Fenced';
}

const PART = 'Threadline-Part';
/** https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const NO_STREAM = 10059;
const NO_MESSAGE = 10037;
const WRONG_LAST_SEQUENCE = 10071;

/** A server's refusal is an answer, unless it refuses because it cannot reach the other servers. */
const isAnswer = (error: unknown) => [NO_STREAM, NO_MESSAGE, WRONG_LAST_SEQUENCE].includes(codeOf(error) as number);

const codeOf = (error: unknown) => (error as { code?: unknown }).code;
