import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { send } from './send';

async function pair(): Promise<{ ours: Socket; theirs: Socket; end(): void }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const theirs = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [ours] = (await once(server, 'connection')) as [Socket];
  for (const socket of [ours, theirs]) socket.on('error', () => {});
  return { ours, theirs, end: () => void [theirs.destroy(), server.close()] };
}

const LARGE = Buffer.alloc(32 * 1024 * 1024);

it('a client that reads nothing is let go', async () => {
  const { ours, theirs, end } = await pair();
  theirs.pause();
  await send(ours, LARGE, 50);
  expect(ours.destroyed).toBe(true);
  await expect(send(ours, 'x')).rejects.toThrow('has gone');
  end();
});

it('one that reads gets it all', async () => {
  const { ours, theirs, end } = await pair();
  let read = 0;
  theirs.on('data', (part) => {
    read += part.length;
  });
  await send(ours, LARGE);
  ours.end();
  await once(theirs, 'close');
  expect(read).toBe(LARGE.length);
  end();
});
