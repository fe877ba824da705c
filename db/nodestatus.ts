import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

/** What the program that follows the log says of this node, for the server beside it. */
export interface NodeStatus {
  /** 'following', 'behind' (it catches up), 'alone' (the log does not answer), 'to be seeded' (see `problem`). */
  state: 'following' | 'behind' | 'alone' | 'to be seeded';
  /** Of the log: what this database has, and where the log ends as far as is known. */
  sequence: number;
  last: number;
  /** Seconds since the log took what is missing here first; 0 where nothing is. */
  lag: number;
  writer: string | null;
  /** When the log answered last, Unix milliseconds; null: never since the start. */
  contact: number | null;
  problem: string | null;
  /** When this was written. */
  at: number;
}

/**
 * Seconds by which a node's data may be old: what it knows to lack, or how long the log, or the program that follows it, has been
 * silent.
 */
export function dataLag({ lag, contact, at }: NodeStatus, now: number): number {
  const silence = (now - Math.min(contact ?? at, at)) / 1000;
  return silence > SILENT_SECONDS ? Math.max(lag, silence) : lag;
}

/** The log is asked, and the status written, several times within it. */
const SILENT_SECONDS = 5;

const fileOf = (database: string) => `${database}-node.json`;

export async function writeNodeStatus(database: string, status: NodeStatus): Promise<void> {
  await writeFile(`${fileOf(database)}.part`, JSON.stringify(status));
  await rename(`${fileOf(database)}.part`, fileOf(database));
}

/** Null where no node is: one machine. */
export function nodeStatus(database: string): NodeStatus | null {
  try {
    return JSON.parse(readFileSync(fileOf(database), 'utf8'));
  } catch {
    return null;
  }
}
