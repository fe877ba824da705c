import { readdirSync, readFileSync } from 'node:fs';
import type { FilePatch } from './diff';
import { type SampleMail, SECOND_LIST } from './mail';
import { PEOPLE } from './people';
import { converse, type Turn } from './thread';

/** `../samples/` from here and from the bundle in dist/. */
const FOLDER = new URL('../samples/threads/', import.meta.url);

/**
 * Threads written as text, each in a file of samples/threads/:
 *
 *   # 2009-06-02 06:40                       time of the first mail, UTC
 *   # ringlog: oops on the first wrap        the subject
 *
 *   == KEY AUTHOR [to KEY] [+HOURS] [SUBJECT]
 *   the text, in the form that samples/thread.ts reads
 *   %absent                                  was answered, but is not in the archive
 *   %also                                    also posted on the second list
 *   %notes the text below ---
 *   %%% PATH LINE [FUNCTION]                 begins a hunk, `new` for LINE a new file; an empty line ends it
 *
 * @throws Error with the file and the line that is malformed
 */
export function writtenThreads(): SampleMail[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .flatMap((name) => threadOf(name, readFileSync(new URL(name, FOLDER), 'utf8')));
}

/** The mails of a file; each begins at its `==`. */
const mailsOf = (text: string) => text.split(/^(?=== )/m).filter((part) => part.startsWith('== '));

const HEAD = /^== (\w+) (\w+)(?: to (\w+))?(?: \+(\d+))?(?: (.+))?$/;

function threadOf(name: string, text: string): SampleMail[] {
  const [when = '', subject = ''] = text.split('\n').map((line) => line.replace(/^# /, ''));
  const start = Date.parse(`${when.replace(' ', 'T')}:00Z`) / 1000;
  if (!Number.isFinite(start)) throw new Error(`${name}: the first line is not a date: ${when}`);
  return converse(
    name.replace(/\.txt$/, ''),
    start,
    subject,
    mailsOf(text).map((part) => turnOf(name, part)),
  );
}

function turnOf(name: string, part: string): Turn {
  const [head = '', ...lines] = part.split('\n');
  const found = HEAD.exec(head);
  const from = found?.[2] as keyof typeof PEOPLE;
  if (!found || !(from in PEOPLE)) throw new Error(`${name}: not understood: ${head}`);
  const [, key = '', , to, after = '0', subject] = found;
  const { text, notes, files, absent, also } = split(name, lines);
  return {
    key,
    from,
    after: Number(after),
    text,
    ...(absent ? { absent } : {}),
    ...(also ? { alsoOn: SECOND_LIST } : {}),
    ...(to ? { to } : {}),
    ...(subject ? { subject } : {}),
    ...(files.length ? { patch: { notes, files } } : {}),
  };
}

interface Parts {
  text: string;
  notes: string;
  files: FilePatch[];
  absent: boolean;
  also: boolean;
}

function split(name: string, lines: string[]): Parts {
  const flags = new Set<string>(lines.filter((line) => line === '%absent' || line === '%also'));
  const text: string[] = [];
  const files: FilePatch[] = [];
  let notes = '';
  for (const line of lines.filter((one) => !flags.has(one))) {
    const hunk = files.at(-1)?.hunks.at(-1);
    if (line.startsWith('%notes ')) notes = line.slice('%notes '.length);
    else if (line.startsWith('%%% ')) beginHunk(name, line, files);
    else if (!hunk) text.push(line);
    else if (/^[ +-]/.test(line)) hunk.lines.push(line);
    else if (line.startsWith('\t')) hunk.lines.push(` ${line}`);
    else if (line !== '') throw new Error(`${name}: not a line of a hunk: ${line}`);
  }
  return { text: text.join('\n').trimEnd(), notes, files, absent: flags.has('%absent'), also: flags.has('%also') };
}

function beginHunk(name: string, line: string, files: FilePatch[]): void {
  const [, path, at, of] = /^%%% (\S+) (\d+|new)(?: (.+))?$/.exec(line) ?? [];
  if (!path) throw new Error(`${name}: not the beginning of a hunk: ${line}`);
  const hunk = { line: Number(at) || 1, ...(of ? { of } : {}), lines: [] };
  const last = files.at(-1);
  if (last?.path === path) last.hunks.push(hunk);
  else files.push({ path, hunks: [hunk], ...(at === 'new' ? { created: true } : {}) });
}

/** A reply to a patch of a version (0: to its cover letter), or to another reply of that version (`to`, counted from 1). */
export interface Answer {
  version: number;
  patch: number;
  to?: number;
  from: keyof typeof PEOPLE;
  hours: number;
  text: string;
  /** A quoted line of the mail that it answers. */
  quote?: string;
  trailers?: string;
}

const LETTER = /^== (\d)(?:\.(\d)(?:\.(\d))?)? (\w+)(?: \+(\d+))?\n(?:> (.*)\n\n)?/;

/**
 * Cover letters and replies of the series of samples/series.ts, read from samples/jump.txt: `== VERSION AUTHOR` begins the
 * text of a cover letter, `== VERSION.PATCH[.ANSWER] AUTHOR +HOURS` a reply. The first line of a reply may be a quotation,
 * its last paragraph may be trailers.
 *
 * @throws Error with the line that is malformed
 */
export function jumpTexts(): { news: string[]; answers: Answer[] } {
  const news: string[] = [];
  const answers: Answer[] = [];
  for (const part of mailsOf(readFileSync(new URL('../jump.txt', FOLDER), 'utf8'))) {
    const found = LETTER.exec(part);
    const from = found?.[4] as keyof typeof PEOPLE;
    if (!found || !(from in PEOPLE)) throw new Error(`jump.txt: not understood: ${part.split('\n')[0]}`);
    const [head, version, patch, to, , hours, quote] = found;
    const text = part.slice(head.length).trimEnd();
    if (patch === undefined) news.push(text);
    else {
      const [said = '', trailers] = text.split(/\n\n(?=[\w-]+-by: )/);
      answers.push({
        version: Number(version),
        patch: Number(patch),
        from,
        hours: Number(hours),
        text: said,
        ...(to ? { to: Number(to) } : {}),
        ...(quote ? { quote } : {}),
        ...(trailers ? { trailers } : {}),
      });
    }
  }
  return { news, answers };
}

/** A patch of the series; `files` is its diff in one of the versions. */
export interface Piece {
  title: string;
  message: string;
  files: (version: number) => FilePatch[];
}

/**
 * The patches of the series of samples/series.ts, read from samples/jump-patches.txt: `== TITLE`, the commit message, and hunks as in
 * samples/threads/. Lines between `%v2-` and `%end` are only in versions 2 and later, those between `%v1-2` and `%end` in versions 1 and 2.
 *
 * @throws Error with the line that is malformed
 */
export function jumpPatches(): Piece[] {
  return mailsOf(readFileSync(new URL('../jump-patches.txt', FOLDER), 'utf8')).map((part) => {
    const [head = '', ...lines] = part.split('\n');
    const files = (version: number) => split('jump-patches.txt', linesOf(version, lines)).files;
    return { title: head.slice('== '.length), message: split('jump-patches.txt', linesOf(1, lines)).text, files };
  });
}

function linesOf(version: number, lines: string[]): string[] {
  let isIn = true;
  return lines.filter((line) => {
    const [mark, from, to] = /^%(?:v(\d)-(\d?)|end)$/.exec(line) ?? [];
    if (mark) isIn = !from || (version >= Number(from) && version <= Number(to || 9));
    return !mark && isIn;
  });
}
