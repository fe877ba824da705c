import type { PatchState, RevisionState } from '#patch/kinds';
import { parseSubject } from '#patch/subject';
import { authorKey } from './facts';
import { type Judged, type Keepers, verdictOf } from './states';

/** A series with its verdict and the figures that lists show. The fields of SeriesRow in db/write/series.ts. */
export function seriesRow(id: number, revisions: RevisionState[], keepers: Keepers) {
  const judged = verdictOf(withoutPartsSentAgain(revisions), keepers);
  const { newest } = judged;
  const all = revisions.flatMap(({ patches }) => patches);
  const [head] = newest.patches;
  const ids = all.map((patch) => patch.id);
  const answered = all.flatMap(({ answers }) => answers.map(({ last }) => last));
  return {
    id,
    title: titleOf(head?.title ?? ''),
    author: head?.authorId ?? 0,
    changeId: all.findLast(({ changeId }) => changeId !== null)?.changeId ?? null,
    revisions: new Set(revisions.flatMap(({ isResend, number }) => (isResend ? [] : [number]))).size || 1,
    patches: Math.max(newest.patches.filter(({ isCover }) => !isCover).length, 1),
    stable: head?.stable ?? null,
    firstId: Math.min(...ids),
    postedId: Math.min(...newest.patches.map((patch) => patch.id)),
    lastId: Math.max(...ids, ...answered),
    ...figuresOf(judged),
  };
}

/** Statements about a patch that was sent again alone count for the patch in its version. */
function withoutPartsSentAgain(revisions: RevisionState[]): RevisionState[] {
  const kept = [...revisions];
  for (const again of revisions) {
    const at = kept.findIndex((one) => !one.isResend && one.number === again.number && one.part === again.part);
    const whole = kept[at];
    if (!again.isResend || !whole || again.patches.length >= whole.patches.length) continue;
    const patches = whole.patches.map((patch) => {
      const second = again.patches.find((one) => one.isCover === patch.isCover && one.position === patch.position);
      return second ? together(patch, second) : patch;
    });
    kept[at] = { ...whole, patches };
    kept.splice(kept.indexOf(again), 1);
  }
  return kept;
}

const together = (patch: PatchState, again: PatchState): PatchState => ({
  ...patch,
  answers: [...patch.answers, ...again.answers],
  endorsements: [...patch.endorsements, ...again.endorsements],
  words: [...patch.words, ...again.words],
});

const titleOf = (subject: string) => parseSubject(subject).title || subject;

function figuresOf({ newest: _, others, taken, ...judged }: Judged) {
  return { replies: others, applied: taken, ...judged };
}

/** The keys of all people whose statements may count; the archive then shows who of them keeps a tree. */
export function voicesOf(revisions: RevisionState[]): number[] {
  const voices = revisions.flatMap(({ patches }) =>
    patches.flatMap(({ author, words }) => [author, ...words.flatMap(({ by }) => by ?? [])]),
  );
  // Few people say much: most keys would be made again and again.
  const people = new Map(voices.map((voice) => [`${voice.address}\n${voice.name}`, voice]));
  return [...new Set([...people.values()].map(({ name, address }) => authorKey(name, address)))];
}
