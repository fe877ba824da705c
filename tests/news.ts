import { createConnection } from 'node:net';

/** Sends lines of NNTP and gives all that is answered until the server closes. */
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
