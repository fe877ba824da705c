/** The longest line with two file names that is read: PATH_MAX is 4096, and no tree has names near that length. */
export const MAX_NAMES = 2000;

const ESCAPES: Record<string, string> = { t: '\t', n: '\n', r: '\r' };

/** Undoes git's quoting: unusual names are C strings with octal bytes, other names are not quoted. */
export function unquotedName(name: string): string {
  if (!name.startsWith('"')) return name;
  const bytes: number[] = [];
  const inside = name.slice(1, name.endsWith('"') ? -1 : undefined);
  for (const piece of inside.match(/\\[0-7]{3}|\\.|[^\\]+/gs) ?? []) {
    if (/^\\[0-7]/.test(piece)) bytes.push(Number.parseInt(piece.slice(1), 8) & 255);
    else bytes.push(...Buffer.from(piece.startsWith('\\') ? (ESCAPES[piece[1] as string] ?? piece.slice(1)) : piece));
  }
  return Buffer.from(bytes).toString('utf8');
}

/** The names in a `diff --git` line; both may be quoted. */
export function unquotedNames(line: string): string {
  return line.length < MAX_NAMES && line.includes('"') ? line.replace(/"(?:[^"\\]|\\.)*"/g, unquotedName) : line;
}
