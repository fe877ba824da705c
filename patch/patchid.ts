import { createHash } from 'node:crypto';
import { type Body, lineStarts } from '#mail/body';
import { hunkCounts } from '#mail/marks';

/** Bytes of SHA-1, which git also uses for patch ids in mails from SHA-256 repositories. */
const SIZE = 20;

/**
 * `git patch-id --stable` of a mail's first diff: 40 hex digits, or null if git finds none
 * (it starts at a line `diff ...`, so a bare `---`/`+++` diff has no id).
 * Follows git's builtin/patch-id.c: white space, line numbers and `index` lines do not count, and neither does the order of files,
 * because each file is hashed separately and the hashes are added as 160-bit little-endian numbers.
 */
export function patchId(body: Body): string | null {
  for (const { kind, start } of body.segments) {
    if (kind !== 'file') continue;
    if (body.text.startsWith('diff ', body.starts[start]))
      return patchIdsFrom(body.text, body.starts, start, 1)[0] ?? null;
  }
  return null;
}

/** All ids that `git patch-id --stable` prints for a text, in order. */
export function patchIds(text: string): string[] {
  return patchIdsFrom(text, lineStarts(text), 0, Number.POSITIVE_INFINITY);
}

function patchIdsFrom(text: string, starts: Int32Array, line: number, limit: number): string[] {
  const ids: string[] = [];
  const count = starts.length - 1;
  let at = line;
  while (at < count && ids.length < limit) {
    const reader = new PatchIdReader();
    while (at < count && reader.take(text, starts[at] as number, (starts[at + 1] as number) - 1)) at++;
    at++;
    const id = reader.finish();
    if (id) ids.push(id);
  }
  return ids;
}

const OBJECT_ID = /^(?:commit |From )?[0-9a-fA-F]{40}/;

/** Computes an id line by line, with the state of `get_one_patchid`. */
class PatchIdReader {
  private readonly sum = new Uint8Array(SIZE);
  /** Bytes of the current file, without white space. */
  private used = 0;
  private length = 0;
  /** Remaining lines of the hunk; -1 in a file's header. */
  private before = -1;
  private after = -1;
  private isBinary = false;
  private pre = '';
  private post = '';

  /** Adds a line; false if the patch ends before or with it. */
  take(text: string, start: number, end: number): boolean {
    const c = text.charCodeAt(start);
    if (c === 92 && text.charCodeAt(start + 1) === 32 && end - start > 11) return true;
    if (OBJECT_ID_START[c] && OBJECT_ID.test(text.slice(start, start + 47))) return false;
    const isDiff = c === 100 && text.startsWith('diff ', start);
    if (this.length === 0 && !isDiff) return true;
    if (this.before === -1) {
      const verdict = this.header(text, start, end, c);
      if (verdict !== null) return verdict;
    }
    if (this.isBinary) {
      if (!isDiff) return true;
      this.isBinary = false;
      this.before = -1;
      return true;
    }
    if (this.before === 0 && this.after === 0) {
      const counts =
        c === 64 && text.startsWith('@@ -', start) ? hunkCounts(text.slice(start, Math.min(end, start + 80))) : null;
      if (counts) {
        [this.before, this.after] = counts;
        return true;
      }
      if (!isDiff) return false;
      this.flush();
      this.before = this.after = -1;
    }
    if (c === 45 || c === 32) this.before--;
    if (c === 43 || c === 32) this.after--;
    this.add(text, start, end);
    return true;
  }

  /** Handles a line of a file's header: true if handled, false at the end of the patch, null if it must be hashed like any other line. */
  private header(text: string, start: number, end: number, c: number): boolean | null {
    if (text.startsWith('GIT binary patch', start) || text.startsWith('Binary files', start)) {
      this.isBinary = true;
      this.before = 0;
      this.add(this.pre, 0, this.pre.length);
      this.add(this.post, 0, this.post.length);
      this.flush();
      return true;
    }
    if (text.startsWith('index ', start)) {
      const found = /^index (.*?)\.\.([^ ]*)/.exec(text.slice(start, end));
      if (found) [this.pre, this.post] = [(found[1] as string).slice(0, 64), (found[2] as string).slice(0, 64)];
      return true;
    }
    if (text.startsWith('--- ', start)) this.before = this.after = 1;
    else if (!((c >= 97 && c <= 122) || (c >= 65 && c <= 90))) return false;
    return null;
  }

  /** Adds a line as UTF-8, without white space (git's isspace: space, tab, CR, LF). */
  private add(text: string, start: number, end: number): void {
    if (this.used + (end - start) * 3 > buffer.length) buffer = grown(buffer, this.used + (end - start) * 3);
    const from = this.used;
    const bytes = buffer;
    let at = from;
    for (let i = start; i < end; i++) {
      const c = text.charCodeAt(i);
      if (c > 32 && c < 128) bytes[at++] = c;
      else if (c >= 128) {
        const point = text.codePointAt(i) as number;
        at += encoder.encodeInto(String.fromCodePoint(point), bytes.subarray(at)).written;
        if (point > 0xffff) i++;
      } else if (c !== 32 && c !== 9 && c !== 13 && c !== 10) bytes[at++] = c;
    }
    this.used = at;
    this.length += at - from;
  }

  /** Adds the hash of the collected bytes to the sum. */
  private flush(): void {
    const hash = createHash('sha1').update(buffer.subarray(0, this.used)).digest();
    let carry = 0;
    for (let i = 0; i < SIZE; i++) {
      carry += (this.sum[i] as number) + (hash[i] as number);
      this.sum[i] = carry & 255;
      carry >>= 8;
    }
    this.used = 0;
  }

  finish(): string | null {
    if (this.length === 0) return null;
    this.flush();
    return Buffer.from(this.sum).toString('hex');
  }
}

/** The first characters of lines that may name an object: hex digits, `commit`, `From`. */
const OBJECT_ID_START = Uint8Array.from({ length: 65536 }, (_, c) =>
  /[0-9a-fA-F]/.test(String.fromCharCode(c)) || c === 99 || c === 70 ? 1 : 0,
);
const encoder = new TextEncoder();
let buffer = new Uint8Array(1 << 16);

function grown(old: Uint8Array, needed: number): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(Math.max(old.length * 2, needed));
  next.set(old);
  return next;
}
