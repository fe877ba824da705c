import { diffArrays } from 'diff';
import { type Body, readBody } from '#mail/body';
import { addTo } from '#mail/groups';
import { lineAt } from '#mail/lines';
import { diffFiles } from './diff.ts';
import { fingerprint, similarity } from './fingerprint.ts';
import { titleKey } from './subject.ts';

/** A patch of one of the two compared versions. */
export interface RangePatch {
  id: number;
  position: number | null;
  title: string;
  text: string;
}

export type RangeStatus = 'same' | 'reworded' | 'changed' | 'added' | 'dropped';

/** A line in the diff of two diffs (or messages): common, only in the old, or only in the new; `skip` replaces omitted common lines. */
export interface RangeLine {
  kind: 'same' | 'old' | 'new' | 'skip';
  text: string;
}

/** What happened to a patch between the two versions. */
export interface RangePair {
  status: RangeStatus;
  old: RangePatch | null;
  new: RangePatch | null;
  /** Whether the patch has another place among the patches of both versions. */
  isMoved: boolean;
  /** Differences of the commit messages, and of the diffs. */
  message: RangeLine[];
  diff: RangeLine[];
}

/** From this similarity on, two patches with different titles are versions of one another. */
const SAME_PATCH = 0.4;
/** Common lines shown around a difference. */
const CONTEXT = 3;
/** Lines of a diff or message that are compared; the rest is cut. */
const LINES = 5000;

/**
 * Compares two versions of a series from their mails alone. Pairs patches by title, then by their changes, like git range-diff.
 * In the order of the newer version, with dropped patches last.
 */
export function rangeDiff(older: RangePatch[], newer: RangePatch[]): RangePair[] {
  const left = older.map(prepared);
  const right = newer.map(prepared);
  const partner = pairUp(left, right);
  const effort = { left: MOST_EFFORT };
  const places = new Map(left.map((old, n) => [old, n]));
  const placeOf = (old: Prepared) => places.get(old) as number;
  const order = [...partner.values()].map(placeOf);
  const stays = new Set(longestAscending(order));
  const pairs = right.map((one): RangePair => {
    const old = partner.get(one) ?? null;
    return old
      ? compared(old, one, !stays.has(placeOf(old)), effort)
      : { status: 'added', old: null, new: one.patch, isMoved: false, message: [], diff: [] };
  });
  const used = new Set(partner.values());
  const dropped = left.filter((one) => !used.has(one));
  return [
    ...pairs,
    ...dropped.map(
      (one): RangePair => ({ status: 'dropped', old: one.patch, new: null, isMoved: false, message: [], diff: [] }),
    ),
  ];
}

/**
 * Compares the combined changes of two versions, file by file. Shown if no patch of one is a version of a patch of the other (split,
 * merged, rewritten).
 */
export function combinedDiff(older: RangePatch[], newer: RangePatch[]): RangeLine[] {
  return changedLines(combinedLines(older), combinedLines(newer), { left: MOST_EFFORT });
}

/** The hunks of all patches, grouped by file, in the order of the patches. */
function combinedLines(patches: RangePatch[]): string[] {
  const files = new Map<string, string[]>();
  for (const patch of patches) {
    const body = readBody(patch.text);
    for (const file of diffFiles(body)) {
      const lines = files.get(file.path) ?? [`## ${file.path} ##`];
      for (const hunk of file.hunks) {
        lines.push(`@@ ${hunk.context}`.trimEnd());
        addLines(lines, body, hunk.start + 1, hunk.end);
      }
      files.set(file.path, lines);
    }
  }
  const paths = [...files.keys()].sort();
  return paths.flatMap((path) => files.get(path) ?? []).slice(0, LINES);
}

/** Adds lines one by one, up to the limit: a mail may have more lines than a function call can take arguments. */
function addLines(lines: string[], { text, starts }: Body, start: number, end: number): void {
  const last = Math.min(end, start + LINES - lines.length);
  for (let n = start; n < last; n++) lines.push(lineAt(text, starts, n));
}

interface Prepared {
  patch: RangePatch;
  key: string;
  print: number[];
  message: string[];
  diff: string[];
}

function prepared(patch: RangePatch): Prepared {
  const body = readBody(patch.text);
  return {
    patch,
    key: titleKey(patch.title),
    print: fingerprint(body),
    message: messageLines(body),
    diff: diffLines(body),
  };
}

/** The message: own words and trailers, without diffstat, signature and footers. */
function messageLines(body: Body): string[] {
  const lines: string[] = [];
  for (const { kind, start, end } of body.segments) {
    if (kind === 'file' || kind === 'hunk') break;
    if (kind === 'text' || kind === 'trailers' || kind === 'quote') addLines(lines, body, start, end);
  }
  return lines.map((line) => line.trimEnd());
}

/** The diff without line numbers and blob names, which change when only the base changed. */
function diffLines(body: Body): string[] {
  const lines: string[] = [];
  for (const file of diffFiles(body)) {
    lines.push(
      `## ${file.oldPath ? `${file.oldPath} => ` : ''}${file.path}${file.status === 'modified' ? '' : ` (${file.status})`} ##`,
    );
    for (const hunk of file.hunks) {
      lines.push(`@@ ${hunk.context}`.trimEnd());
      addLines(lines, body, hunk.start + 1, hunk.end);
    }
  }
  return lines.slice(0, LINES);
}

/** Patches that share a changed line are compared, unless more patches than this share it (a brace, a licence). */
const MOST_SHARING = 50;

function pairUp(left: Prepared[], right: Prepared[]): Map<Prepared, Prepared> {
  const partner = new Map<Prepared, Prepared>();
  const free = new Set(left);
  const titled = new Map<string, Prepared[]>();
  for (const old of left.toReversed()) addTo(titled, old.key, old);
  const take = (one: Prepared, old: Prepared | undefined) => {
    if (!old) return;
    partner.set(one, old);
    free.delete(old);
  };
  for (const one of right) take(one, titled.get(one.key)?.pop());
  const lines = new Map<number, Prepared[]>();
  for (const old of free) for (const line of old.print) addTo(lines, line, old);
  const rest = right.filter((one) => !partner.has(one));
  const candidates = rest.flatMap((one) => {
    const sharing = one.print.map((line) => lines.get(line) ?? []).filter(({ length }) => length <= MOST_SHARING);
    return [...new Set(sharing.flat())].map((old) => ({ one, old, score: similarity(one.print, old.print) }));
  });
  for (const { one, old, score } of candidates.sort((a, b) => b.score - a.score)) {
    if (score >= SAME_PATCH && free.has(old) && !partner.has(one)) take(one, old);
  }
  // In the order of the newer version, however they were found.
  return new Map(right.flatMap((one) => (partner.has(one) ? [[one, partner.get(one) as Prepared]] : [])));
}

/** The remaining budget for comparing, in squares of edited lines. */
interface Effort {
  left: number;
}

function compared(old: Prepared, one: Prepared, isMoved: boolean, effort: Effort): RangePair {
  const message = changedLines(old.message, one.message, effort);
  const diff = changedLines(old.diff, one.diff, effort);
  const retitled = old.patch.title !== one.patch.title;
  const status = diff.length > 0 ? 'changed' : message.length > 0 || retitled ? 'reworded' : 'same';
  return { status, old: old.patch, new: one.patch, isMoved, message, diff };
}

/**
 * Lines that may differ before two patches count as too different to compare, since the time grows with its square. Not a time
 * limit, which would make a page depend on how busy the machine is.
 */
const MOST_EDITS = 1500;
/**
 * The same for a whole comparison, in squares of edited lines. One takes about 0.1 µs, so this is 0.8 s (2026-11-28). Without it, two
 * versions of 100 patches of 1,400 lines each with nothing in common took 15.6 s. Beyond it, pairs are shown whole, unless few lines differ.
 */
const MOST_EFFORT = 8e6;
/** A pair with this few edits is compared even without any budget left. */
const LEAST_EDITS = 100;

/** Lines shown of each side if the two are too different to compare. */
const BEGINNING = 100;

function beginning(lines: string[], kind: 'old' | 'new'): RangeLine[] {
  const shown = lines.slice(0, BEGINNING).map((text): RangeLine => ({ kind, text }));
  return lines.length > BEGINNING ? [...shown, { kind: 'skip', text: '' }] : shown;
}

/** Differences with CONTEXT lines around them; empty if there are none. */
function changedLines(old: string[], now: string[], effort: Effort): RangeLine[] {
  const most = Math.min(MOST_EDITS, Math.max(LEAST_EDITS, Math.floor(Math.sqrt(effort.left))));
  const parts = diffArrays(old, now, { maxEditLength: most });
  const edits = parts?.reduce((sum, part) => sum + (part.added || part.removed ? part.value.length : 0), 0) ?? most;
  effort.left = Math.max(0, effort.left - edits * edits);
  const lines = parts?.flatMap((part): RangeLine[] =>
    part.value.map((text) => ({ kind: part.added ? 'new' : part.removed ? 'old' : 'same', text })),
  );
  // Too different to compare: show the beginning of each.
  const all = lines ?? [...beginning(old, 'old'), ...beginning(now, 'new')];
  return all.some((line) => line.kind !== 'same') ? withContext(all) : [];
}

function withContext(lines: RangeLine[]): RangeLine[] {
  const shown = new Uint8Array(lines.length);
  lines.forEach((line, n) => {
    if (line.kind === 'old' || line.kind === 'new') shown.fill(1, Math.max(0, n - CONTEXT), n + CONTEXT + 1);
  });
  const kept: RangeLine[] = [];
  lines.forEach((line, n) => {
    if (shown[n]) kept.push(line);
    else if (kept.at(-1)?.kind !== 'skip') kept.push({ kind: 'skip', text: '' });
  });
  return kept;
}

/** The longest ascending subsequence, the first of equals: the patches that kept their place. */
function longestAscending(numbers: number[]): number[] {
  /** Numbers by the length of the longest run that ends there; the numbers of a length descend, so the last is the smallest. */
  const levels: number[][] = [];
  for (const number of numbers) {
    let [low, high] = [0, levels.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((levels[middle]?.at(-1) as number) < number) low = middle + 1;
      else high = middle;
    }
    const level = levels[low];
    if (level) level.push(number);
    else levels.push([number]);
  }
  const run: number[] = [];
  let below = Number.POSITIVE_INFINITY;
  for (const level of levels.reverse()) {
    below = level.find((number) => number < below) as number;
    run.push(below);
  }
  return run.reverse();
}
