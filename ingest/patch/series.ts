import type { RevisionState } from '#patch/kinds';
import { parseSubject } from '#patch/subject';
import { authorKey } from './facts';
import { type Judged, type Keepers, verdictOf } from './states';

/** A series with its verdict, and the figures that lists show. The fields of db/write/series.ts SeriesRow. */
export function seriesRow(id: number, revisions: RevisionState[], keepers: Keepers) {
  const judged = verdictOf(revisions, keepers);
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

const titleOf = (subject: string) => parseSubject(subject).title || subject;

function figuresOf({ others, reviewed, taken, status, isWaiting, isKeepers, proof, objections, doubted }: Judged) {
  return { replies: others, reviewed, applied: taken, status, isWaiting, isKeepers, proof, objections, doubted };
}

/** Everybody whose word may count, as keys: who of them keeps a tree is asked of the archive. */
export function voicesOf(revisions: RevisionState[]): number[] {
  const voices = revisions.flatMap(({ patches }) =>
    patches.flatMap(({ author, words }) => [author, ...words.flatMap(({ by }) => by ?? [])]),
  );
  return [...new Set(voices.map(({ name, address }) => authorKey(name, address)))];
}
