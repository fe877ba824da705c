import { isEndorsement, STANDING } from '#patch/trailer';
import type { PatchLine, RevisionDetail, TrailerLine } from './revisions';

/** Marks on each patch the reviews that its version in the revision before had, and that this one lacks. */
export function markLost(revisions: RevisionDetail[]): void {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  for (const revision of revisions) {
    const before = revision.previous === null ? undefined : byId.get(revision.previous);
    if (!before || revision.isResend) continue;
    for (const patch of revision.patches) {
      const old = patch.isCover
        ? undefined
        : before.patches.find((one) => !one.isCover && one.titleKey === patch.titleKey);
      if (old) patch.lost = lostBetween(old, patch);
    }
  }
}

/**
 * What could have been carried over and was not. A review given after the next version was posted could not; and whoever stands
 * for the new one with another tag (a review that became an ack, a reviewer who now signs), or has answered it with one, is not lost.
 */
function lostBetween(old: PatchLine, patch: PatchLine): TrailerLine[] {
  const known = new Set(patch.trailers.filter(({ key }) => standsFor(key)).flatMap(names));
  const lost: TrailerLine[] = [];
  for (const one of old.trailers) {
    if (!STANDING.includes(one.key) || one.message_id > patch.id) continue;
    const own = names(one);
    if (own.some((name) => known.has(name))) continue;
    for (const name of own) known.add(name);
    lost.push(one);
  }
  return lost;
}

function standsFor(key: string): boolean {
  return isEndorsement(key) || key === 'Signed-off-by' || key === 'Co-developed-by';
}

/** A person's address and name: either of them tells who it is, since people change addresses. */
function names({ address, name }: TrailerLine): string[] {
  return [address.toLowerCase(), name.toLowerCase()].filter(Boolean);
}
