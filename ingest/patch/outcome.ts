import { CLAIM, CLAIM_SOURCE, type Outcome, PATCH_KIND, type PatchFact, type StoredClaim } from '#mail/patch';
import { changeLikeness } from './alike';

/** The patches among which claims are resolved. */
export class PatchIndex {
  readonly byId = new Map<number, PatchFact>();
  readonly byMsgid = new Map<string, PatchFact>();
  private readonly byTitle = new Map<number, PatchFact[]>();
  private readonly byRevision = new Map<number, PatchFact[]>();

  constructor(
    facts: Iterable<PatchFact>,
    private readonly revisionOf: (id: number) => number | null,
  ) {
    for (const fact of facts) {
      this.byId.set(fact.id, fact);
      this.byMsgid.set(fact.msgid, fact);
      push(this.byTitle, fact.titleKey, fact);
      const revision = revisionOf(fact.id);
      if (revision !== null) push(this.byRevision, revision, fact);
    }
  }

  /** Patches posted with `fact`, itself included. */
  siblings(fact: PatchFact): PatchFact[] {
    const revision = this.revisionOf(fact.id);
    return (revision === null ? undefined : this.byRevision.get(revision)) ?? [fact];
  }

  titled(titleKey: number): PatchFact[] {
    return this.byTitle.get(titleKey) ?? [];
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const kept = map.get(key);
  if (kept) kept.push(value);
  else map.set(key, [value]);
}

/** A patch may be applied, or come to stable, so many seconds after it was posted: two years. */
const REACH = 730 * 86400;

/** Which patches a claim is about, and what shows it. An uncertain one names none. */
export function resolveClaim(claim: StoredClaim, index: PatchIndex): Outcome[] {
  const named = claim.msgid === null ? undefined : index.byMsgid.get(claim.msgid);
  if (named && isTarget(named)) return whole(claim, named, index).map((patch) => outcome(claim, patch, 'link'));
  const parent = claim.parent === null ? undefined : index.byId.get(claim.parent);
  if (claim.source === CLAIM_SOURCE.words || claim.source === CLAIM_SOURCE.trailer) {
    return parent ? spoken(claim, parent, index).map((patch) => outcome(claim, patch, 'reply')) : [];
  }
  if (claim.source === CLAIM_SOURCE.prTracker) return parent?.kind === PATCH_KIND.pull ? [outcome(claim, parent, 'reply')] : [];
  if (claim.titleKey === null) return [];
  return byTitle(claim, claim.titleKey, parent, index);
}

function outcome(claim: StoredClaim, patch: PatchFact, how: Outcome['how']): Outcome {
  const { evidence, line, kind, source, oid, tree } = claim;
  return { patch: patch.id, evidence, line, kind, source, how, oid: oid ?? '', tree };
}

function isTarget(fact: PatchFact): boolean {
  return fact.kind === PATCH_KIND.patch || fact.kind === PATCH_KIND.cover || fact.kind === PATCH_KIND.stable;
}

/** Evidence that names a cover letter means all its patches, unless it names one by title. */
function whole(claim: StoredClaim, named: PatchFact, index: PatchIndex): PatchFact[] {
  if (named.kind !== PATCH_KIND.cover) return [named];
  const patches = index.siblings(named).filter((fact) => fact !== named);
  const titled = patches.filter((fact) => fact.titleKey === claim.titleKey);
  if (titled.length > 0) return titled;
  return claim.titleKey === null || patches.length === 0 ? [named, ...patches] : [];
}

/** "Applied, thanks" in answer to a cover letter means the series; "first 5", "patches 1-3", "both" say which. */
function spoken(claim: StoredClaim, parent: PatchFact, index: PatchIndex): PatchFact[] {
  const siblings = index.siblings(parent);
  const patches = siblings.filter((fact) => fact.kind !== PATCH_KIND.cover);
  const scope = claim.title;
  if (scope && scope !== 'all') {
    const wanted = positionsOf(scope);
    const chosen = patches.filter((fact) => fact.position !== null && wanted.has(fact.position));
    if (chosen.length > 0) return chosen;
  }
  const isVerdict = claim.kind === CLAIM.applied || claim.kind === CLAIM.queued;
  if (parent.kind === PATCH_KIND.cover) return isVerdict ? siblings : [parent];
  return scope === 'all' && isVerdict ? siblings : [parent];
}

/** '1-5' and '1 2 4' as sets. */
function positionsOf(scope: string): Set<number> {
  const wanted = new Set<number>();
  for (const piece of scope.split(' ')) {
    const [from, to] = piece.split('-').map(Number);
    if (from === undefined || Number.isNaN(from)) continue;
    for (let n = from; n <= Math.min(to ?? from, from + 200); n++) wanted.add(n);
  }
  return wanted;
}

/** By title: in the series answered to, else where the change agrees, else the newest patch of that title by one author only. */
function byTitle(claim: StoredClaim, titleKey: number, parent: PatchFact | undefined, index: PatchIndex): Outcome[] {
  if (parent) {
    const near = index.siblings(parent).filter((fact) => fact.titleKey === titleKey && isTarget(fact));
    if (near.length > 0) return [outcome(claim, near.at(-1) as PatchFact, 'reply')];
    // tip-bot and Mark Brown's scripts answer to the patch itself, whose title the maintainer may have edited.
    const answersToPatch = claim.source === CLAIM_SOURCE.tip && parent.kind === PATCH_KIND.patch;
    if (answersToPatch && claim.self && changeLikeness(parent, claim.self) >= 0.3) return [outcome(claim, parent, 'reply')];
  }
  const before = index.titled(titleKey).filter((fact) => isCandidate(fact, claim));
  if (before.length === 0) return [];
  const self = claim.self;
  if (self) {
    const same = before.filter((fact) => fact.patchId !== null && fact.patchId === self.patchId);
    if (same.length > 0) return [outcome(claim, latest(same), 'patch id')];
    const alike = before.filter((fact) => changeLikeness(fact, self) >= 0.3);
    if (alike.length > 0) return [outcome(claim, mostAlike(alike, self), 'title and change')];
    if (self.print.length > 0) return [];
  }
  const authors = new Set(before.map((fact) => fact.authorKey));
  return authors.size === 1 ? [outcome(claim, latest(before), 'title')] : [];
}

/** Posted before the evidence and within REACH of it; copies for stable trees are no origin. */
function isCandidate(fact: PatchFact, claim: StoredClaim): boolean {
  const at = claim.evidence / 8;
  return fact.kind === PATCH_KIND.patch && fact.id !== claim.evidence && fact.sentAt <= at && at - fact.sentAt < REACH;
}

function latest(facts: PatchFact[]): PatchFact {
  return facts.reduce((best, fact) => (fact.id > best.id ? fact : best));
}

/** The nearest in content; of equals the newest, which is what a maintainer applies. */
function mostAlike(facts: PatchFact[], self: PatchFact): PatchFact {
  const score = (fact: PatchFact) => changeLikeness(fact, self);
  return facts.reduce((best, fact) => (score(fact) > score(best) || (score(fact) === score(best) && fact.id > best.id) ? fact : best));
}
