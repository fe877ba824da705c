import { unquotedName, unquotedNames } from './filename.ts';
import { lineAt, lineStarts, linesBetween } from './lines.ts';
import { BodyScanner } from './scan.ts';
import type { Segment, SegmentKind } from './segment.ts';

export { lineAt, lineStarts, linesBetween };

/** A body that has been read: its text, where its lines start (mail/lines.ts) and what they are. */
export interface Body {
  text: string;
  starts: Int32Array;
  segments: Segment[];
}

/**
 * Classifies each line of a mail's displayed text. One pass, linear time, for any text.
 * A diff ends where the line counts of its hunks say, so words after it, and `-- `, are not part of the diff.
 * If a mailer wrapped the lines of a diff, the pieces stay with the line they were cut from.
 */
export function readBody(text: string): Body {
  const starts = lineStarts(text);
  return { text, starts, segments: new BodyScanner(text, starts).segments() };
}

/** The segments of a body. */
export function classify(text: string): Segment[] {
  return readBody(text).segments;
}

/** A body split into the columns of the full-text index (db/schema.sql `search`), plus the blob names of its diffs. */
export interface IndexParts {
  own: string;
  /** Attributions, signatures, trailers, diffstats, bases, logs: everything besides the author's words, quotations and diffs. */
  aside: string;
  quoted: string;
  file: string;
  hunk: string;
  removed: string;
  added: string;
  context: string;
  /** Abbreviated blob names from lines such as `index abc..def`, without the all-zero name. */
  pre: string[];
  post: string[];
}

/** Splits a body for the full-text index, without marks (`>`, `+`, `-`) and without git's binary data. */
export function partsForIndex(body: string | Body): IndexParts {
  const { text, starts, segments } = typeof body === 'string' ? readBody(body) : body;
  const own: string[] = [];
  const aside: string[] = [];
  const quoted: string[] = [];
  const diff = {
    file: [] as string[],
    hunk: [] as string[],
    removed: [] as string[],
    added: [] as string[],
    context: [] as string[],
  };
  const blobs = { pre: [] as string[], post: [] as string[] };
  for (const { kind, start, end } of segments) {
    if (kind === 'quote') for (let i = start; i < end; i++) quoted.push(unquoted(text, starts, i));
    else if (kind === 'add') pushUnmarked(diff.added, text, starts, start, end);
    else if (kind === 'del') pushUnmarked(diff.removed, text, starts, start, end);
    else if (kind === 'context') pushUnmarked(diff.context, text, starts, start, end);
    else if (kind === 'hunk') for (let i = start; i < end; i++) pushHunk(diff.hunk, lineAt(text, starts, i));
    else if (kind === 'file') for (let i = start; i < end; i++) pushFile(diff.file, blobs, lineAt(text, starts, i));
    else if (kind === 'text') splitText(own, aside, linesBetween(text, starts, start, end));
    else if (kind !== 'binary') aside.push(linesBetween(text, starts, start, end));
  }
  return {
    own: own.join('\n'),
    aside: aside.join('\n'),
    quoted: quoted.join('\n'),
    file: diff.file.join('\n'),
    hunk: diff.hunk.join('\n'),
    removed: diff.removed.join('\n'),
    added: diff.added.join('\n'),
    context: diff.context.join('\n'),
    ...blobs,
  };
}

/** A body split for reading: each line is in one of the four parts, in the order of the mail. Git's binary data are left out. */
export interface ReadingParts {
  own: string;
  /** With their marks. */
  quoted: string;
  diff: string;
  /** The same as `aside` of IndexParts. */
  apart: string;
}

/** Splits a body for people who study mails as text. */
export function partsForReading(body: string): ReadingParts {
  const { text, starts, segments } = readBody(body);
  const parts = { own: [] as string[], quoted: [] as string[], diff: [] as string[], apart: [] as string[] };
  for (const { kind, start, end } of segments) {
    if (kind === 'binary') continue;
    const lines = linesBetween(text, starts, start, end);
    if (kind === 'text') splitText(parts.own, parts.apart, lines);
    else if (kind === 'quote') parts.quoted.push(lines);
    else if (DIFF_KINDS.has(kind)) parts.diff.push(lines);
    else parts.apart.push(lines);
  }
  return {
    own: parts.own.join('\n'),
    quoted: parts.quoted.join('\n'),
    diff: parts.diff.join('\n'),
    apart: parts.apart.join('\n'),
  };
}

const DIFF_KINDS: ReadonlySet<SegmentKind> = new Set(['file', 'hunk', 'add', 'del', 'context']);

/** A kind of line that a machine wrote, and what a text with such a line contains. */
type Logged = [line: RegExp, mark: RegExp];

/**
 * A line of the kernel's log, the line of an oops that names the process, a frame of a backtrace, a line of a configuration, a message
 * of a compiler or another tool about a file, the names of merged branches, or a header copied into the text.
 */
const LOGGED: Logged[] = [
  [
    /^\s*(?:<\d>)?\[ *\d+\.\d{4,}\]|\bComm: .{1,40} (?:Kdump: |Not tainted|Tainted: )|^\s*Modules linked in:/,
    /\[ *\d+\.\d{4}|Comm: |Modules linked/,
  ],
  [/\+0x[0-9a-f]{1,16}\/0x[0-9a-f]{1,16}/, /\+0x/],
  [/^\s*[+-]?\s*(?:# )?CONFIG_\w{1,100}(?:=| is not set)/, /CONFIG_/],
  [/^\S{1,200}(?:\.[a-z]{1,4}|:\d{1,6}): (?:fatal )?(?:error|warning|note)\b/i, /: (?:fatal )?(?:error|warning|note)/i],
  [/^\s*Merge (?:remote-tracking )?branch(?:es)? '/, /Merge /],
  [/^(?:From|To|Cc|Reply-To): .*@/i, /^(?:From|To|Cc|Reply-To): /im],
];
/** Every such line contains one of these. */
const LOG_MARK = /\[|Comm: |Modules |\+0x|CONFIG_|: (?:fatal )?(?:error|warning|note)|Merge |@/i;

/**
 * Separates a machine's output from the author's words: `Kdump: loaded` in an oops says nothing about kdump. Lines are only compared
 * with the kinds that the text may have, since most texts with a bracket or an address have none.
 */
function splitText(own: string[], aside: string[], lines: string): void {
  const kinds = LOG_MARK.test(lines) ? LOGGED.filter(([, mark]) => mark.test(lines)) : [];
  if (kinds.length === 0) {
    own.push(lines);
    return;
  }
  for (const line of lines.split('\n')) (kinds.some(([logged]) => logged.test(line)) ? aside : own).push(line);
}

/** Line `i` without its quotation marks. */
export function unquoted(text: string, starts: Int32Array, i: number): string {
  return text.slice(unquotedStart(text, starts, i), (starts[i + 1] as number) - 1);
}

/** Where line `i` begins after its quotation marks. */
export function unquotedStart(text: string, starts: Int32Array, i: number): number {
  let at = starts[i] as number;
  const end = (starts[i + 1] as number) - 1;
  let from = at;
  for (; at < end; at++) {
    const c = text.charCodeAt(at);
    if (c === 62 || c === 124) from = at + 1;
    else if (c !== 32 && (c < 65 || c > 90 || at - from > 3 || text.charCodeAt(at + 1) === 32)) break;
  }
  if (from === (starts[i] as number) && text.charCodeAt(from) === 58) from++;
  if (text.charCodeAt(from) === 32) from++;
  return Math.min(from, end);
}

/** Adds lines without their marks; a wrapped piece or an empty line has none. */
function pushUnmarked(into: string[], text: string, starts: Int32Array, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    const at = starts[i] as number;
    const c = text.charCodeAt(at);
    const marked = c === 43 || c === 45 || c === 32;
    into.push(text.slice(marked ? at + 1 : at, Math.max(at, (starts[i + 1] as number) - 1)));
  }
}

function pushHunk(into: string[], line: string): void {
  const at = line.indexOf('@@', 2);
  const words = at < 0 ? '' : line.slice(at + 2).trim();
  if (words) into.push(words);
}

function pushFile(into: string[], blobs: { pre: string[]; post: string[] }, line: string): void {
  if (line.startsWith('index ')) pushBlobs(blobs, line);
  else if (line.startsWith('diff --git ')) into.push(unquotedNames(line.slice(11)));
  else if (line.startsWith('--- ') || line.startsWith('+++ ')) {
    const name = line.slice(4).split('\t', 1)[0] as string;
    if (name !== '/dev/null') into.push(unquotedName(name));
  } else if (line.startsWith('Index: ')) into.push(line.slice(7));
  else if (line.startsWith('diff -')) into.push(line.slice(line.indexOf(' ', 5) + 1));
}

const BLOBS = /^index ([0-9a-f,]{7,200})\.\.([0-9a-f]{7,64})\b/;

function pushBlobs(blobs: { pre: string[]; post: string[] }, line: string): void {
  const found = BLOBS.exec(line);
  if (!found) return;
  for (const name of (found[1] as string).split(',')) if (!isNull(name)) blobs.pre.push(name);
  if (!isNull(found[2] as string)) blobs.post.push(found[2] as string);
}

function isNull(name: string): boolean {
  return name === '' || /^0+$/.test(name);
}
