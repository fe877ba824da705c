import { CLAIM, CLAIM_SOURCE, type Outcome, type PatchFact, type StoredClaim } from '#patch/kinds';
import { PatchIndex, resolveClaim, resolveMoved } from './outcome';

export { linkSeries } from './link';
export { addPatchRows } from './rows';
export { seriesRow, voicesOf } from './series';

/** Which patches each claim is about. `facts`: all patches that they may mean. */
export function resolveClaims(
  claims: StoredClaim[],
  facts: PatchFact[],
  revisionOf: (id: number) => number | null,
): Outcome[] {
  const index = new PatchIndex(facts, revisionOf);
  const isCopy = (claim: StoredClaim) => claim.source === CLAIM_SOURCE.stable;
  // "The rest", and what a revert takes back, is known last.
  const isRest = ({ title, kind }: StoredClaim) => title === 'rest' || kind === CLAIM.reverted;
  // What maintainers say first: it decides which of several equal versions a stable tree's copy comes from.
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

/** As resolveClaims, for claims it found nothing for: `facts` are all patches of the authors of the mails that make them. */
export function resolveByAuthor(claims: StoredClaim[], facts: PatchFact[], applied: ReadonlySet<number>): Outcome[] {
  const index = new PatchIndex(facts, () => null);
  for (const patch of applied) index.applied.add(patch);
  return claims.flatMap((claim) => resolveMoved(claim, index));
}
