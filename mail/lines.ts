/**
 * Lines of a text as offsets, without splitting it, so that all analyses of a body share one scan for line ends.
 */

/**
 * The offsets at which the lines of `text` start, and one more: line i is `text.slice(starts[i], starts[i + 1] - 1)`,
 * also if the last line has no LF. '' has no lines.
 */
export function lineStarts(text: string): Int32Array {
  let buffer = new Int32Array(Math.max(16, text.length >> 4));
  let count = 0;
  let at = 0;
  while (at < text.length) {
    if (count + 2 > buffer.length) buffer = grown(buffer);
    buffer[count++] = at;
    const end = text.indexOf('\n', at);
    at = end < 0 ? text.length + 1 : end + 1;
  }
  buffer[count++] = at;
  return buffer.subarray(0, count);
}

/** Line `i` of `text`, without its LF. */
export function lineAt(text: string, starts: Int32Array, i: number): string {
  return text.slice(starts[i] as number, (starts[i + 1] as number) - 1);
}

/** Lines `first` to `end` (exclusive) as one text, without the last LF. */
export function linesBetween(text: string, starts: Int32Array, first: number, end: number): string {
  return end > first ? text.slice(starts[first] as number, (starts[end] as number) - 1) : '';
}

function grown(buffer: Int32Array): Int32Array<ArrayBuffer> {
  const next = new Int32Array(buffer.length * 2);
  next.set(buffer);
  return next;
}
