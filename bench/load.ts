import { Agent, get, type IncomingMessage } from 'node:http';

/** The measurements of a run of requests; times in milliseconds, in the order of the answers. */
export interface Load {
  total: number[];
  firstByte: number[];
  /** The size of the last answer's body. */
  bytes: number;
  seconds: number;
  status: number;
}

interface Answer {
  total: number;
  firstByte: number;
  bytes: number;
  status: number;
}

/** Requests `count` URLs over `clients` persistent connections; a client sends the next request when it has read the answer. */
export async function load(
  urlOf: (n: number) => string,
  { count, clients, gzip = false }: { count: number; clients: number; gzip?: boolean },
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const answers: Answer[] = [];
  let next = 0;
  const started = performance.now();
  const client = async () => {
    while (next < count) answers.push(await ask(urlOf(next++), agent, gzip));
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  const last = answers.at(-1);
  return {
    total: answers.map(({ total }) => total),
    firstByte: answers.map(({ firstByte }) => firstByte),
    bytes: last?.bytes ?? 0,
    status: Math.max(...answers.map(({ status }) => status)),
    seconds,
  };
}

function ask(url: string, agent: Agent, gzip: boolean): Promise<Answer> {
  return new Promise((done, failed) => {
    const started = performance.now();
    const request = get(
      url,
      { agent, headers: gzip ? { 'Accept-Encoding': 'gzip' } : {} },
      (answer: IncomingMessage) => {
        let firstByte = 0;
        let bytes = 0;
        answer.on('data', (part: Buffer) => {
          firstByte ||= performance.now() - started;
          bytes += part.length;
        });
        answer.on('error', failed);
        answer.on('end', () => {
          const total = performance.now() - started;
          done({ total, firstByte: firstByte || total, bytes, status: answer.statusCode ?? 0 });
        });
      },
    );
    // A connection that the server closed as idle just then: nothing of this request was read (https://nodejs.org/api/http.html#requestreusedsocket).
    request.on('error', (error: NodeJS.ErrnoException) =>
      request.reusedSocket && error.code === 'ECONNRESET' ? ask(url, agent, gzip).then(done, failed) : failed(error),
    );
  });
}
