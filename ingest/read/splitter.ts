import { dateOfFromLine, headerStart, isFromLine, isGitLine, lineAfter, startsWithFrom } from './fromline';
import { isBlank, MAX_MAIL_BYTES, REJECT_KEPT_BYTES } from './limits';
import { bodyStart, saysMboxrd, unescapeFrom } from './unescape';

/** A mail in an mbox: its bytes as sent, and the positions of its `From ` line and its end in the file. */
export interface MboxMail {
  bytes: Buffer;
  at: number;
  end: number;
  tooLong: boolean;
  /** The date in its `From ` line in Unix seconds, if it has one. */
  fromLine: number | null;
}

const LINE_END = 10;
/** Bytes of a `From ` line that are examined. */
const MAX_FROM_LINE = 512;
const RETURN = 13;
const FROM_AFTER_LINE = Buffer.from('\nFrom ');
/** Twice the length of a `From ` line and the next line: enough to decide in every case. */
const LOOK_AHEAD = 2048;
const MIN_CAPACITY = 512 * 1024;
/** About the most that is kept in memory of a mail that is too long. */
const EXCESS_HELD = 8 * 1024 * 1024;
/** Bytes of headers that are searched for Content-Length. */
const MAX_HEADER = 256 * 1024;
/** A larger Content-Length is ignored: waiting for the end would need that much memory. */
const MAX_CONTENT_LENGTH = 32 * 1024 * 1024;
const LENGTH_FIELD = Buffer.from('ength:');
const CONTENT_LENGTH = /^content-length:[ \t]{0,20}(\d{1,12})[ \t\r]{0,20}$/im;

/**
 * Splits an mbox (mboxo, mboxrd, mboxcl; LF or CRLF) into mails while it is read. Mails are views of the bytes, copied only to unescape
 * `>From `. A mail begins at a `From ` line at the start of the file or after an empty line, which belongs to neither mail.
 */
export class MboxSplitter {
  #bytes = Buffer.alloc(0);
  #length = 0;
  /** The start of the current mail in `#bytes`; and below, how far its end has been searched. */
  #start = 0;
  #searched = 0;
  /** The position of `#bytes[0]` in the file. */
  #base: number;
  /** Dropped bytes of a mail that is too long; its beginning stays in `#bytes`. */
  #dropped = 0;
  /** Whether the current mail has no usable Content-Length. */
  #noLength = false;
  /** The end of the current mail according to its Content-Length, once that is known to be right. */
  #statedEnd: number | null = null;

  /** The number of lines that begin with `From ` after an empty line and were treated as text. */
  kept = 0;

  constructor(at = 0) {
    this.#base = at;
  }

  push(chunk: Buffer): MboxMail[] {
    this.#append(chunk);
    return this.#cut(false);
  }

  /** The remaining mails at the end of the file. */
  end(): MboxMail[] {
    const mails = this.#cut(true);
    if (this.#start < this.#length) this.#finish(this.#length, mails);
    return mails;
  }

  #finish(next: number, mails: MboxMail[]): void {
    const mail = this.#mail(next);
    if (mail) mails.push(mail);
    this.#start = next;
    this.#searched = next;
    this.#dropped = 0;
    this.#noLength = false;
    this.#statedEnd = null;
  }

  /** Appends a chunk without moving bytes in place, because returned mails are views of them. */
  #append(chunk: Buffer): void {
    if (this.#length + chunk.length > this.#bytes.length) {
      const kept = this.#bytes.subarray(this.#start, this.#length);
      const grown = Buffer.allocUnsafeSlow(Math.max(MIN_CAPACITY, 2 * (kept.length + chunk.length)));
      kept.copy(grown);
      this.#base += this.#start;
      this.#searched -= this.#start;
      this.#length = kept.length;
      this.#start = 0;
      this.#bytes = grown;
    }
    this.#length += chunk.copy(this.#bytes, this.#length);
  }

  #cut(final: boolean): MboxMail[] {
    const mails: MboxMail[] = [];
    for (;;) {
      const next = this.#nextStart(final);
      if (next === null) break;
      this.#finish(next, mails);
    }
    this.#dropExcess();
    return mails;
  }

  /** The start of the next mail; null if more bytes are needed. */
  #nextStart(final: boolean): number | null {
    const stated = this.#byContentLength(final);
    if (stated !== undefined) return stated;
    const bytes = this.#bytes.subarray(0, this.#length);
    for (;;) {
      const hit = bytes.indexOf(FROM_AFTER_LINE, this.#searched);
      if (hit < 0) {
        this.#searched = Math.max(this.#searched, this.#length - FROM_AFTER_LINE.length + 1);
        return null;
      }
      const verdict = this.#afterEmptyLine(hit) ? this.#begins(bytes, hit + 1, final) : false;
      this.#searched = verdict === null ? hit : hit + 1;
      if (verdict !== false) return verdict ? hit + 1 : null;
    }
  }

  /** Whether a mail begins here. A patch pasted into a mail is part of it, unless the mail itself is a patch from git. */
  #begins(bytes: Buffer, at: number, final: boolean): boolean | null {
    const verdict = isFromLine(bytes, at, final);
    const isText = verdict === false || (verdict && isGitLine(bytes, at) && !isGitLine(bytes, this.#start));
    if (!isText) return verdict;
    this.kept++;
    return false;
  }

  /** Whether the line that ends at `lineEnd` is empty. */
  #afterEmptyLine(lineEnd: number): boolean {
    const before = lineEnd - (this.#bytes[lineEnd - 1] === RETURN ? 2 : 1);
    return before < this.#start || this.#bytes[before] === LINE_END;
  }

  /** mboxcl: the end by the mail's Content-Length, if another mail or the end of the file follows there. Undefined: search for it. */
  #byContentLength(final: boolean): number | null | undefined {
    if (this.#noLength || this.#dropped) return undefined;
    const bytes = this.#bytes.subarray(this.#start, Math.min(this.#length, this.#start + MAX_HEADER));
    const body = bodyStart(bytes);
    if (body === bytes.length && !final && bytes.length < MAX_HEADER) return null;
    this.#noLength = true;
    const length = contentLength(bytes.subarray(0, body));
    if (length === null) return undefined;
    const end = this.#start + body + length;
    if (!final && end + LOOK_AHEAD > this.#length) {
      this.#noLength = false;
      return null;
    }
    return this.#landsOnMail(end);
  }

  #landsOnMail(end: number): number | undefined {
    if (end > this.#length) return undefined;
    const bytes = this.#bytes.subarray(0, this.#length);
    let at = end;
    if (bytes[at] === RETURN) at++;
    if (bytes[at] === LINE_END) at++;
    if (at < this.#length && !(startsWithFrom(bytes, at) && isFromLine(bytes, at, true))) return undefined;
    this.#statedEnd = end;
    return at;
  }

  /** The mail that ends before `next`, without its `From ` line and the empty line after it; null for empty lines between mails. */
  #mail(next: number): MboxMail | null {
    const whole = this.#bytes.subarray(this.#start, this.#statedEnd ?? next);
    const tooLong = this.#dropped > 0;
    const hasFrom = startsWithFrom(whole, 0);
    const fromLine = hasFrom
      ? dateOfFromLine(whole.toString('latin1', 0, Math.min(lineAfter(whole, 0), MAX_FROM_LINE)))
      : null;
    const place = { at: this.#base + this.#start - this.#dropped, end: this.#base + next, tooLong, fromLine };
    if (tooLong) return { ...place, bytes: Buffer.from(whole.subarray(0, REJECT_KEPT_BYTES)) };
    if (!hasFrom && isBlank(whole)) return null;
    const content = whole.subarray(hasFrom ? headerStart(whole, lineAfter(whole, 0)) : 0);
    return {
      ...place,
      bytes: unescapeFrom(this.#statedEnd === null ? withoutEmptyLine(content) : content, saysMboxrd(whole)),
    };
  }

  /** Keeps only the beginning of a mail that is too long, and its end, in which the next mail is searched. */
  #dropExcess(): void {
    const held = this.#length - this.#start;
    if (held + this.#dropped <= MAX_MAIL_BYTES || held < EXCESS_HELD) return;
    const tail = Math.max(this.#searched - 2, this.#start + REJECT_KEPT_BYTES);
    if (tail <= this.#start + REJECT_KEPT_BYTES) return;
    const kept = Buffer.concat([
      this.#bytes.subarray(this.#start, this.#start + REJECT_KEPT_BYTES),
      this.#bytes.subarray(tail, this.#length),
    ]);
    const gone = held - kept.length;
    this.#base += this.#start + gone;
    this.#searched -= this.#start + gone;
    this.#dropped += gone;
    this.#bytes = kept;
    this.#length = kept.length;
    this.#start = 0;
  }
}

function withoutEmptyLine(mail: Buffer): Buffer {
  const end = mail.length;
  if (mail[end - 1] !== LINE_END) return mail;
  const line = mail[end - 2] === RETURN ? 2 : 1;
  return end === line || mail[end - line - 1] === LINE_END ? mail.subarray(0, end - line) : mail;
}

function contentLength(header: Buffer): number | null {
  if (header.indexOf(LENGTH_FIELD) < 0) return null;
  const length = CONTENT_LENGTH.exec(header.toString('latin1'))?.[1];
  return length === undefined || Number(length) > MAX_CONTENT_LENGTH ? null : Number(length);
}
