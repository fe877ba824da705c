import { addTo } from '#mail/groups';
import { timeOf } from '#mail/ids';
import {
  CLAIM,
  CLAIM_SOURCE,
  IN_SERIES,
  type Outcome,
  PATCH_KIND,
  type PatchFact,
  SPOKEN,
  type StoredClaim,
} from '#patch/kinds';
import { changeLikeness, wordLikeness } from './alike';

/** The patches that claims may be about. */
export class PatchIndex {
  readonly byId = new Map<number, PatchFact>();
  readonly byMsgid = new Map<string, PatchFact>();
  private readonly byTitle = new Map<number, PatchFact[]>();
  private readonly byRevision = new Map<number, PatchFact[]>();
  private readonly byPatchId = new Map<string, PatchFact[]>();
  private readonly byFile = new Map<number, PatchFact[]>();
  private readonly byAuthor = new Map<number, PatchFact[]>();
  /** Patches that somebody says were applied; filled while claims are resolved. */
  readonly applied = new Set<number>();

  constructor(
    facts: Iterable<PatchFact>,
    private readonly revisionOf: (id: number) => number | null,
  ) {
    for (const fact of facts) {
      this.byId.set(fact.id, fact);
      this.byMsgid.set(fact.msgid, fact);
      addTo(this.byTitle, fact.titleKey, fact);
      const revision = revisionOf(fact.id);
      if (revision !== null) addTo(this.byRevision, revision, fact);
      if (fact.kind !== PATCH_KIND.patch) continue;
      if (fact.patchId) addTo(this.byPatchId, fact.patchId, fact);
      for (const file of fact.files) addTo(this.byFile, file, fact);
      addTo(this.byAuthor, fact.authorKey, fact);
    }
  }

  /** Patches posted with `fact`, including itself. */
  siblings(fact: PatchFact): PatchFact[] {
    const revision = this.revisionOf(fact.id);
    return (revision === null ? undefined : this.byRevision.get(revision)) ?? [fact];
  }

  /** Patches with the title, the patch_id or a file of `fact`. */
  related(fact: PatchFact): Set<PatchFact> {
    const same = fact.patchId === null ? [] : (this.byPatchId.get(fact.patchId) ?? []);
    return new Set([
      ...this.titled(fact.titleKey),
      ...same,
      ...fact.files.flatMap((file) => this.byFile.get(file) ?? []),
    ]);
  }

  ofAuthor(fact: PatchFact): PatchFact[] {
    return this.byAuthor.get(fact.authorKey) ?? [];
  }

  titled(titleKey: number): PatchFact[] {
    return this.byTitle.get(titleKey) ?? [];
  }
}

/** A patch may be applied, or get into stable, within two years after it was posted. */
const REACH = 730 * 86400;

/** Statements that count only if they are plain, or, for requests, directly answer the patch: deeper in a thread people argue. */
const isQuiet = ({ kind, source, isDirect }: StoredClaim) =>
  source === CLAIM_SOURCE.report && (kind === CLAIM.gaveIn || (kind === CLAIM.changesRequested && !isDirect));

/** Which patches a claim is about, and why. None if uncertain. */
export function resolveClaim(claim: StoredClaim, index: PatchIndex): Outcome[] {
  if (isQuiet(claim)) return [];
  const named = claim.msgid === null ? undefined : index.byMsgid.get(claim.msgid);
  if (named && isTarget(named)) return whole(claim, named, index).map((patch) => outcome(claim, patch, 'link'));
  const parent = claim.parent === null ? undefined : index.byId.get(claim.parent);
  if (SPOKEN.includes(claim.source) && claim.source !== CLAIM_SOURCE.prTracker) {
    return parent ? spoken(claim, parent, index).map((patch) => outcome(claim, patch, 'reply')) : [];
  }
  if (claim.source === CLAIM_SOURCE.prTracker)
    return parent?.kind === PATCH_KIND.pull ? [outcome(claim, parent, 'reply')] : [];
  if (claim.titleKey === null) return [];
  if (claim.kind === CLAIM.reverted) return takenBack(claim, claim.titleKey, index);
  return byTitle(claim, claim.titleKey, parent, index);
}

/** The target of a revert: a patch with the quoted title and the same files, any time before; of several, the newest applied one. */
function takenBack(claim: StoredClaim, titleKey: number, index: PatchIndex): Outcome[] {
  const files = new Set(claim.self?.files);
  const before = index.titled(titleKey).filter(({ kind, id, files: own }) => {
    const isSameFiles = files.size === 0 || own.length === 0 || own.some((file) => files.has(file));
    return kind === PATCH_KIND.patch && id < claim.evidence && isSameFiles;
  });
  const applied = before.filter(({ id }) => index.applied.has(id));
  const kept = applied.length > 0 ? applied : before;
  return kept.length > 0 ? [outcome(claim, latest(kept), 'title')] : [];
}

function outcome(claim: StoredClaim, patch: PatchFact, how: Outcome['how']): Outcome {
  const { evidence, line, kind, source, oid, tree } = claim;
  return { patch: patch.id, evidence, line, kind, source, how, oid: oid ?? '', tree };
}

const isTarget = (fact: PatchFact) => IN_SERIES.includes(fact.kind);

/** Evidence that names a cover letter is about all its patches, unless it names one by title. */
function whole(claim: StoredClaim, named: PatchFact, index: PatchIndex): PatchFact[] {
  if (named.kind !== PATCH_KIND.cover) return [named];
  const patches = index.siblings(named).filter((fact) => fact !== named);
  const titled = patches.filter((fact) => fact.titleKey === claim.titleKey);
  if (titled.length > 0) return titled;
  return claim.titleKey === null || patches.length === 0 ? [named, ...patches] : [];
}

/** Claims that are about the whole series if they answer the cover letter; a request is about the answered mail. */
const WHOLE: readonly number[] = [CLAIM.applied, CLAIM.queued, CLAIM.rejected, CLAIM.withdrawn, CLAIM.dropped];

/** "Applied, thanks" in answer to a cover letter is about the whole series; "first 5", "patches 1-3", "both", "the rest" limit it. */
function spoken(claim: StoredClaim, parent: PatchFact, index: PatchIndex): PatchFact[] {
  if (!WHOLE.includes(claim.kind)) return [parent];
  const scope = claim.title;
  const target = scope !== null && /^v\d+$/.test(scope) ? versionOf(parent, Number(scope.slice(1)), index) : parent;
  if (!target) return [];
  const siblings = index.siblings(target);
  const isSeries = target.kind === PATCH_KIND.cover && siblings.length > 2;
  if (scope === 'some' || (scope === 'one' && isSeries)) return [];
  if (scope === 'rest') return siblings.filter((fact) => fact.kind !== PATCH_KIND.cover && !index.applied.has(fact.id));
  if (scope?.startsWith('named ')) return titledWith(scope.slice(6).split(' '), target, siblings);
  const chosen = scope === null ? null : positionsOf(scope, target.position);
  const isWhole = scope === 'all' || target.kind === PATCH_KIND.cover;
  if (chosen) {
    const named = siblings.filter((fact) => fact.position !== null && fact.position > 0 && chosen(fact.position));
    if (named.length > 0) return named;
    if (siblings.length > 1 && isWhole) return [];
  }
  return isWhole ? siblings : [target];
}

/** "The thermal patches": those with the words in their titles. If there are none, the answered patch; for a cover letter, nothing. */
function titledWith(words: string[], target: PatchFact, siblings: PatchFact[]): PatchFact[] {
  const named = siblings.filter(({ kind, title }) => {
    const own = title.toLowerCase().split(/[^a-z0-9]+/);
    return kind !== PATCH_KIND.cover && words.every((word) => own.includes(word));
  });
  if (named.length > 0) return named;
  return target.kind === PATCH_KIND.cover && siblings.length > 2 ? [] : [target];
}

/** The patch or cover letter with the same position in the version that is named. */
function versionOf(parent: PatchFact, revision: number, index: PatchIndex): PatchFact | undefined {
  if (parent.revision === revision) return parent;
  const versions = index.titled(parent.titleKey).filter((fact) => fact.authorKey === parent.authorKey);
  return versions.findLast((fact) => fact.revision === revision && fact.kind === parent.kind);
}

/** Tests whether a position is meant: '1-5', '1 2 4', 'not 3', '+2' (this one and 2), 'upto' (all up to this one); null if none is named. */
function positionsOf(scope: string, own: number | null): ((position: number) => boolean) | null {
  if (scope === 'upto') return (position) => position <= (own ?? 0);
  const numbers = scope.replace(/^(?:not |\+)/, '');
  if (!/^\d/.test(numbers)) return null;
  const ranges = numbers.split(' ').map((piece) => piece.split('-').map(Number));
  const isIn = (position: number) => ranges.some(([from = 0, to = from]) => position >= from && position <= to);
  if (scope.startsWith('not ')) return (position) => !isIn(position);
  return scope.startsWith('+') ? (position) => position === own || isIn(position) : isIn;
}

/** Finds a patch by title: in the answered series, else by similar change, else the newest with that title if all are by one author. */
function byTitle(claim: StoredClaim, titleKey: number, parent: PatchFact | undefined, index: PatchIndex): Outcome[] {
  if (parent) {
    const near = index.siblings(parent).filter((fact) => fact.titleKey === titleKey && isCandidate(fact, claim));
    if (near.length > 0) return [outcome(claim, near.at(-1) as PatchFact, 'reply')];
    // tip-bot and Mark Brown's scripts answer the patch itself, whose title the maintainer may have edited.
    const isNotice = claim.source === CLAIM_SOURCE.tip || claim.source === CLAIM_SOURCE.notice;
    const answersToPatch = isNotice && parent.kind === PATCH_KIND.patch;
    if (answersToPatch && claim.self && changeLikeness(parent, claim.self) >= 0.3)
      return [outcome(claim, parent, 'reply')];
  }
  if (claim.self && claim.self.print.length > 0)
    return byContent(claim, titleKey, claim.self, index.related(claim.self), index);
  const before = index.titled(titleKey).filter((fact) => isCandidate(fact, claim));
  const authors = new Set(before.map((fact) => fact.authorKey));
  return authors.size === 1 ? [outcome(claim, latest(before), 'title')] : [];
}

/**
 * The similarity from which changes with the same title match. With another title of similar words or by the same author: ANY_CHANGE.
 * By the same author under any title: SAME_WORK.
 */
const TITLED = 0.3;
const ANY_CHANGE = 0.25;
const SAME_WORK = 0.4;
/** Versions that are this much less similar than the best one may still be the applied one. */
const NEARLY = 0.2;

/**
 * For a copy without a match by title, patch_id or file: before it got into a stable tree, the file may have moved and the title may have
 * been edited. So all patches by its author are compared; these are many, so only for copies that are still open.
 */
export function resolveMoved(claim: StoredClaim, index: PatchIndex): Outcome[] {
  const { self, titleKey } = claim;
  return self && titleKey !== null ? byContent(claim, titleKey, self, index.ofAuthor(self), index) : [];
}

/**
 * The mail contains the patch as applied, which is compared with `candidates`. Of the most similar ones, the one that others say was
 * applied, else the newest.
 */
function byContent(
  claim: StoredClaim,
  titleKey: number,
  self: PatchFact,
  candidates: Iterable<PatchFact>,
  index: PatchIndex,
): Outcome[] {
  const found = believed(candidates, claim, titleKey, self);
  if (found.length === 0) return [];
  const best = Math.max(...found.map(({ score }) => score));
  const near = found.filter(({ score }) => score >= best - NEARLY).map(({ fact }) => fact);
  const titled = near.filter((fact) => fact.titleKey === titleKey);
  const kept = titled.length > 0 ? titled : near;
  const applied = kept.filter((fact) => index.applied.has(fact.id));
  const chosen = latest(applied.length > 0 ? applied : kept);
  return [
    outcome(
      claim,
      chosen,
      chosen.patchId !== null && chosen.patchId === self.patchId ? 'patch id' : 'title and change',
    ),
  ];
}

function believed(candidates: Iterable<PatchFact>, claim: StoredClaim, titleKey: number, self: PatchFact) {
  const found: { fact: PatchFact; score: number }[] = [];
  for (const fact of candidates) {
    if (!isCandidate(fact, claim)) continue;
    const score = changeLikeness(fact, self);
    const titled = fact.titleKey === titleKey;
    if ((titled && score >= TITLED) || isSameWork(fact, self, score)) {
      found.push({ fact, score: score + (titled ? NEARLY : 0) });
    }
  }
  return found;
}

/** With another title, similar words or the same author are needed: two people may fix a line in the same way. */
function isSameWork(fact: PatchFact, self: PatchFact, score: number): boolean {
  if (score < ANY_CHANGE) return false;
  const words = wordLikeness(fact.title, self.title);
  return words >= 0.6 || (fact.authorKey === self.authorKey && (score >= SAME_WORK || words >= 0.25));
}

/** Whether a patch was posted before the evidence, within REACH. Copies for stable trees cannot be the origin. */
function isCandidate(fact: PatchFact, claim: StoredClaim): boolean {
  const at = timeOf(claim.evidence);
  return fact.kind === PATCH_KIND.patch && fact.id !== claim.evidence && fact.sentAt <= at && at - fact.sentAt < REACH;
}

function latest(facts: PatchFact[]): PatchFact {
  return facts.reduce((best, fact) => (fact.id > best.id ? fact : best));
}
