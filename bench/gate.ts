import { connect, createServer, type Server, type Socket } from 'node:net';

/** A relay to a port that can be cut like a cable: connected peers notice nothing, but no packet gets through. */
export class Gate {
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async open(to: number): Promise<Gate> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const gate = new Gate(server, typeof address === 'object' && address ? address.port : 0);
    server.on('connection', (near) => gate.#join(near, to));
    return gate;
  }

  #join(near: Socket, to: number): void {
    this.#keep(near);
    if (this.#isCut) return;
    const far = connect(to, '127.0.0.1');
    this.#keep(far);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('data', (bytes) => void (this.#isCut || other.write(bytes)));
      one.on('close', () => this.#isCut || other.destroy());
    }
  }

  #keep(socket: Socket): void {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }

  cut(): void {
    this.#isCut = true;
  }

  /** Restores the relay. Data sent in between are lost, so existing connections are closed. */
  heal(): void {
    if (!this.#isCut) return;
    this.#isCut = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }
}
