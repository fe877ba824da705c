import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryOf } from '../../bench/process';
import { ingest, scratch } from '../command';
import { LINES, largeThread, MAILS } from '../largethread';
import { type Running, startServer } from '../server';

const folder = scratch();
const database = `${folder.path}/t.sqlite`;
const MB = 1024 * 1024;
/** The memory for large mails (app/_page/large.ts) and for complete answers (app/_door/send.ts). */
const ROOM = 256 * MB;
/** The memory for everything else in the process: code, the database's pages, cached pages, garbage. */
const BESIDE = 450 * MB;
const ROOT = '/large/large-0%40example.org/';
let server: Running;

beforeAll(async () => {
  writeFileSync(`${folder.path}/large.mbox`, largeThread());
  ingest(database, '--list', 'large', `${folder.path}/large.mbox`);
}, 120_000);
afterAll(() => folder.remove());

/** Clients from four addresses that send a request, read at most the head of the answer, and then nothing more. */
async function readers(
  count: number,
  path: string,
  encoding: string,
): Promise<{ sockets: Socket[]; statuses: number[] }> {
  const statuses: number[] = [];
  const sockets = Array.from({ length: count }, (_, n) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.once('data', (part) => {
      statuses.push(Number(/^HTTP\/1\.1 (\d+)/.exec(part.toString('latin1'))?.[1] ?? 0));
      socket.pause();
    });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.${n % 4}\r\nAccept-Encoding: ${encoding}\r\n\r\n`,
    );
    return socket;
  });
  return { sockets, statuses };
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server.base}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
}

const later = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('clients that request much and do not read', () => {
  it.each<[number, string, string]>([
    [30, `${ROOT}T/`, 'identity'],
    [30, `${ROOT}t/`, 'gzip'],
    [262, `${ROOT}t.mbox.gz`, 'gzip'],
    [262, `${ROOT}raw`, 'identity'],
  ])(
    '%i of them on %s hold what there is room for, and others are answered',
    async (count, path, encoding) => {
      // Without a watchdog process, so that its own memory is measured.
      server = await startServer(database, { THREADLINE_WATCHDOG_SECONDS: '0', THREADLINE_TRUST_PROXY: 'yes' });
      const before = memoryOf(server.child.pid as number, 'VmRSS');
      const { sockets, statuses } = await readers(count, path, encoding);
      let held = 0;
      for (let n = 0; n < 30; n++) {
        await later(200);
        held = Math.max(
          held,
          (await metric('threadline_room_held_bytes')) + (await metric('threadline_http_unsent_bytes')),
        );
        const honest = await fetch(`${server.base}/large/`);
        expect(honest.status).toBe(200);
        await honest.arrayBuffer();
      }
      const peak = memoryOf(server.child.pid as number, 'VmHWM');
      const answered = [200, 503].map((one) => `${statuses.filter((status) => status === one).length} times ${one}`);
      const figures = `${count} on ${path}: held ${(held / MB).toFixed(0)} MB, memory ${(before / MB).toFixed(0)} MB before, ${(peak / MB).toFixed(0)} MB at most; ${answered.join(', ')}`;
      process.stderr.write(`slow readers: ${figures}\n`);
      expect(statuses.length).toBeGreaterThan(0);
      expect(held).toBeLessThanOrEqual(ROOM);
      expect(peak, figures).toBeLessThan(ROOM + BESIDE);
      for (const socket of sockets) socket.destroy();
      for (let n = 0; n < 100 && (await metric('threadline_http_in_flight')) > 1; n++) await later(100);
      expect(await metric('threadline_http_in_flight')).toBe(1);
      expect(await metric('threadline_room_held_bytes')).toBe(0);
      expect(await metric('threadline_http_unsent_bytes')).toBe(0);
      const whole = await (await fetch(`${server.base}${ROOT}t.mbox.gz`)).arrayBuffer();
      expect(whole.byteLength).toBeGreaterThan(MAILS * LINES * 20);
      expect(await server.stop()).toBe(0);
    },
    120_000,
  );
});
