import { addTo } from '#mail/groups';
import { similarity, textKey } from '#patch/fingerprint';
import type { PatchFact } from '#patch/kinds';
import { titleKey } from '#patch/subject';
import type { PostedSet } from './sets';

/** The similarity of two posted sets. */
export interface Likeness {
  /** Pairs of patches that are versions of each other, by content or by title and content. */
  pairs: number;
  /** How many of them change the same lines (similarity at least SAME_CHANGE) or have the same patch_id. */
  alike: number;
  /** Pairs with the same title. */
  titled: number;
  /** Patches in the smaller and in the larger set. */
  smaller: number;
  larger: number;
  /** Mean similarity of the changes over the pairs. */
  change: number;
  /** Both have cover letters, or are single patches, with the same title. */
  sameName: boolean;
  /** The cover letter of one has the title of the other's only patch. */
  grown: boolean;
  /** Similarity of the names if they differ, 0 to 1. */
  nameLikeness: number;
  /** Share of the smaller set's files that both change. */
  files: number;
}

/**
 * From this similarity of changes on, two patches are versions of each other, whatever their titles. Chosen with linux-edac and
 * linux-pm; tests/eval/series.test.ts shows the resulting joins and separations.
 */
const SAME_CHANGE = 0.5;
/** With the same title, much less is enough: the title is the evidence, and the change must not contradict it. */
const TITLED_CHANGE = 0.12;

/** The key of an empty title, which says nothing. */
export const UNTITLED = textKey('');

export function likeness(a: PostedSet, b: PostedSet): Likeness {
  const left = a.patches;
  const right = b.patches;
  const sum = matched(left, right.length > FEW ? rivalsIn(b) : () => right);
  const nameA = nameOf(a);
  const nameB = nameOf(b);
  const bothCovers = isCover(a) === isCover(b);
  const isSameTitle = nameA.titleKey === nameB.titleKey && nameA.titleKey !== UNTITLED;
  return {
    ...sum,
    change: sum.pairs ? sum.change / sum.pairs : 0,
    smaller: Math.min(left.length, right.length),
    larger: Math.max(left.length, right.length),
    sameName: isSameTitle && bothCovers,
    grown: isSameTitle && !bothCovers && left.length !== right.length && Math.min(left.length, right.length) === 1,
    // Computed on demand: few judgements use it, and it costs more than the rest.
    get nameLikeness() {
      return bothCovers ? wordLikeness(nameA.title, nameB.title) : 0;
    },
    get files() {
      return sharedFiles(left, right);
    },
  };
}

/** Up to this size, every patch of one set is compared with every patch of the other. */
const FEW = 64;
/** A changed line or title that more patches of a set share is ignored. */
const MOST_SHARING = 50;

const known = new WeakMap<PostedSet, (patch: PatchFact) => PatchFact[]>();

/** The patches of a large set that share a changed line, a title or a patch id with a patch, in order; no others can match. */
function rivalsIn(set: PostedSet): (patch: PatchFact) => PatchFact[] {
  const made = known.get(set);
  if (made) return made;
  const places = new Map<number | string, number[]>();
  for (const [n, patch] of set.patches.entries()) for (const key of keysOf(patch)) addTo(places, key, n);
  const rivals = (patch: PatchFact) => {
    const found = new Set(
      keysOf(patch).flatMap((key) => {
        const at = places.get(key) ?? [];
        return at.length <= MOST_SHARING ? at : [];
      }),
    );
    return [...found].sort((a, b) => a - b).map((n) => set.patches[n] as PatchFact);
  };
  known.set(set, rivals);
  return rivals;
}

const keysOf = ({ print, titleKey: title, patchId }: PatchFact): (number | string)[] => [
  ...Array.from(print),
  `t${title}`,
  ...(patchId === null ? [] : [patchId]),
];

function matched(
  left: PatchFact[],
  rivals: (patch: PatchFact) => PatchFact[],
): { pairs: number; alike: number; titled: number; change: number } {
  const taken = new Set<PatchFact>();
  const sum = { pairs: 0, alike: 0, titled: 0, change: 0 };
  for (const patch of left) {
    const best = bestMatch(patch, rivals(patch), taken);
    if (!best) continue;
    taken.add(best.patch);
    sum.pairs++;
    sum.change += best.change;
    if (best.change >= SAME_CHANGE) sum.alike++;
    if (best.titled) sum.titled++;
  }
  return sum;
}

/** The mail whose title is the set's name. */
function nameOf(set: PostedSet): PatchFact {
  return set.cover ?? (set.members[0] as PatchFact);
}

function isCover(set: PostedSet): boolean {
  return set.cover !== null;
}

interface Match {
  patch: PatchFact;
  change: number;
  titled: boolean;
}

function bestMatch(patch: PatchFact, others: PatchFact[], taken: Set<PatchFact>): Match | null {
  let best: (Match & { score: number }) | null = null;
  for (const other of others) {
    if (taken.has(other)) continue;
    const change = changeLikeness(patch, other);
    const titled = patch.titleKey === other.titleKey && patch.titleKey !== UNTITLED;
    if (!(change >= SAME_CHANGE || (titled && (change >= TITLED_CHANGE || sharesFile(patch, other))))) continue;
    const score = change + (titled ? 0.6 : 0);
    if (!best || score > best.score) best = { patch: other, change, titled, score };
  }
  return best;
}

export function changeLikeness(a: PatchFact, b: PatchFact): number {
  if (a.patchId !== null && a.patchId === b.patchId) return 1;
  return similarity(a.print, b.print);
}

function sharesFile(a: PatchFact, b: PatchFact): boolean {
  return a.files.some((file) => b.files.includes(file));
}

function sharedFiles(left: PatchFact[], right: PatchFact[]): number {
  const a = new Set(left.flatMap((patch) => patch.files));
  const b = new Set(right.flatMap((patch) => patch.files));
  const least = Math.min(a.size, b.size);
  if (least === 0) return 0;
  let both = 0;
  for (const file of a) if (b.has(file)) both++;
  return both / least;
}

/** The Jaccard similarity of the words in two titles. */
export function wordLikeness(a: string, b: string): number {
  const left = new Set(
    titleKey(a)
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean),
  );
  const right = new Set(
    titleKey(b)
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean),
  );
  let both = 0;
  for (const word of left) if (right.has(word)) both++;
  return both / Math.max(1, left.size + right.size - both);
}
