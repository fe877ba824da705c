/** Tests on single lines of a body. They run on every line of every mail, so they compare characters where possible. */

const HUNK_HEADER = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

/** The numbers of lines that a hunk header announces for the old and the new side; null if it is not one. */
export function hunkCounts(line: string): [number, number] | null {
  const found = HUNK_HEADER.exec(line);
  return found ? [Number(found[1] ?? 1), Number(found[2] ?? 1)] : null;
}

/** "AM> text" or "PM>> text": one to three capitals and a mark. */
export function hasInitials(text: string, start: number, end: number): boolean {
  let at = start;
  while (at < end && at - start < 4 && text.charCodeAt(at) >= 65 && text.charCodeAt(at) <= 90) at++;
  if (at === start || at - start > 3 || text.charCodeAt(at) !== 62) return false;
  const after = text.charCodeAt(at + 1);
  return at + 1 >= end || after === 32 || after === 62;
}

export function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

/** Letters and '-'. */
export function isKeyChar(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 45;
}
