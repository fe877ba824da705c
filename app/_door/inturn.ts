import type { Socket } from 'node:net';
import { Turn } from './turn';

/** Most requests of one connection that may wait; browsers and git send one at a time. */
const MAX_PIPELINED = 64;

const turns = new WeakMap<Socket, Turn>();

/**
 * Runs `work` for a request once the earlier requests of its connection are answered. HTTP/1.1 sends their answers in
 * this order anyway (RFC 9112, 9.3.2), and Node starts all of them at once: four connections of one client, each with a
 * hundred requests, took the places of everybody (2026-11-29). A connection with more than MAX_PIPELINED is closed.
 */
export async function inTurn(socket: Socket, work: () => Promise<void>): Promise<void> {
  const turn = turns.get(socket) ?? new Turn(MAX_PIPELINED);
  turns.set(socket, turn);
  if (turn.isFull) return void socket.destroy();
  await turn.take(async () => {
    if (!socket.destroyed) await work();
  });
}
