/** One hunk: its first line in the old file, the rest of the @@ line, and its lines with their signs. */
export interface Hunk {
  line: number;
  of?: string;
  lines: string[];
}

export interface FilePatch {
  path: string;
  hunks: Hunk[];
  /** The patch creates the file. */
  created?: boolean;
}

const count = (hunk: Hunk, signs: string) => hunk.lines.filter((line) => signs.includes(line[0] ?? ' ')).length;
const range = (line: number, length: number) => (length === 1 ? `${line}` : `${line},${length}`);

/** The part of a unified diff for one file, as git writes it; the counts are computed from the lines. */
function fileDiff({ path, hunks, created }: FilePatch): string {
  const blob = (salt: number) =>
    [...path].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0) + salt) >>> 0, 7);
  const short = (salt: number) => blob(salt).toString(16).padStart(8, '0').slice(0, 7);
  const head = created
    ? [`new file mode 100644`, `index 0000000..${short(2)}`, '--- /dev/null', `+++ b/${path}`]
    : [`index ${short(1)}..${short(2)} 100644`, `--- a/${path}`, `+++ b/${path}`];
  let shift = 0;
  const body = hunks.flatMap((hunk) => {
    const old = count(hunk, ' -');
    const now = count(hunk, ' +');
    const from = created ? 0 : hunk.line;
    const mark = `@@ -${range(from, old)} +${range(created ? 1 : hunk.line + shift, now)} @@${hunk.of ? ` ${hunk.of}` : ''}`;
    shift += now - old;
    return [mark, ...hunk.lines.map((line) => line || ' ')];
  });
  return [`diff --git a/${path} b/${path}`, ...head, ...body].join('\n');
}

const unified = (files: readonly FilePatch[]): string => files.map(fileDiff).join('\n');

/** The diffstat as `git diff --stat` prints it, with bars of at most 40 signs. */
export function diffstat(files: readonly FilePatch[]): string {
  const width = Math.max(...files.map((file) => file.path.length));
  let added = 0;
  let removed = 0;
  const rows = files.map((file) => {
    const plus = file.hunks.reduce((sum, hunk) => sum + count(hunk, '+'), 0);
    const minus = file.hunks.reduce((sum, hunk) => sum + count(hunk, '-'), 0);
    added += plus;
    removed += minus;
    const scale = Math.min(1, 40 / Math.max(1, plus + minus));
    const bar = '+'.repeat(Math.ceil(plus * scale)) + '-'.repeat(Math.ceil(minus * scale));
    return ` ${file.path.padEnd(width)} | ${String(plus + minus).padStart(4)} ${bar}`;
  });
  const changed = [`${files.length} file${files.length === 1 ? '' : 's'} changed`];
  if (added) changed.push(`${added} insertion${added === 1 ? '' : 's'}(+)`);
  if (removed) changed.push(`${removed} deletion${removed === 1 ? '' : 's'}(-)`);
  return [...rows, ` ${changed.join(', ')}`].join('\n');
}

/** A patch as `git format-patch` lays it out: message, `---`, notes, diffstat, diff, signature. */
export function patchBody(message: string, files: readonly FilePatch[], notes = ''): string {
  const created = files.filter((file) => file.created).map((file) => `\n create mode 100644 ${file.path}`);
  const above = notes ? `${notes}\n\n` : '';
  return `${message}\n---\n${above}${diffstat(files)}${created.join('')}\n\n${unified(files)}\n-- \n1.5.6\n`;
}
