import { connect, type Socket } from 'node:net';
import type { Random } from '#samples/random';
import type { Address } from './addresses';
import { ENCODINGS } from './answers';

/**
 * Hostile or misbehaving clients: each kind repeats one action until the end. They all come from one address, as is usual.
 * Their answers are not checked; only those of the honest clients count.
 */
export interface Hostile {
  host: string;
  port: number;
  until: number;
  addresses(): Address[];
  random: Random;
}

/** How often each kind performed its action on an established connection. */
export type Done = Record<string, number>;

const later = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** The number of clients of each kind at once. */
export const CROWD = { aborts: 6, drips: 4, halves: 20, unread: 12, bodies: 4, noise: 2 };

export async function attack(hostile: Hostile): Promise<Done> {
  const done: Done = {};
  const kinds: Record<keyof typeof CROWD, (hostile: Hostile, socket: Socket) => Promise<void>> = {
    aborts: abort,
    drips: drip,
    halves: half,
    unread,
    bodies: dripBody,
    noise,
  };
  const loop = async (kind: keyof typeof CROWD) => {
    while (Date.now() < hostile.until) {
      const socket = await open(hostile);
      // Connection refused: not counted, and not retried at once.
      if (!socket) {
        await later(200);
        continue;
      }
      await kinds[kind](hostile, socket);
      done[kind] = (done[kind] ?? 0) + 1;
    }
  };
  const kindNames = Object.keys(CROWD) as (keyof typeof CROWD)[];
  await Promise.all(kindNames.flatMap((kind) => Array.from({ length: CROWD[kind] }, () => loop(kind))));
  return done;
}

function open({ host, port }: Hostile): Promise<Socket | null> {
  return new Promise((made) => {
    const socket = connect(port, host, () => made(socket));
    socket.on('error', () => made(null));
  });
}

/** Resolves when the connection ends; ends it after `ms`. */
async function over(socket: Socket, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    new Promise((closed) => socket.once('close', closed)),
    new Promise((late) => {
      timer = setTimeout(late, ms);
    }),
  ]);
  clearTimeout(timer);
  socket.destroy();
}

function requestOf({ path, body, type }: Address, encoding: string): string {
  const head = `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: ${encoding}\r\n`;
  if (body === undefined) return `${head}\r\n`;
  return `${head}Content-Type: ${type ?? 'text/plain'}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

const drawn = ({ addresses, random }: Hostile) => random.pick(addresses());
const encoded = ({ random }: Hostile) => random.pick(ENCODINGS);

/** Disconnects after some bytes of the answer: at once, by a reset, or after not reading for a while. */
async function abort(hostile: Hostile, socket: Socket): Promise<void> {
  const offset = hostile.random.pick([0, 1, 300, 5_000, 70_000, 300_000, 2_000_000]);
  const manner = hostile.random.below(3);
  let seen = 0;
  const leave = () => {
    if (manner === 0) return void socket.destroy();
    if (manner === 1) return void socket.resetAndDestroy();
    socket.pause();
    setTimeout(() => socket.destroy(), 500);
  };
  socket.on('data', (part) => {
    const before = seen;
    seen += part.length;
    if (before <= offset && seen > offset) leave();
  });
  socket.write(requestOf(drawn(hostile), encoded(hostile)));
  if (offset === 0) setTimeout(leave, hostile.random.below(30));
  await over(socket, 5_000);
}

/** Sends a request byte by byte. */
async function drip(hostile: Hostile, socket: Socket): Promise<void> {
  const ended = over(socket, 90_000);
  for (const character of requestOf(drawn(hostile), 'gzip')) {
    if (socket.destroyed || Date.now() > hostile.until) break;
    socket.write(character);
    await later(400);
  }
  socket.destroy();
  await ended;
}

/** Sends the first half of a request's head, then nothing. */
async function half(hostile: Hostile, socket: Socket): Promise<void> {
  const request = requestOf(drawn(hostile), 'gzip');
  socket.write(request.slice(0, 1 + hostile.random.below(request.length - 4)));
  await over(socket, Math.min(60_000, Math.max(0, hostile.until - Date.now())));
}

/** Requests a large page, and reads a little now and then. */
async function unread(hostile: Hostile, socket: Socket): Promise<void> {
  const large = hostile.addresses().filter(({ kind }) => /thread|mbox|feed/.test(kind));
  socket.pause();
  for (let n = 0; n < 4; n++)
    socket.write(requestOf(large.length ? hostile.random.pick(large) : drawn(hostile), encoded(hostile)));
  const reading = setInterval(() => socket.read(1024), 1000);
  await over(socket, Math.min(60_000, Math.max(0, hostile.until - Date.now())));
  clearInterval(reading);
}

/** Sends a body that is never complete. */
async function dripBody(hostile: Hostile, socket: Socket): Promise<void> {
  socket.write('POST /quotes/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5000\r\n\r\n');
  const dripping = setInterval(() => socket.destroyed || socket.write('x'), 300);
  await over(socket, Math.min(60_000, Math.max(0, hostile.until - Date.now())));
  clearInterval(dripping);
}

/** Sends bytes that are not a request, or too large a request. */
async function noise(hostile: Hostile, socket: Socket): Promise<void> {
  const kinds = [
    () => String.fromCharCode(...Array.from({ length: 300 }, () => hostile.random.below(256))),
    () => `GET / HTTP/1.1\r\n${'X-A: b\r\n'.repeat(3000)}\r\n`,
    () => `GET /${'%2e'.repeat(2000)} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
    () => 'GET /search/?q=a HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(100),
    () => 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n',
  ];
  socket.write(hostile.random.pick(kinds)(), 'latin1');
  await over(socket, 2_000);
  await later(200);
}
