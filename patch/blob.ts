/** A file's change between two blobs, from a diff in a mail. Text has one character per byte (latin1), because names are hashes of bytes. */
export interface BlobDiff {
  /** Abbreviated names of the blobs, in lower case; `pre` is all zeros for a new file. */
  pre: string;
  post: string;
  /** Path after the change, or before a deletion; '' if the diff names none. */
  path: string;
  hunks: BlobHunk[];
}

interface BlobHunk {
  /** First line in the old file, from 1; 0 if it has no lines. */
  oldStart: number;
  oldCount: number;
  /** Lines with their signs. The last line of a file without a line end has no LF. */
  lines: string[];
}

const INDEX = /^index ([0-9a-f]{7,64})\.\.([0-9a-f]{7,64})(?: [0-7]{6})?\s*$/i;
const HUNK = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;

/** Whether this is the all-zero name, on one side of a new or a deleted file. */
export const isNoBlob = (oid: string): boolean => /^0+$/.test(oid);

/** The diffs in a text that name their blobs (git-diff(1)) and have complete hunks; lines end with LF. */
export function* blobDiffs(text: string): Generator<BlobDiff> {
  const lines = text.replace(/\n$/, '').split('\n');
  let header = '';
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    if (line.startsWith('diff --git ')) header = line;
    const found = line.startsWith('index ') ? INDEX.exec(line) : null;
    if (!found) continue;
    const diff: BlobDiff = {
      pre: (found[1] as string).toLowerCase(),
      post: (found[2] as string).toLowerCase(),
      path: pathOf(header, lines[at + 1], lines[at + 2]),
      hunks: [],
    };
    header = '';
    at = readHunks(lines, at + 3, diff.hunks) - 1;
    if (diff.hunks.length) yield diff;
  }
}

/** `--- a/x` and `+++ b/x`, else `diff --git a/x b/x`. */
function pathOf(header: string, from = '', to = ''): string {
  const named = [to.startsWith('+++ ') ? to : '', from.startsWith('--- ') ? from : ''].map((line) =>
    line.slice(4).replace(/[\t\r].*$/, ''),
  );
  const path = named.find((name) => name !== '' && name !== '/dev/null') ?? header.slice(header.lastIndexOf(' b/') + 1);
  return path.replace(/^"?[^/]*\//, '').replace(/"$/, '');
}

/** Reads hunks from a line on, and returns the line after the last. An incomplete hunk ends the diff and is left out. */
function readHunks(lines: string[], start: number, into: BlobHunk[]): number {
  let at = start;
  for (;;) {
    const found = HUNK.exec(lines[at] ?? '');
    if (!found) return at;
    const count = (n: number) => Number(found[n] ?? 1);
    const hunk: BlobHunk = { oldStart: Number(found[1]), oldCount: count(2), lines: [] };
    const end = readLines(lines, at + 1, hunk, count(4));
    if (end === null) return at + 1;
    into.push(hunk);
    at = end;
  }
}

/** Reads the lines that a hunk's header announces; null if they end too soon. */
function readLines(lines: string[], start: number, hunk: BlobHunk, added: number): number | null {
  let [old, fresh, at] = [hunk.oldCount, added, start];
  while (old > 0 || fresh > 0) {
    const line = lines[at++];
    if (line === undefined) return null;
    // Mailers strip the space of an empty context line.
    const sign = line === '' || line === '\r' ? ' ' : (line[0] as string);
    if (sign === '\\') withoutEnd(hunk.lines);
    else if (sign !== ' ' && sign !== '+' && sign !== '-') return null;
    else hunk.lines.push(`${sign}${line.slice(1)}\n`);
    if (sign === ' ' || sign === '-') old--;
    if (sign === ' ' || sign === '+') fresh--;
    if (old < 0 || fresh < 0) return null;
  }
  if (lines[at]?.startsWith('\\')) {
    withoutEnd(hunk.lines);
    at++;
  }
  return at;
}

/** Applies `\ No newline at end of file` to the line before it. */
function withoutEnd(lines: string[]): void {
  const last = lines.pop();
  if (last !== undefined) lines.push(last.replace(/\n$/, ''));
}

/**
 * The file after a change; null if the hunks do not apply. Context lines are taken from the file, because the mail may have lost white
 * space or characters. The caller compares the blob name of the result, which proves it correct.
 */
export function applyHunks(file: string, hunks: BlobHunk[]): string | null {
  const old = linesOf(file);
  const out: string[] = [];
  let at = 0;
  for (const { oldStart, oldCount, lines } of hunks) {
    // For a hunk that only adds lines, git gives the line before it.
    const start = oldCount === 0 ? oldStart : oldStart - 1;
    if (start < at || start + oldCount > old.length) return null;
    for (; at < start; at++) out.push(old[at] as string);
    for (const line of lines) {
      if (line[0] === '+') out.push(line.slice(1));
      else if (line[0] === ' ') out.push(old[at++] as string);
      else at++;
    }
  }
  for (; at < old.length; at++) out.push(old[at] as string);
  return out.join('');
}

/** Lines with their line ends. */
function linesOf(file: string): string[] {
  const lines = file.split('\n');
  const last = lines.pop();
  return [...lines.map((line) => `${line}\n`), ...(last ? [last] : [])];
}
