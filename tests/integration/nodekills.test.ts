import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NodeProcess, sequenceOf, settled, tablesOf } from '../../bench/fleet';
import { NATS_SERVER, NatsCluster } from '../../bench/nats';
import { Reader } from '../../db/open';
import { encode } from '../../log/entry';
import { Fenced, LogStream } from '../../log/stream';
import { command, scratch } from '../command';

if (!NATS_SERVER && process.env.THREADLINE_REQUIRE?.includes('nats'))
  throw new Error('THREADLINE_REQUIRE demands nats-server, which is not installed');

const WITHIN_MS = 90_000;

/** What a reader of pages sees in a state of the data. */
interface State {
  version: number;
  sequence: number;
  messages: number;
  isWhole: boolean;
}

/** Reads a node's database again and again, like its readers. */
class Watch {
  readonly seen: State[] = [];
  readonly #ended: Promise<void>;
  #isOver = false;

  constructor(database: string) {
    this.#ended = this.#look(database);
  }

  async #look(database: string): Promise<void> {
    const reader = await Reader.open(database, 1);
    while (!this.#isOver) {
      this.seen.push(
        await reader.read(async (db) => {
          const number = async (sql: string) => Number((await db.get<{ n: number | string }>(sql))?.n ?? 0);
          const counted = await number('SELECT sum(messages) AS n FROM list');
          const messages = await number('SELECT count(*) AS n FROM posting');
          return {
            version: Number(db.version.split(' ')[0]),
            sequence: await number("SELECT value AS n FROM meta WHERE key = 'log_sequence'"),
            messages,
            isWhole: counted === messages && (await number('SELECT count(*) AS n FROM search')) === messages,
          };
        }),
      );
      await later(20);
    }
    await reader.close();
  }

  async end(): Promise<State[]> {
    this.#isOver = true;
    await this.#ended;
    return this.seen;
  }
}

describe.skipIf(!NATS_SERVER)(
  'nodes of one log, each killed or cut off at a chosen step',
  { timeout: WITHIN_MS },
  () => {
    const folder = scratch();
    const [writer, first, second, fresh] = ['writer', 'first', 'second', 'fresh'].map((name) =>
      join(folder.path, `${name}.sqlite`),
    ) as [string, string, string, string];
    const seed = join(folder.path, 'seed.sqlite');
    const source = join(folder.path, 'threadline-sample.mbox');
    const running = new Set<NodeProcess>();
    const watches: Watch[] = [];
    let cluster: NatsCluster;
    let given = 0;

    beforeAll(async () => {
      cluster = await NatsCluster.start(folder.path);
      more(1);
      expect(await ingest().ended).toMatchObject({ code: 0 });
      expect(command('backup', [seed], writer).status).toBe(0);
      for (const reader of [first, second]) {
        const one = follow(reader);
        while (!one.isReady) await later(50);
        watches.push(new Watch(reader));
      }
    }, WITHIN_MS);
    afterAll(async () => {
      for (const watch of watches) await watch.end();
      await Promise.all([...running].map((one) => one.kill()));
      await cluster.stop();
      folder.remove();
    });

    /** Adds mails to the archive. */
    function more(parts: number): void {
      given += parts;
      const text = command('sample', ['--messages', String(given * 150), '--seed', '5'], writer).stdout;
      writeFileSync(source, text);
    }

    function started(one: NodeProcess): NodeProcess {
      running.add(one);
      return one;
    }

    const ingest = (env: Record<string, string> = {}) =>
      started(NodeProcess.ingest(writer, cluster.urls, ['--list', 'sample', source], undefined, env));
    const follow = (database: string, env: Record<string, string> = {}) =>
      started(NodeProcess.follow(database, cluster.urls, seed, env));
    const killedAt = (step: string) => ({
      NODE_OPTIONS: `--import ${import.meta.dirname}/killat.mjs`,
      THREADLINE_TEST_KILL: step,
    });

    async function withLog<T>(ask: (stream: LogStream) => Promise<T>): Promise<T> {
      const stream = await LogStream.connect({ urls: cluster.urls, credentials: null }, 'test');
      try {
        return await ask(stream);
      } finally {
        await stream.close();
      }
    }

    const lastOfLog = () => withLog(async (stream) => (await stream.state())?.last ?? 0);

    it.each([
      ['before publishing', 'before publishing 3', 0],
      ['after the log acknowledged it, before COMMIT', 'before commit 5', 1],
      ['after COMMIT', 'after commit 3', 0],
    ])('a writer %s', async (_, step, ahead) => {
      more(1);
      const before = await lastOfLog();
      const one = ingest(killedAt(step));
      expect(await one.ended).toMatchObject({ code: null });
      expect(one.child.signalCode).toBe('SIGKILL');
      const last = await withLog(async (stream) => {
        // Does not wait until the dead writer's lease ends; nodes.test.ts does.
        await (await stream.leases()).delete('writer');
        return (await stream.state())?.last ?? 0;
      });
      expect(last).toBeGreaterThan(before);
      expect(last - (await sequenceOf(writer))).toBe(ahead);
    });

    it('and the next one completes its work', async () => {
      expect(await ingest().ended).toMatchObject({ code: 0 });
      await settled([writer, first, second], WITHIN_MS);
    });

    it('a reader while it applies an entry', async () => {
      const [, old] = running;
      await old?.kill();
      more(1);
      const one = follow(first, killedAt('before commit 2'));
      expect(await ingest().ended).toMatchObject({ code: 0 });
      expect(await one.ended).toMatchObject({ code: null });
      expect(await sequenceOf(first)).toBeLessThan(await lastOfLog());
      follow(first);
      await settled([writer, first, second], WITHIN_MS);
    });

    it('the server that leads the log', async () => {
      more(2);
      const one = ingest();
      await grown();
      const leader = await cluster.leader();
      await cluster.kill(leader);
      expect(await one.ended).toMatchObject({ code: 0 });
      cluster.start(leader);
      await settled([writer, first, second], WITHIN_MS);
    });

    it('the leader, cut off from the others: clients reach it, but it does not answer', async () => {
      more(2);
      const one = ingest();
      await grown();
      const leader = await cluster.leader();
      cluster.cut(leader);
      expect(await one.ended).toMatchObject({ code: 0 });
      cluster.heal(leader);
      await settled([writer, first, second], WITHIN_MS);
    });

    it('a reader that is stopped while much is written', async () => {
      const slow = [...running].findLast(({ child }) => child.exitCode === null && child.signalCode === null);
      slow?.child.kill('SIGSTOP');
      more(3);
      expect(await ingest().ended).toMatchObject({ code: 0 });
      slow?.child.kill('SIGCONT');
      await settled([writer, first, second], WITHIN_MS);
    });

    it('a writer whose answer was lost: the repeated message is stored once', async () => {
      const last = await lastOfLog();
      const bytes = await encode({ writer: 'test', statements: [] });
      const message = { id: 'sent twice', last, part: 1, parts: 1, bytes };
      for (let n = 0; n < 2; n++) expect(await withLog((stream) => stream.publish(message))).toBe(last + 1);
      expect(await lastOfLog()).toBe(last + 1);
      await expect(withLog((stream) => stream.publish({ ...message, id: 'of another' }))).rejects.toThrow(Fenced);
      await settled([first, second], WITHIN_MS);
      more(1);
      expect(await ingest().ended).toMatchObject({ code: 0 });
    });

    it('a log with a full disk: the writer waits and says why, and continues when there is space', async () => {
      more(3);
      await cluster.fill(true);
      const one = ingest();
      await expect.poll(() => one.said, { timeout: WITHIN_MS }).toMatch(/maximum bytes exceeded/);
      expect(one.child.exitCode).toBe(null);
      await cluster.fill(false);
      expect(await one.ended).toMatchObject({ code: 0 });
    });

    it('and at the end all nodes have the same data, also a new one, with every mail of the source', async () => {
      const newest = join(folder.path, 'newest.sqlite');
      expect(command('backup', [newest], first).status).toBe(0);
      more(1);
      expect(await ingest().ended).toMatchObject({ code: 0 });
      started(NodeProcess.follow(fresh, cluster.urls, newest));
      const nodes = [writer, first, second, fresh];
      await expect.poll(() => existsSync(fresh), { timeout: WITHIN_MS }).toBe(true);
      await settled(nodes, WITHIN_MS);
      const [wanted, ...others] = await Promise.all(nodes.map(tablesOf));
      for (const other of others) expect(other).toEqual(wanted);
      const exported = new Set(
        command('export', ['messages'], fresh)
          .stdout.split('\n')
          .flatMap((line) => (line ? [JSON.parse(line).msgid] : [])),
      );
      const ids = [...readFileSync(source, 'utf8').matchAll(/^Message-ID: <(.*)>$/gim)].map(([, id]) => id);
      expect(ids.length).toBeGreaterThan(1000);
      expect(ids.filter((id) => !exported.has(id))).toEqual([]);
      for (const node of nodes) expect(command('verify', [], node)).toMatchObject({ status: 0 });
    });

    it('and readers of pages saw only complete states, and never an older one', async () => {
      const states = new Map<number, State>();
      for (const watch of watches) {
        const seen = await watch.end();
        expect(new Set(seen.map(({ sequence }) => sequence)).size).toBeGreaterThan(20);
        for (const [n, state] of seen.entries()) {
          expect(state.isWhole).toBe(true);
          expect(state.sequence).toBeGreaterThanOrEqual(seen[n - 1]?.sequence ?? 0);
          // Two nodes show the same for the same version.
          expect(state.messages).toBe((states.get(state.version) ?? state).messages);
          states.set(state.version, state);
        }
      }
    });

    /** Waits until the log has a new entry. */
    async function grown(): Promise<void> {
      const before = await lastOfLog();
      await expect.poll(lastOfLog, { timeout: WITHIN_MS }).toBeGreaterThan(before);
    }
  },
);
