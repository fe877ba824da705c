import { parseDate } from '#mail/date';

/**
 * `From ` lines of mbox files (RFC 4155 and forms in the wild). Only their form shows which lines begin a mail, and people also
 * write "From here on ..." in mails.
 */

const FROM = Buffer.from('From ');

/** Longer lines are not examined; sender and date need less. */
const MAX_LINE = 512;

/** `Tue Jul  6 12:00:00 2004`, with zone before or after the year, and `remote from host` of UUCP times. */
const ASCTIME =
  /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6},? {1,4}\d{1,2},? {1,4}\d{1,2}:\d\d(?::\d\d)?(?: {1,4}(?:[A-Z]{1,5}|[+-]\d{4})){0,2} {1,4}\d{2,4}(?: {1,4}(?:[A-Z]{1,5}|[+-]\d{4}))?(?: remote from \S{1,80})?\s*$/;

/** `Tue, 06 Jul 2004 12:00:00 +0000` and `2004-07-06 12:00:00`, as some exporters write. */
const OTHER_DATE =
  /(?:\b\d{1,2} {1,4}(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,4}\d{2,4}|\b\d{4}-\d\d-\d\d)[ T]{1,4}\d{1,2}:\d\d(?::\d\d)?(?:\.\d{1,9})?(?: {0,4}(?:Z|[A-Z]{2,5}|[+-]\d\d:?\d\d))?\s*$/;

/** A sender, with anything after it: `From user@host`, `From MAILER-DAEMON`, `From ???@???`, `From -`, and `From ` alone. */
const SENDER = /^From (?:\s*$|(?:\S{1,200}(?:@| at )\S{1,200}|MAILER-DAEMON|-)(?:\s.{0,200})?$)/;
/** A sender and a weekday, as every program writes them: a mail begins here even if no header follows. */
const SENDER_AND_DATE = /^From \S{1,200}(?: at \S{1,200})? {1,4}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? /;
/** The first line of a patch from git format-patch, with a constant date; not a mail of an archive (git-format-patch(1), "Discussion"). */
const GIT_PATCH = /^From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001\s*$/;

/** The first header that a mail must have if its `From ` line has no date. */
const FIRST_HEADER =
  /^(?:>From |(?:Return-Path|Received|From|Date|Message-ID|Subject|To|Cc|Delivered-To|Sender|Reply-To|MIME-Version|Status|X-[a-z0-9-]{1,60}|List-Id|DKIM-Signature|Content-Type):)/i;
const FIELD = /^[!-9;-~]{1,100}[ \t]{0,4}:/;

/** Empty lines allowed between a `From ` line and the header. */
const MAX_EMPTY = 2;

export function startsWithFrom(bytes: Buffer, at: number): boolean {
  return at + FROM.length <= bytes.length && bytes.compare(FROM, 0, FROM.length, at, at + FROM.length) === 0;
}

/** Whether the line at `at` is the first line of a patch from git format-patch. */
export function isGitLine(bytes: Buffer, at: number): boolean {
  return GIT_PATCH.test(lineAt(bytes, at, true)?.text ?? '');
}

/**
 * Whether the line at `at` begins a mail: headers follow it, and it has a date or at least a sender. People write "From ..." in prose,
 * also with dates, but without headers below.
 * @returns null if `bytes` end before this can be decided and more may follow
 */
export function isFromLine(bytes: Buffer, at: number, final: boolean): boolean | null {
  const line = lineAt(bytes, at, final);
  if (line === null) return null;
  const isDated = ASCTIME.test(line.text) || OTHER_DATE.test(line.text);
  if (isDated && SENDER_AND_DATE.test(line.text) && !GIT_PATCH.test(line.text)) return true;
  if (!isDated && !SENDER.test(line.text)) return false;
  const next = headerBelow(bytes, line.end, final);
  if (next === null) return null;
  return (isDated ? FIELD : FIRST_HEADER).test(next) || next.startsWith('>From ');
}

/** The first line below that is not empty; null if it has not been read yet. */
function headerBelow(bytes: Buffer, from: number, final: boolean): string | null {
  let at = from;
  for (let n = 0; n <= MAX_EMPTY; n++) {
    const next = lineAt(bytes, at, final);
    if (next === null) return null;
    if (next.text.trim() !== '' || next.end === at) return next.text;
    at = next.end;
  }
  return '';
}

/** The position of the header of a mail whose `From ` line ends at `at`: after empty lines, if headers follow them. */
export function headerStart(bytes: Buffer, at: number): number {
  let start = at;
  while (start < at + 2 * MAX_EMPTY && (bytes[start] === 10 || (bytes[start] === 13 && bytes[start + 1] === 10)))
    start++;
  if (start === at) return at;
  const first = lineAt(bytes, start, true)?.text ?? '';
  return FIRST_HEADER.test(first) ? start : at;
}

/** Unix seconds of the date in a `From ` line, in UTC if it names no zone; null for the constant dates of git and public-inbox. */
export function dateOfFromLine(line: string): number | null {
  if (GIT_PATCH.test(line) || line.startsWith('From mboxrd@z ')) return null;
  return parseDate(line.replace(/^From \S{0,200}(?: at \S{1,200})?\s*/, ' '))?.at ?? null;
}

/** The position after the line that begins at `at`. */
export function lineAfter(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(10, at);
  return end < 0 ? bytes.length : end + 1;
}

function lineAt(bytes: Buffer, at: number, final: boolean): { text: string; end: number } | null {
  const window = bytes.subarray(at, at + MAX_LINE);
  const end = window.indexOf(10);
  if (end < 0 && window.length < MAX_LINE && !final) return null;
  return end < 0
    ? { text: window.toString('latin1'), end: at + window.length }
    : { text: window.toString('latin1', 0, end), end: at + end + 1 };
}
