/**
 * `From ` lines of mbox files (RFC 4155 and its forms in the wild). Nothing says which lines begin a mail but their shape,
 * and people write "From here on ..." in mails.
 */

const FROM = Buffer.from('From ');

/** Longest line that is looked at; sender and date need less. */
const MAX_LINE = 512;

/** `Tue Jul  6 12:00:00 2004`, with zone before or after the year, and `remote from host` of UUCP times. */
const ASCTIME =
  /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6},? {1,4}\d{1,2},? {1,4}\d{1,2}:\d\d(?::\d\d)?(?: {1,4}(?:[A-Z]{1,5}|[+-]\d{4})){0,2} {1,4}\d{2,4}(?: {1,4}(?:[A-Z]{1,5}|[+-]\d{4}))?(?: remote from \S{1,80})?\s*$/;

/** `Tue, 06 Jul 2004 12:00:00 +0000` and `2004-07-06 12:00:00`, as some exporters write. */
const OTHER_DATE =
  /(?:\b\d{1,2} {1,4}(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,4}\d{2,4}|\b\d{4}-\d\d-\d\d)[ T]{1,4}\d{1,2}:\d\d(?::\d\d)?(?:\.\d{1,9})?(?: {0,4}(?:Z|[A-Z]{2,5}|[+-]\d\d:?\d\d))?\s*$/;

/** A sender alone: `From user@host`, `From MAILER-DAEMON`, `From ???@???`, `From -`. */
const SENDER_ONLY = /^From (?:\S{1,200}@\S{1,200}|MAILER-DAEMON|-)\s*$/;

/** What a mail begins with where its `From ` line has no date to tell by. */
const FIRST_HEADER =
  /^(?:>From |(?:Return-Path|Received|From|Date|Message-ID|Subject|To|Cc|Delivered-To|Sender|Reply-To|MIME-Version|Status|X-[a-z0-9-]{1,60}|List-Id|DKIM-Signature|Content-Type):)/i;

export function startsWithFrom(bytes: Buffer, at: number): boolean {
  return at + FROM.length <= bytes.length && bytes.compare(FROM, 0, FROM.length, at, at + FROM.length) === 0;
}

/**
 * Whether the line at `at` begins a mail: it ends in a date, or it names a sender only and a header follows.
 * @returns null where `bytes` end before that can be told and more may come.
 */
export function isFromLine(bytes: Buffer, at: number, final: boolean): boolean | null {
  const line = lineAt(bytes, at, final);
  if (line === null) return null;
  if (ASCTIME.test(line.text) || OTHER_DATE.test(line.text)) return true;
  if (!SENDER_ONLY.test(line.text)) return false;
  const next = lineAt(bytes, line.end, final);
  return next === null ? null : FIRST_HEADER.test(next.text);
}

/** Position after the line that begins at `at`. */
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
