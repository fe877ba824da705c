import { hostname } from 'node:os';
import { LogStream } from '#log/stream';
import { LogWriter } from '#log/writer';
import { databasePath, logServers } from './settings';

/** This node's name, for the lease and for operators: its machine and the program's number. */
export const nodeName = () => `${hostname()}:${process.pid}`;

/** The way to the log for a command that writes; null without THREADLINE_NATS. */
export async function openLog(note: (text: string) => void, signal?: AbortSignal): Promise<LogWriter | null> {
  const servers = logServers();
  if (!servers) return null;
  const waiting = setTimeout(() => note(`${servers.urls}: no server of the log answers; this node waits`), 5000);
  const stream = await LogStream.connect(servers, `threadline ${nodeName()} ${databasePath()}`);
  clearTimeout(waiting);
  return new LogWriter(stream, nodeName(), note, signal);
}
