import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

/** The status of this node from the program that follows the log, for the server beside it. */
export interface NodeStatus {
  /** 'following', 'behind' (it catches up), 'alone' (the log does not answer), 'to be seeded' (see `problem`). */
  state: 'following' | 'behind' | 'alone' | 'to be seeded';
  /** The log's sequence in this database; and below, the last known end of the log. */
  sequence: number;
  last: number;
  /** Seconds since the log took the first entry that is missing here; 0 if none is. */
  lag: number;
  writer: string | null;
  /** When the log last answered, in Unix milliseconds; null if never since the start. */
  contact: number | null;
  problem: string | null;
  /** When this status was written. */
  at: number;
}

/**
 * How many seconds old a node's data may be: by what it is known to lack, or by how long the log, or the program that follows it, has
 * been silent.
 */
export function dataLag({ lag, contact, at }: NodeStatus, now: number): number {
  const silence = (now - Math.min(contact ?? at, at)) / 1000;
  return silence > SILENT_SECONDS ? Math.max(lag, silence) : lag;
}

/** The log is asked and the status is written several times within this. */
const SILENT_SECONDS = 5;

const fileOf = (database: string) => `${database}-node.json`;

export async function writeNodeStatus(database: string, status: NodeStatus): Promise<void> {
  await writeFile(`${fileOf(database)}.part`, JSON.stringify(status));
  await rename(`${fileOf(database)}.part`, fileOf(database));
}

/** The status of this node; null if there is only one machine. */
export function nodeStatus(database: string): NodeStatus | null {
  try {
    return JSON.parse(readFileSync(fileOf(database), 'utf8'));
  } catch {
    return null;
  }
}
