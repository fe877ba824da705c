import { attributionEnd, attributionStart, isHeaderBlockStart, isReplyHeader } from './attribution.ts';
import { hasInitials, hunkCounts, isDigit, isKeyChar } from './marks.ts';
import type { Segment, SegmentKind } from './segment.ts';

/** Line kinds by number, so that one byte per line holds them while scanning. */
const KINDS: SegmentKind[] = [
  'text',
  'attribution',
  'quote',
  'signature',
  'trailers',
  'diffstat',
  'file',
  'hunk',
  'add',
  'del',
  'context',
  'binary',
  'base',
];
const TEXT = 0;
const ATTRIBUTION = 1;
const QUOTE = 2;
const SIGNATURE = 3;
const TRAILERS = 4;
const DIFFSTAT = 5;
const FILE = 6;
const HUNK = 7;
const ADD = 8;
const DEL = 9;
const CONTEXT = 10;
const BINARY = 11;
const BASE = 12;

/** A signature mark without the space after the dashes counts only this close to the end. */
const BARE_SIGNATURE_LINES = 12;
/** How far below a plain `diff -u` line its `---` may be. */
const PLAIN_DIFF_LINES = 4;
/** Longer keys of trailers are not examined. */
const TRAILER_KEY = 40;
/** Longer diffstat lines are not examined. */
const DIFFSTAT_LINE = 400;

const GIT_HEADER =
  /^(?:index [0-9a-f]|(?:old|new|new file|deleted file) mode |(?:copy|rename) (?:from|to) |(?:dis)?similarity index |Binary files |Only in |={60})/;
const TRAILER_KEYS = new Set(
  'cc fixes closes link bug bugzilla buglink references change-id message-id reviewed-by: bisected git-tree commit-id gitweb committer author authordate committerdate patchwork-id fixes-commit supersedes depends-on based-on'.split(
    ' ',
  ),
);
const BASE_LINE =
  /^(?:base-commit|change-id|prerequisite-patch-id|prerequisite-change-id|prerequisite-message-id|X-Change-ID|base-tree|base): ?[\w.:/@-]+$/;

/** Scans the lines of a body once; `kinds` and `depths` have a byte per line. */
export class BodyScanner {
  private readonly count: number;
  private readonly kinds: Uint8Array;
  private readonly depths: Uint8Array;
  /** Remaining lines of the open hunk, old and new side. */
  private oldLeft = 0;
  private newLeft = 0;
  private inSignature = false;
  private attributed = false;

  constructor(
    private readonly text: string,
    private readonly starts: Int32Array,
  ) {
    this.count = starts.length - 1;
    this.kinds = new Uint8Array(this.count);
    this.depths = new Uint8Array(this.count);
  }

  segments(): Segment[] {
    let i = 0;
    while (i < this.count) i = this.step(i);
    return this.runs();
  }

  /** Classifies line `i` and perhaps some after it; returns the next line to look at. */
  private step(i: number): number {
    if (this.oldLeft > 0 || this.newLeft > 0) {
      if (this.hunkLine(i)) return i + 1;
      this.oldLeft = this.newLeft = 0;
    }
    const start = this.starts[i] as number;
    const next = this.diffStart(i, this.text.charCodeAt(start));
    if (next > i) {
      this.inSignature = false;
      return next;
    }
    return this.prose(i, start);
  }

  /** Classifies and counts a line of the open hunk. False if the hunk breaks off here. */
  private hunkLine(i: number): boolean {
    const start = this.starts[i] as number;
    const c = this.text.charCodeAt(start);
    const length = (this.starts[i + 1] as number) - 1 - start;
    if (length === 0 || c === 32 || c === 9 || c === 13) return this.counted(i, CONTEXT, 1, 1);
    if (c === 43) return this.counted(i, ADD, 0, 1);
    if (c === 45) return this.isCutOff(i) ? false : this.counted(i, DEL, 1, 0);
    if (c === 92) return this.counted(i, CONTEXT, 0, 0);
    if (c === 64 && this.isHunkHeader(i)) return false;
    if (c === 100 && this.at(i, 'diff -')) return false;
    return this.isWrapped(i) ? this.counted(i, this.kinds[i - 1] as number, 0, 0) : false;
  }

  private counted(i: number, kind: number, old: number, added: number): boolean {
    if ((old > 0 && this.oldLeft <= 0) || (added > 0 && this.newLeft <= 0)) return false;
    this.kinds[i] = kind;
    this.oldLeft -= old;
    this.newLeft -= added;
    return true;
  }

  /** Finds `-- ` with git's version below it although the hunk should have more lines: the diff was cut short. */
  private isCutOff(i: number): boolean {
    return (
      this.isSignatureMark(i) &&
      i + 1 < this.count &&
      isDigit(this.text.charCodeAt(this.starts[i + 1] as number)) &&
      i + 4 > this.count
    );
  }

  /** Whether a mailer wrapped the line above: the diff continues after it. */
  private isWrapped(i: number): boolean {
    const above = this.kinds[i - 1] as number;
    if (i === 0 || above < ADD || above > CONTEXT || i + 1 >= this.count) return false;
    const c = this.text.charCodeAt(this.starts[i + 1] as number);
    return c === 32 || c === 43 || c === 45 || c === 64;
  }

  /** Diff lines that need no open hunk. Returns the line after them, or `i` if there are none. */
  private diffStart(i: number, c: number): number {
    if (c === 64) return this.isHunkHeader(i) ? this.openHunk(i) : i;
    if (c === 100) return this.at(i, 'diff --git ') || this.isPlainDiff(i) ? this.fileHeader(i) : i;
    if (c === 45) return this.at(i, '--- ') && i + 1 < this.count && this.at(i + 1, '+++ ') ? this.fileHeader(i) : i;
    if (c === 73)
      return this.at(i, 'Index: ') && i + 1 < this.count && this.at(i + 1, '=====') ? this.fileHeader(i) : i;
    if (c === 71) return this.at(i, 'GIT binary patch') ? this.binary(i) : i;
    if (c === 92)
      return this.at(i, '\\ No newline') && i > 0 && (this.kinds[i - 1] as number) >= ADD ? this.mark(i, CONTEXT) : i;
    return i;
  }

  /** `diff -u a b` counts if a `---` line, or a line that git prints, is just below. */
  private isPlainDiff(i: number): boolean {
    if (!this.at(i, 'diff -')) return false;
    for (let j = i + 1; j < this.count && j <= i + PLAIN_DIFF_LINES; j++) {
      if (this.at(j, '--- ') || this.at(j, 'Binary files ') || this.at(j, 'diff -')) return true;
    }
    return false;
  }

  private fileHeader(i: number): number {
    this.kinds[i] = FILE;
    let j = i + 1;
    for (; j < this.count; j++) {
      const c = this.text.charCodeAt(this.starts[j] as number);
      const isName =
        (c === 45 && this.at(j, '--- ') && j + 1 < this.count && this.at(j + 1, '+++ ')) ||
        (c === 43 && this.at(j, '+++ '));
      if (!isName && !GIT_HEADER.test(this.head(j, 80))) break;
      this.kinds[j] = FILE;
    }
    return j;
  }

  /** git's base85 data: each block ends with an empty line. */
  private binary(i: number): number {
    this.kinds[i] = BINARY;
    let j = i + 1;
    while (j < this.count && (this.at(j, 'literal ') || this.at(j, 'delta '))) {
      for (; j < this.count && !this.isEmpty(j); j++) this.kinds[j] = BINARY;
      if (j < this.count) this.kinds[j++] = BINARY;
    }
    return j;
  }

  private openHunk(i: number): number {
    const counts = hunkCounts(this.head(i, 80)) as [number, number];
    this.oldLeft = counts[0];
    this.newLeft = counts[1];
    return this.mark(i, HUNK);
  }

  private isHunkHeader(i: number): boolean {
    return this.at(i, '@@ -') && hunkCounts(this.head(i, 80)) !== null;
  }

  /** Lines outside diffs. */
  private prose(i: number, start: number): number {
    const end = (this.starts[i + 1] as number) - 1;
    if (end === start) return this.mark(i, this.inSignature ? SIGNATURE : TEXT);
    const c = this.text.charCodeAt(start);
    const depth = this.quoteDepth(start, end, c);
    if (depth > 0 && !this.isSupercite(i, end)) {
      this.depths[i] = Math.min(depth, 255);
      this.inSignature = false;
      return this.mark(i, QUOTE);
    }
    if (this.closesAttribution(i, end)) return this.attribution(i);
    if (isHeaderBlockStart(this.text, start, end)) return this.headerBlock(i);
    if (this.inSignature) return this.mark(i, this.keyed(i, start, end) === BASE ? BASE : SIGNATURE);
    if (c === 45 && this.isSignature(i)) return this.signature(i);
    if (c === 95 && end - start >= 40 && this.at(i, '_'.repeat(40))) return this.signature(i);
    if (c === 32 && this.isDiffstat(start, end)) return this.mark(i, DIFFSTAT);
    return this.mark(i, this.keyed(i, start, end));
  }

  /** The number of quotation marks before a line; 0 if it is not quoted. */
  private quoteDepth(start: number, end: number, c: number): number {
    const text = this.text;
    let at = start;
    if (c === 32) {
      // " > text", as some mailers write: one space, then a mark that a space or mark follows.
      if (text.charCodeAt(at + 1) !== 62) return 0;
      const after = text.charCodeAt(at + 2);
      if (at + 2 < end && after !== 32 && after !== 62) return 0;
      at++;
    } else if (c !== 62) {
      if (!this.attributed) return 0;
      if (c === 58) return text.charCodeAt(start + 1) === 32 ? 1 : 0;
      if (c === 124) {
        const next = text.charCodeAt(start + 1);
        return (next === 32 || next === 62) && text.charCodeAt(end - 1) !== 124 ? 1 : 0;
      }
      return hasInitials(text, start, end) ? 1 : 0;
    }
    let depth = 0;
    for (; at < end; at++) {
      const mark = text.charCodeAt(at);
      if (mark === 62 || (mark === 124 && depth > 0 && text.charCodeAt(at + 1) === 32)) depth++;
      else if (mark !== 32) break;
    }
    return depth;
  }

  private closesAttribution(i: number, end: number): boolean {
    const last = this.text.charCodeAt(end - 1);
    if (last !== 58 && last !== 0xff1a && last !== 32 && last !== 46) return false;
    return attributionEnd(this.text, this.starts[i] as number, end);
  }

  /** Supercite marks its attribution: `>>>>> "AM" == Andrew Morton <...> writes:`. */
  private isSupercite(i: number, end: number): boolean {
    return this.at(i, '>>>>> "') && this.closesAttribution(i, end);
  }

  /** Adds the lines above that belong to the attribution ending at line `i`. */
  private attribution(i: number): number {
    const first = attributionStart(
      this.text,
      this.starts,
      i,
      (j) => (this.kinds[j] as number) === TEXT || (this.kinds[j] as number) === SIGNATURE,
    );
    for (let j = first; j <= i; j++) this.kinds[j] = ATTRIBUTION;
    this.inSignature = false;
    this.attributed = true;
    return i + 1;
  }

  /** "-----Original Message-----" or "From: / Sent: / To:" and the header lines below. */
  private headerBlock(i: number): number {
    let j = i + 1;
    while (j < this.count && this.isEmpty(j) && j < i + 3) j++;
    const first = j;
    while (j < this.count && isReplyHeader(this.text, this.starts[j] as number)) j++;
    const isRule = this.text.charCodeAt(this.starts[i] as number) === 45;
    if (!isRule && j - first < 2) return this.mark(i, this.inSignature ? SIGNATURE : TEXT);
    const end = j > first ? j : i + 1;
    for (let k = i; k < end; k++) this.kinds[k] = ATTRIBUTION;
    this.inSignature = false;
    this.attributed = true;
    return end;
  }

  private signature(i: number): number {
    this.inSignature = true;
    return this.mark(i, SIGNATURE);
  }

  private isSignature(i: number): boolean {
    if (!this.isSignatureMark(i)) return false;
    const length = (this.starts[i + 1] as number) - 1 - (this.starts[i] as number);
    return length === 3 || this.count - i <= BARE_SIGNATURE_LINES;
  }

  private isSignatureMark(i: number): boolean {
    const start = this.starts[i] as number;
    const length = (this.starts[i + 1] as number) - 1 - start;
    return this.at(i, '--') && (length === 2 || (length === 3 && this.text.charCodeAt(start + 2) === 32));
  }

  /** ` path | 12 ++--`, ` 3 files changed, ...`, ` create mode 100644 path` and similar lines. */
  private isDiffstat(start: number, end: number): boolean {
    if (end - start > DIFFSTAT_LINE) return false;
    const text = this.text;
    for (let at = end - 1; at > start + 1; at--) {
      const c = text.charCodeAt(at);
      if (c === 124)
        return text.charCodeAt(at - 1) === 32 && /^ +(?:\d+ ?[+-]*\s*|Bin\b.*)$/.test(text.slice(at + 1, end));
    }
    const second = text.charCodeAt(start + 1);
    if (isDigit(second)) return /^ \d+ files? changed/.test(text.slice(start, start + 40));
    if (second !== 99 && second !== 100 && second !== 114 && second !== 109) return false;
    return /^ (?:create mode \d{6} |delete mode \d{6} |rename .* \(\d+%\)|copy .* \(\d+%\)|mode change \d{6} )/.test(
      text.slice(start, end),
    );
  }

  /** Trailers and the base of a series; anything else is text. */
  private keyed(i: number, start: number, end: number): number {
    const text = this.text;
    const above = i > 0 ? (this.kinds[i - 1] as number) : TEXT;
    let at = start;
    let c = text.charCodeAt(at);
    if (c === 32 || c === 9) return above === TRAILERS ? TRAILERS : TEXT;
    const limit = Math.min(end, start + TRAILER_KEY);
    while (at < limit && isKeyChar(c)) c = text.charCodeAt(++at);
    if (c !== 58 || at === start || at === limit) return TEXT;
    const key = text.slice(start, at).toLowerCase();
    if (BASE_LINE.test(text.slice(start, Math.min(end, start + 300)))) return BASE;
    return key.endsWith('-by') || TRAILER_KEYS.has(key) ? TRAILERS : TEXT;
  }

  private runs(): Segment[] {
    const segments: Segment[] = [];
    for (let i = 0; i < this.count; ) {
      const kind = this.kinds[i] as number;
      const depth = this.depths[i] as number;
      let j = i + 1;
      while (j < this.count && this.kinds[j] === kind && this.depths[j] === depth) j++;
      const segment: Segment = { kind: KINDS[kind] as SegmentKind, start: i, end: j };
      if (kind === QUOTE) segment.depth = depth;
      segments.push(segment);
      i = j;
    }
    return segments;
  }

  private mark(i: number, kind: number): number {
    this.kinds[i] = kind;
    return i + 1;
  }

  private at(i: number, prefix: string): boolean {
    return this.text.startsWith(prefix, this.starts[i]);
  }

  private isEmpty(i: number): boolean {
    return (this.starts[i + 1] as number) - 1 === this.starts[i];
  }

  private head(i: number, length: number): string {
    const start = this.starts[i] as number;
    return this.text.slice(start, Math.min(start + length, (this.starts[i + 1] as number) - 1));
  }
}
