import type { Outcome, PatchAnalysis, PatchFact, StoredClaim } from '#mail/patch';
import { linkSeries } from './link';
import { PatchIndex, resolveClaim } from './outcome';
import { statusOf } from './states';

export { addPatchRows } from './rows';

function resolveClaims(claims: StoredClaim[], facts: PatchFact[], revisionOf: (id: number) => number | null): Outcome[] {
  const index = new PatchIndex(facts, revisionOf);
  return claims.flatMap((claim) => resolveClaim(claim, index));
}

/** What `linkPatches` of db/write/patch.ts is given. */
export const patchAnalysis: PatchAnalysis = { linkSeries, resolveClaims, statusOf };
