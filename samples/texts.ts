import { readdirSync, readFileSync } from 'node:fs';
import type { FilePatch } from './diff';
import type { SampleMail } from './mail';
import { PEOPLE } from './people';
import { converse, type Turn } from './thread';

/** `../samples/` from here, and from the bundle in dist/ too. */
const FOLDER = new URL('../samples/threads/', import.meta.url);

/**
 * Threads written as text, one to a file of samples/threads/:
 *
 *   # 2009-06-02 06:40                       when the first mail was sent, UTC
 *   # ringlog: oops on the first wrap        the subject
 *
 *   == KEY AUTHOR [to KEY] [+HOURS] [SUBJECT]
 *   the text, as samples/thread.ts reads it
 *   %notes what stands below ---
 *   %%% PATH LINE [FUNCTION]                 begins a hunk; its lines follow, an empty one ends it
 *
 * @throws Error with the file and line that are not like that
 */
export function writtenThreads(): SampleMail[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .flatMap((name) => threadOf(name, readFileSync(new URL(name, FOLDER), 'utf8')));
}

const HEAD = /^== (\w+) (\w+)(?: to (\w+))?(?: \+(\d+))?(?: (.+))?$/;

function threadOf(name: string, text: string): SampleMail[] {
  const [when = '', subject = ''] = text.split('\n').map((line) => line.replace(/^# /, ''));
  const start = Date.parse(`${when.replace(' ', 'T')}:00Z`) / 1000;
  if (!Number.isFinite(start)) throw new Error(`${name}: the first line is no date: ${when}`);
  return converse(
    name.replace(/\.txt$/, ''),
    start,
    subject,
    text
      .split(/^(?=== )/m)
      .slice(1)
      .map((part) => turnOf(name, part)),
  );
}

function turnOf(name: string, part: string): Turn {
  const [head = '', ...lines] = part.split('\n');
  const found = HEAD.exec(head);
  const from = found?.[2] as keyof typeof PEOPLE;
  if (!found || !(from in PEOPLE)) throw new Error(`${name}: not understood: ${head}`);
  const [, key = '', , to, after = '0', subject] = found;
  const { text, notes, files } = split(name, lines);
  return {
    key,
    from,
    after: Number(after),
    text,
    ...(to ? { to } : {}),
    ...(subject ? { subject } : {}),
    ...(files.length ? { patch: { notes, files } } : {}),
  };
}

function split(name: string, lines: string[]): { text: string; notes: string; files: FilePatch[] } {
  const text: string[] = [];
  const files: FilePatch[] = [];
  let notes = '';
  for (const line of lines) {
    const [, path, at, of] = /^%%% (\S+) (\d+)(?: (.+))?$/.exec(line) ?? [];
    const hunk = files.at(-1)?.hunks.at(-1);
    if (line.startsWith('%notes ')) notes = line.slice('%notes '.length);
    else if (path) files.push({ path, hunks: [{ line: Number(at), ...(of ? { of } : {}), lines: [] }] });
    else if (!hunk) text.push(line);
    else if (/^[ +-]/.test(line)) hunk.lines.push(line);
    else if (line.startsWith('\t')) hunk.lines.push(` ${line}`);
    else if (line !== '') throw new Error(`${name}: no line of a hunk: ${line}`);
  }
  return { text: text.join('\n').trim(), notes, files };
}
