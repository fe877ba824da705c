import { createConnection } from 'node:net';

/** Sends NNTP commands; resolves to everything that the server answers until it closes the connection. */
export function newsTalk(port: number, ...lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1');
    let said = '';
    socket.on('data', (part) => {
      said += part.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(said));
    socket.write([...lines, 'QUIT', ''].join('\r\n'));
  });
}
