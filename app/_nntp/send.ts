import type { Socket } from 'node:net';

/** A part has at most 256 KB. A client that does not read one within this time reads nothing, and holds the memory of an article. */
const TAKEN_MS = 60_000;

/** Resolves when the client has read enough for the next part; a client that is too slow is disconnected. @throws Error if it has gone */
export async function send(socket: Socket, part: string | Buffer, ms = TAKEN_MS): Promise<void> {
  if (socket.destroyed) throw new Error('the client has gone');
  if (socket.write(part)) return;
  const late = setTimeout(() => socket.destroy(), ms);
  await new Promise<void>((done) => {
    const over = () => {
      clearTimeout(late);
      socket.off('drain', over);
      socket.off('close', over);
      done();
    };
    socket.once('drain', over);
    socket.once('close', over);
  });
}
