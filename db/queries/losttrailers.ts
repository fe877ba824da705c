import { isEndorsement, STANDING } from '#patch/trailer';
import type { PatchLine, RevisionDetail, TrailerLine } from './revisions';

/** Marks on each patch the reviews that its previous version had and that it lacks. */
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
 * Trailers that could have been kept but were not. Reviews given after the next version was posted could not be kept. A review is not
 * lost if the reviewer has another tag on the new version (an ack, a sign-off), or answered it with one.
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

/** A person's address and name: either identifies the person, since people change addresses. */
function names({ address, name }: TrailerLine): string[] {
  return [address.toLowerCase(), name.toLowerCase()].filter(Boolean);
}
