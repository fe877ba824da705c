import { type Body, lineAt } from '#mail/body';
import { MAX_NAMES, unquotedName } from '#mail/filename';

/** A hunk: lines of the body from its `@@` line on, `end` exclusive. */
export interface Hunk {
  /** The text after the second `@@`, mostly the head of a function; '' if none. */
  context: string;
  start: number;
  end: number;
}

export type FileStatus = 'modified' | 'added' | 'deleted' | 'renamed' | 'copied';

/** A file in a diff: lines of the body from its header on, `end` exclusive. */
export interface DiffFile {
  /** Path after the patch, without `a/` and `b/`; the old path for a deletion. */
  path: string;
  /** Only for renames and copies. */
  oldPath: string | null;
  status: FileStatus;
  isBinary: boolean;
  added: number;
  removed: number;
  hunks: Hunk[];
  start: number;
  end: number;
}

/** The files in all diffs of a body that are not quoted, in order. Hunks without a file header get the path ''. */
export function diffFiles(body: Body): DiffFile[] {
  const files: DiffFile[] = [];
  let file: DiffFile | undefined;
  for (const { kind, start, end } of body.segments) {
    if (kind === 'file') {
      // Pushed one by one: a mail may name more files than a function call can take arguments.
      for (file of splitHeaders(body, start, end)) files.push(file);
    } else if (kind === 'hunk') {
      if (!file) {
        file = emptyFile(start);
        files.push(file);
      }
      for (let i = start; i < end; i++) file.hunks.push(readHunk(lineAt(body.text, body.starts, i), i));
      file.end = end;
    } else if (kind === 'add' || kind === 'del' || kind === 'context') {
      const hunk = file?.hunks.at(-1);
      if (!file || !hunk) continue;
      if (kind === 'add') file.added += end - start;
      else if (kind === 'del') file.removed += end - start;
      hunk.end = file.end = end;
    } else if (kind === 'binary' && file) {
      file.isBinary = true;
      file.end = end;
    }
  }
  return files;
}

/** The distinct paths that the diffs of a body change. */
export function changedPaths(files: DiffFile[]): string[] {
  return [...new Set(files.flatMap((file) => (file.path ? [file.path] : [])))];
}

/** Splits a run of header lines, which may have several files: renames without hunks, binary files. */
function* splitHeaders(body: Body, start: number, end: number): Generator<DiffFile> {
  let first = start;
  for (let i = start + 1; i <= end; i++) {
    const opens = i < end && /^(?:diff -|Index: )/.test(lineAt(body.text, body.starts, i).slice(0, 12));
    const follows = i < end && lineAt(body.text, body.starts, i - 1).startsWith('Index: ');
    if (i < end && (!opens || follows)) continue;
    yield readHeader(body, first, i);
    first = i;
  }
}

function readHeader(body: Body, start: number, end: number): DiffFile {
  const file = emptyFile(start);
  file.end = end;
  let from = '';
  let to = '';
  for (let i = start; i < end; i++) {
    const line = lineAt(body.text, body.starts, i);
    if (line.startsWith('--- ')) from = pathOf(line.slice(4));
    else if (line.startsWith('+++ ')) to = pathOf(line.slice(4));
    else if (line.startsWith('new file')) file.status = 'added';
    else if (line.startsWith('deleted file')) file.status = 'deleted';
    else if (line.startsWith('Binary files ')) file.isBinary = true;
    else moved(file, line);
  }
  if (!from && !to) [from, to] = namesOfDiffLine(lineAt(body.text, body.starts, start));
  if (from === '/dev/null') file.status = 'added';
  else if (to === '/dev/null') file.status = 'deleted';
  file.path ||= to && to !== '/dev/null' ? to : from === '/dev/null' ? '' : from;
  return file;
}

function moved(file: DiffFile, line: string): void {
  const found = /^(rename|copy) (from|to) (.+)$/.exec(line);
  if (!found) return;
  file.status = found[1] === 'copy' ? 'copied' : 'renamed';
  if (found[2] === 'from') file.oldPath = unquotedName(found[3] as string);
  else file.path = unquotedName(found[3] as string);
}

/** `diff --git a/x b/x`, `diff -u old/x new/x`, `Index: x`. */
function namesOfDiffLine(line: string): [string, string] {
  if (line.startsWith('Index: ')) return [line.slice(7).trim(), line.slice(7).trim()];
  const quoted = line.length > MAX_NAMES ? null : /("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)$/.exec(line);
  if (line.startsWith('diff --git a/')) {
    // A path may contain spaces; both halves are then the same except for a/ and b/.
    const half = (line.length - 11 - 1) / 2;
    const left = line.slice(11, 11 + half);
    if (left.slice(1) === line.slice(12 + half + 1)) return [left.slice(2), left.slice(2)];
  }
  return quoted ? [pathOf(quoted[1] as string), pathOf(quoted[2] as string)] : ['', ''];
}

/** The path in a `---` or `+++` line, without time stamp, quotation marks and first directory (`a/`, `linux-2.6.9/`). */
function pathOf(written: string): string {
  const name = unquotedName(
    (written.split('\t', 1)[0] as string)
      .replace(/(?<!\s)\s+\d{4}-\d\d-\d\d .*$|(?<! ) +\w{3} \w{3} +\d.*$|\r$/, '')
      .trim(),
  );
  if (name === '/dev/null') return name;
  const slash = name.indexOf('/');
  return slash > 0 ? name.slice(slash + 1) : name;
}

function readHunk(line: string, at: number): Hunk {
  const context = /^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@ ?(.*)$/.exec(line)?.[1] ?? '';
  return { context: context.trim(), start: at, end: at + 1 };
}

function emptyFile(start: number): DiffFile {
  return {
    path: '',
    oldPath: null,
    status: 'modified',
    isBinary: false,
    added: 0,
    removed: 0,
    hunks: [],
    start,
    end: start + 1,
  };
}
