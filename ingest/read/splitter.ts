import { dateOfFromLine, headerStart, isFromLine, isGitLine, lineAfter, startsWithFrom } from './fromline';
import { isBlank, MAX_MAIL_BYTES, REJECT_KEPT_BYTES } from './limits';
import { bodyStart, saysMboxrd, unescapeFrom } from './unescape';

/** One mail of an mbox: its bytes as sent, and where its `From ` line and its end lie in the file. */
export interface MboxMail {
  bytes: Buffer;
  at: number;
  end: number;
  tooLong: boolean;
  /** Unix seconds of its `From ` line, if that has a date. */
  fromLine: number | null;
}

const LINE_END = 10;
/** So much of a `From ` line is looked at. */
const MAX_FROM_LINE = 512;
const RETURN = 13;
const FROM_AFTER_LINE = Buffer.from('\nFrom ');
/** A `From ` line and the line after it, twice over: with this much more, every doubt is settled. */
const LOOK_AHEAD = 2048;
const MIN_CAPACITY = 512 * 1024;
/** Of a mail that is too long, at most about this much is held. */
const EXCESS_HELD = 8 * 1024 * 1024;
/** Headers beyond this are not searched for Content-Length. */
const MAX_HEADER = 256 * 1024;
/** A Content-Length above this is not believed: waiting for its end would hold that much in memory. */
const MAX_CONTENT_LENGTH = 32 * 1024 * 1024;
const LENGTH_FIELD = Buffer.from('ength:');
const CONTENT_LENGTH = /^content-length:[ \t]{0,20}(\d{1,12})[ \t\r]{0,20}$/im;

/**
 * Cuts an mbox (mboxo, mboxrd, mboxcl; LF or CRLF) into mails as its bytes come. Mails are views of the bytes read, copied only to undo
 * `>From `. A mail begins at a `From ` line at the start of the file or after an empty line; that empty line belongs to neither mail.
 */
export class MboxSplitter {
  #bytes = Buffer.alloc(0);
  #length = 0;
  /** Where the mail under way begins in `#bytes`, and how far the search for its end has come. */
  #start = 0;
  #searched = 0;
  /** Position in the file of `#bytes[0]`. */
  #base: number;
  /** Bytes of a mail that is too long, dropped so far; the kept beginning stands in `#bytes`. */
  #dropped = 0;
  /** Whether the mail under way has shown that no Content-Length helps. */
  #noLength = false;
  /** Where the mail under way ends by its Content-Length, once that has proved right. */
  #told: number | null = null;

  /** Lines that begin with `From ` after an empty line and were taken for text. */
  kept = 0;

  constructor(at = 0) {
    this.#base = at;
  }

  push(chunk: Buffer): MboxMail[] {
    this.#append(chunk);
    return this.#cut(false);
  }

  /** The mails left at the end of the file. */
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
    this.#told = null;
  }

  /** Never moves bytes in place: mails handed out are views of them. */
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

  /** Where the next mail begins; null where the bytes so far do not tell. */
  #nextStart(final: boolean): number | null {
    const told = this.#byContentLength(final);
    if (told !== undefined) return told;
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

  /** A patch that was pasted into a mail is part of it, unless the mail is itself one of git's. */
  #begins(bytes: Buffer, at: number, final: boolean): boolean | null {
    const verdict = isFromLine(bytes, at, final);
    const isText = verdict === false || (verdict && isGitLine(bytes, at) && !isGitLine(bytes, this.#start));
    if (!isText) return verdict;
    this.kept++;
    return false;
  }

  /** `lineEnd` ends a line: whether that line is empty. */
  #afterEmptyLine(lineEnd: number): boolean {
    const before = lineEnd - (this.#bytes[lineEnd - 1] === RETURN ? 2 : 1);
    return before < this.#start || this.#bytes[before] === LINE_END;
  }

  /** mboxcl: the length a mail gives for its body, where another mail or the end of the file stands right after it. Undefined: search. */
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
    this.#told = end;
    return at;
  }

  /** The mail that ends before `next`, its `From ` line and the empty line after it taken away; null for empty lines between mails. */
  #mail(next: number): MboxMail | null {
    const whole = this.#bytes.subarray(this.#start, this.#told ?? next);
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
      bytes: unescapeFrom(this.#told === null ? withoutEmptyLine(content) : content, saysMboxrd(whole)),
    };
  }

  /** Of a mail that is too long only the beginning and the end are held: the one is kept, in the other the next mail is looked for. */
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
  const told = CONTENT_LENGTH.exec(header.toString('latin1'))?.[1];
  return told === undefined || Number(told) > MAX_CONTENT_LENGTH ? null : Number(told);
}
