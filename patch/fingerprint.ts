import type { Body } from '#mail/body';

/** Hashes in a fingerprint. Exact for patches with fewer changed lines, an estimate within 0.1 for larger ones. */
const PRINT_SIZE = 16;

/** Lines with fewer letters and digits than this (braces, blank lines) say nothing about a patch. */
const TELLING_CHARACTERS = 3;

/**
 * The fingerprint of a patch's changes: the PRINT_SIZE smallest 32-bit hashes of its distinct added and removed lines without
 * white space, ascending. Comparing two of these estimates the Jaccard similarity of the changes (Broder 1997, bottom-k).
 * Changed lines identify revisions better than anything else in a mail (Jiang et al., ESEM 2014).
 */
export function fingerprint(body: Body): number[] {
  const smallest: number[] = [];
  for (const { kind, start, end } of body.segments) {
    if (kind !== 'add' && kind !== 'del') continue;
    for (let i = start; i < end; i++) {
      const hash = lineHash(body.text, body.starts[i] as number, (body.starts[i + 1] as number) - 1);
      if (hash >= 0) insert(smallest, hash);
    }
  }
  return smallest;
}

/** FNV-1a over the line's characters, including its mark, then mixed; -1 if the line has too few letters and digits. */
function lineHash(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  let telling = 0;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c <= 32) continue;
    hash = Math.imul(hash ^ c, 0x01000193);
    if ((c >= 97 && c <= 122) || (c >= 48 && c <= 57) || (c >= 65 && c <= 90)) telling++;
  }
  if (telling < TELLING_CHARACTERS) return -1;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Keeps `values` ascending, distinct and at most PRINT_SIZE long. */
function insert(values: number[], value: number): void {
  let at = values.length;
  if (at === PRINT_SIZE && value >= (values[at - 1] as number)) return;
  while (at > 0 && (values[at - 1] as number) > value) at--;
  if (at > 0 && values[at - 1] === value) return;
  values.splice(at, 0, value);
  if (values.length > PRINT_SIZE) values.pop();
}

/** The estimated Jaccard similarity of two changes, 0 to 1; 0 if either has no line that counts. */
export function similarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length === 0 || b.length === 0) return 0;
  let i = 0;
  let j = 0;
  let both = 0;
  let seen = 0;
  while (seen < PRINT_SIZE && (i < a.length || j < b.length)) {
    const x = i < a.length ? (a[i] as number) : Number.POSITIVE_INFINITY;
    const y = j < b.length ? (b[j] as number) : Number.POSITIVE_INFINITY;
    if (x === y) both++;
    if (x <= y) i++;
    if (y <= x) j++;
    seen++;
  }
  return both / seen;
}

/** A 52-bit hash of a text: a small key that is exact in both SQLite and JavaScript. */
export function textKey(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 2654435761);
    b = Math.imul(b ^ c, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (b & 0xfffff) + (a >>> 0);
}
