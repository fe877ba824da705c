import type { Socket } from 'node:net';

/** A part has 256 KB at most: a client that does not take one in so long reads nothing, and holds an article's memory. */
const TAKEN_MS = 60_000;

/** Resolves when the client has taken enough for the next part; one that does not is let go. @throws Error where it has gone */
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
