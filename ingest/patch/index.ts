import { CLAIM, CLAIM_SOURCE, type Outcome, type PatchAnalysis, type PatchFact, type StoredClaim } from '#patch/kinds';
import { linkSeries } from './link';
import { PatchIndex, resolveClaim, resolveMoved } from './outcome';
import { statusOf } from './states';

export { addPatchRows } from './rows';

function resolveClaims(
  claims: StoredClaim[],
  facts: PatchFact[],
  revisionOf: (id: number) => number | null,
): Outcome[] {
  const index = new PatchIndex(facts, revisionOf);
  // What maintainers say first: it decides which of several equal versions a stable tree's copy comes from.
  const isCopy = (claim: StoredClaim) => claim.source === CLAIM_SOURCE.stable;
  const said = claims.filter((claim) => !isCopy(claim)).flatMap((claim) => resolveClaim(claim, index));
  for (const { patch, kind } of said) if (kind === CLAIM.applied || kind === CLAIM.queued) index.applied.add(patch);
  return [...said, ...claims.filter(isCopy).flatMap((claim) => resolveClaim(claim, index))];
}

function resolveByAuthor(claims: StoredClaim[], facts: PatchFact[], applied: ReadonlySet<number>): Outcome[] {
  const index = new PatchIndex(facts, () => null);
  for (const patch of applied) index.applied.add(patch);
  return claims.flatMap((claim) => resolveMoved(claim, index));
}

/** What `linkPatches` of db/write/patch.ts is given. */
export const patchAnalysis: PatchAnalysis = { linkSeries, resolveClaims, resolveByAuthor, statusOf };
