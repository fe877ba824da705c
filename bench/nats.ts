import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './process';

/** Debian's nats-server; null where it is not installed. */
export const NATS_SERVER: string | null =
  ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'].find((path) => existsSync(path)) ??
  null;

interface Member {
  port: number;
  config: string;
  child: ChildProcess | null;
}

/** Three servers on loopback, as on three machines. */
export class NatsCluster {
  readonly #members: Member[] = [];

  static async start(folder: string): Promise<NatsCluster> {
    const cluster = new NatsCluster();
    const ports = await Promise.all(Array.from({ length: 6 }, freePort));
    const routes = ports.slice(3).map((port) => `nats://127.0.0.1:${port}`);
    for (let n = 0; n < 3; n++) {
      const store = join(folder, `nats-${n}`);
      mkdirSync(store, { recursive: true });
      const config = join(folder, `nats-${n}.conf`);
      writeFileSync(
        config,
        `server_name: n${n}\nlisten: 127.0.0.1:${ports[n]}\njetstream { store_dir: "${store}" }\n` +
          `cluster { name: c, listen: 127.0.0.1:${ports[n + 3]}, routes: [${routes.join(', ')}] }\n`,
      );
      cluster.#members.push({ port: ports[n] as number, config, child: null });
    }
    for (let n = 0; n < 3; n++) cluster.start(n);
    return cluster;
  }

  start(n: number): void {
    const member = this.#members[n] as Member;
    member.child = spawn(NATS_SERVER as string, ['-c', member.config], { stdio: 'ignore' });
  }

  /** As a power failure would. */
  async kill(n: number): Promise<void> {
    const member = this.#members[n] as Member;
    const { child } = member;
    // One that was killed before ends no second time.
    if (!child) return;
    member.child = null;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  get urls(): string {
    return this.#members.map(({ port }) => `nats://127.0.0.1:${port}`).join(',');
  }

  async stop(): Promise<void> {
    for (let n = 0; n < this.#members.length; n++) await this.kill(n);
  }
}
