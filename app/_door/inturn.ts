import type { Socket } from 'node:net';

/** Most requests of one connection that may wait; browsers and git send one at a time. */
const MAX_PIPELINED = 64;

const connections = new WeakMap<Socket, { waiting: number; last: Promise<void> }>();

/**
 * Runs `work` for a request once the earlier requests of its connection are answered. HTTP/1.1 sends their answers in
 * this order anyway (RFC 9112, 9.3.2), and Node starts all of them at once: four connections of one client, each with a
 * hundred requests, took the places of everybody (2026-11-29). A connection with more than MAX_PIPELINED is closed.
 */
export async function inTurn(socket: Socket, work: () => Promise<void>): Promise<void> {
  const connection = connections.get(socket) ?? { waiting: 0, last: Promise.resolve() };
  connections.set(socket, connection);
  if (connection.waiting >= MAX_PIPELINED) return void socket.destroy();
  connection.waiting++;
  const own = connection.last.then(() => (socket.destroyed ? undefined : work())).finally(() => connection.waiting--);
  connection.last = own.catch(() => {});
  await own;
}
