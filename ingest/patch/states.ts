import { CLAIM, type ClaimKind, type PatchState, type Status } from '#patch/kinds';

const APPLIED: ClaimKind[] = [CLAIM.applied, CLAIM.queued, CLAIM.merged, CLAIM.mmMerged, CLAIM.upstream, CLAIM.stable];
const MERGED: ClaimKind[] = [CLAIM.merged, CLAIM.upstream, CLAIM.stable];

/**
 * The state of a series, from its newest whole revision; what an earlier one met counts where all of that one was applied.
 * Stronger evidence goes first; without any, the series is just posted.
 */
export function statusOf(newest: PatchState[], earlier: PatchState[][]): Status {
  const all = [...newest, ...earlier.flat()];
  if (all.some((state) => has(state, [CLAIM.reverted]))) return 'reverted';
  if (isWhole(newest, MERGED) || earlier.some((states) => isWhole(states, MERGED))) return 'merged';
  if (isWhole(newest, APPLIED) || earlier.some((states) => isWhole(states, APPLIED))) return 'applied';
  if (all.some((state) => !state.isCover && has(state, APPLIED))) return 'partly applied';
  if (newest.some((state) => has(state, [CLAIM.mmDropped, CLAIM.dropped]))) return 'dropped';
  if (newest.some((state) => has(state, [CLAIM.mmAdded]))) return 'in -mm';
  if (newest.some((state) => has(state, [CLAIM.changesRequested, CLAIM.rejected]))) return 'changes requested';
  const patches = patchesOf(newest);
  if (
    patches.length > 0 &&
    (patches.every((state) => state.isEndorsed) || newest.some((state) => state.isCover && state.isEndorsed))
  )
    return 'reviewed';
  return newest.some((state) => state.replies > 0) ? 'under discussion' : 'posted';
}

function has(state: PatchState, kinds: ClaimKind[]): boolean {
  return state.outcomes.some((kind) => kinds.includes(kind));
}

function patchesOf(states: PatchState[]): PatchState[] {
  const patches = states.filter((state) => !state.isCover);
  return patches.length > 0 ? patches : states;
}

function isWhole(states: PatchState[], kinds: ClaimKind[]): boolean {
  const patches = patchesOf(states);
  return patches.length > 0 && patches.every((state) => has(state, kinds));
}
