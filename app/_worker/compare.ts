import type { Comparison } from '#db/queries/seriesdiff';
import type { RangeLine, RangePair } from '#patch/rangediff';
import { inWorker } from './workerthread';

/** The changes between two revisions: patch by patch, and between the cover letters if both have one; the combined change if no patches pair. */
export async function compare({ covers, patches }: Comparison): Promise<{
  cover: RangePair | null;
  patches: RangePair[];
  combined: RangeLine[];
}> {
  const [cover, of] = await Promise.all([inWorker('rangediff', covers), inWorker('rangediff', patches)]);
  return { cover: cover.pairs.find((pair) => pair.old && pair.new) ?? null, patches: of.pairs, combined: of.combined };
}
