import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { SCHEMA_VERSION } from '#db/open';
import { Gate } from './gate';
import { freePort } from './process';

/** Debian's nats-server; null if it is not installed. */
export const NATS_SERVER: string | null =
  ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'].find((path) => existsSync(path)) ??
  null;

const SERVERS = [0, 1, 2];
/** The stream of this version (log/stream.ts). */
const LOG = `threadline-v${SCHEMA_VERSION}`;

interface Member {
  port: number;
  clusterPort: number;
  config: string;
  /** The gates from the other servers to it, and from it to them. */
  routes: Gate[];
  /** Ports of the gates on its connections to the other servers. */
  ways: number[];
  child: ChildProcess | null;
}

/** A node's gates to the servers. */
export interface Link {
  urls: string;
  cut(): void;
  heal(): void;
}

/** Where a server keeps the log, and how much of it at most; without a bound three quarters of the disk. */
export interface Store {
  folder: string;
  most?: string;
}

/** Three servers on loopback, which behave like three machines. */
export class NatsCluster {
  readonly #members: Member[] = [];
  readonly #gates: Gate[] = [];

  static async start(
    folder: string,
    storeOf = (n: number): Store => ({ folder: join(folder, `nats-${n}`) }),
  ): Promise<NatsCluster> {
    const cluster = new NatsCluster();
    const ports = await Promise.all(Array.from({ length: 6 }, freePort));
    for (const n of SERVERS)
      cluster.#members.push({
        port: ports[n] as number,
        clusterPort: ports[n + SERVERS.length] as number,
        config: join(folder, `nats-${n}.conf`),
        routes: [],
        ways: [],
        child: null,
      });
    for (const n of SERVERS) await cluster.#join(n);
    for (const n of SERVERS) {
      cluster.store(n, storeOf(n));
      cluster.start(n);
    }
    return cluster;
  }

  async #join(n: number): Promise<void> {
    const own = this.#members[n] as Member;
    for (const other of this.#members.filter((one) => one !== own)) {
      const gate = await this.#gate(other.clusterPort);
      own.routes.push(gate);
      other.routes.push(gate);
      own.ways.push(gate.port);
    }
  }

  /**
   * Writes a server's settings, which count from its next start. Servers are joined by gates alone: `no_advertise`, so that they learn
   * of no other way. JetStream wants routes in each one's settings.
   */
  store(n: number, { folder, most }: Store): void {
    const { config, port, clusterPort, ways } = this.#members[n] as Member;
    mkdirSync(folder, { recursive: true });
    const routes = ways.map((way) => `nats://127.0.0.1:${way}`).join(', ');
    writeFileSync(
      config,
      `server_name: n${n}\nlisten: 127.0.0.1:${port}\njetstream { store_dir: "${folder}"${most ? `, max_file_store: ${most}` : ''} }\n` +
        `cluster { name: c, listen: 127.0.0.1:${clusterPort}, no_advertise: true, connect_retries: 1000, routes: [${routes}] }\n`,
    );
  }

  async #gate(to: number): Promise<Gate> {
    const gate = await Gate.open(to);
    this.#gates.push(gate);
    return gate;
  }

  start(n: number): void {
    const member = this.#members[n] as Member;
    member.child ??= spawn(NATS_SERVER as string, ['-c', member.config], { stdio: 'ignore' });
  }

  /** Kills a server, like a power failure. */
  async kill(n: number): Promise<void> {
    const member = this.#members[n] as Member;
    const { child } = member;
    // Already killed.
    if (!child) return;
    member.child = null;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Cuts a server off from the other two; clients still reach it. */
  cut(n: number): void {
    for (const gate of this.#members[n]?.routes ?? []) gate.cut();
  }

  heal(n: number): void {
    for (const gate of this.#members[n]?.routes ?? []) gate.heal();
  }

  /** The server that leads the log. */
  async leader(): Promise<number> {
    for (;;) {
      const { cluster } = await this.#ask((manager) => manager.streams.info(LOG));
      if (cluster?.leader) return Number(cluster.leader.slice(1));
    }
  }

  /** Makes the log refuse entries, as on a full disk, or, with false, accept them again. */
  async fill(isFull: boolean): Promise<void> {
    await this.#ask(async (manager) => {
      const { state } = await manager.streams.info(LOG);
      await manager.streams.update(LOG, { max_bytes: isFull ? state.bytes : -1, discard: isFull ? 'new' : 'old' });
    });
  }

  async #ask<T>(question: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    const connection = await connect({ servers: this.urls.split(',') });
    try {
      return await question(await jetstreamManager(connection));
    } finally {
      await connection.close();
    }
  }

  get urls(): string {
    return urlsOf(this.#members.map(({ port }) => port));
  }

  /** Gates to the servers that can be cut for a single node. */
  async link(): Promise<Link> {
    const gates = await Promise.all(this.#members.map(({ port }) => this.#gate(port)));
    return {
      urls: urlsOf(gates.map(({ port }) => port)),
      cut: () => gates.forEach((gate) => void gate.cut()),
      heal: () => gates.forEach((gate) => void gate.heal()),
    };
  }

  async stop(): Promise<void> {
    for (const n of SERVERS) await this.kill(n);
    for (const gate of this.#gates) gate.close();
  }
}

const urlsOf = (ports: number[]) => ports.map((port) => `nats://127.0.0.1:${port}`).join(',');
