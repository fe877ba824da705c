import { CLAIM, CLAIM_SOURCE, type Outcome, type PatchFact, type StoredClaim } from '#patch/kinds';
import { PatchIndex, resolveClaim, resolveMoved } from './outcome';

export { linkSeries } from './link';
export { addPatchRows } from './rows';
export { seriesRow, voicesOf } from './series';

/** Decides which patches each claim is about. `facts`: all patches that they may be about. */
export function resolveClaims(
  claims: StoredClaim[],
  facts: PatchFact[],
  revisionOf: (id: number) => number | null,
): Outcome[] {
  const index = new PatchIndex(facts, revisionOf);
  const isCopy = (claim: StoredClaim) => claim.source === CLAIM_SOURCE.stable;
  // "The rest", and the target of a revert, can only be decided last.
  const isRest = ({ title, kind }: StoredClaim) => title === 'rest' || kind === CLAIM.reverted;
  // Maintainers' claims first: they decide which of several equal versions a stable tree's copy comes from.
  const found: Outcome[] = [];
  const resolve = (wanted: StoredClaim[]) => {
    const said = wanted.flatMap((claim) => resolveClaim(claim, index));
    for (const { patch, kind } of said) if (kind === CLAIM.applied || kind === CLAIM.queued) index.applied.add(patch);
    found.push(...said);
  };
  resolve(claims.filter((claim) => !isCopy(claim) && !isRest(claim)));
  resolve(claims.filter((claim) => !isCopy(claim) && isRest(claim)));
  found.push(...claims.filter(isCopy).flatMap((claim) => resolveClaim(claim, index)));
  return found;
}

/** As resolveClaims, for claims without a result there. `facts` are all patches by the authors of the claims' mails. */
export function resolveByAuthor(claims: StoredClaim[], facts: PatchFact[], applied: ReadonlySet<number>): Outcome[] {
  const index = new PatchIndex(facts, () => null);
  for (const patch of applied) index.applied.add(patch);
  return claims.flatMap((claim) => resolveMoved(claim, index));
}
