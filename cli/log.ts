import { hostname } from 'node:os';
import { LogStream } from '#log/stream';
import { LogWriter } from '#log/writer';
import { databasePath, logServers } from './settings';

/** This node's name, for the lease and for operators: host name and process id. */
export const nodeName = () => `${hostname()}:${process.pid}`;

/** Opens the log for a command that writes; null without THREADLINE_NATS. */
export async function openLog(note: (text: string) => void, signal?: AbortSignal): Promise<LogWriter | null> {
  const servers = logServers();
  if (!servers) return null;
  const waiting = setTimeout(() => note(`${servers.urls}: no log server answers; waiting`), 5000);
  const stream = await LogStream.connect(servers, `threadline ${nodeName()} ${databasePath()}`);
  clearTimeout(waiting);
  return new LogWriter(stream, nodeName(), note, signal);
}
