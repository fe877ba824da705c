import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

const MOST_BYTES = 4096;
const MOST_LETTERS = 300;
/** The default texts of git and public-inbox. */
const NOTHING = /^(?:unnamed (?:repository|public inbox)\b|\$\w+\/description missing)/i;

/** A list's description from public-inbox and its mirrors: one line, without the epoch; null if it says nothing. */
export function describedBy(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  const line = text
    .slice(0, MOST_BYTES)
    .trim()
    .split('\n', 1)[0]
    ?.replace(/\s*\[epoch \d{1,6}\]\s*$/, '')
    .replace(/\p{C}+/gu, '')
    .trim()
    .slice(0, MOST_LETTERS);
  return line && !NOTHING.test(line) ? line : null;
}

/** Reads the `description` of an inbox or repository on this machine; null if there is none. */
export async function readDescription(folder: string): Promise<string | null> {
  const path = join(folder, 'description');
  try {
    const { size } = await stat(path);
    return size <= MOST_BYTES ? describedBy(await readFile(path, 'utf8')) : null;
  } catch {
    return null;
  }
}
