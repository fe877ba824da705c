import { readHtml } from '#mail/attachment';
import { type SafeHtml, sanitizeMail } from '#mail/html';
import { combinedDiff, type RangeLine, type RangePair, type RangePatch, rangeDiff } from '#patch/rangediff';
import { attachmentMark } from './attachmentmark';

/** The change of each patch between two versions, and of all patches together if none pairs. */
interface Compared {
  pairs: RangePair[];
  combined: RangeLine[];
}

/** The tasks of the worker thread: work on content of strangers, who determine its cost. Inputs and results are copied between threads. */
export const TASKS = {
  /** A mail's HTML, sanitised; null if it has none. Links to attachments are `attachmentMark`s. */
  async html(raw: Uint8Array): Promise<(SafeHtml & { names: Record<number, string | null> }) | null> {
    const body = await readHtml(Buffer.from(raw));
    if (!body) return null;
    const names = Object.fromEntries(body.images.map(({ index, name }) => [index, name]));
    return { ...sanitizeMail(body.html, body.images, ({ index }) => attachmentMark(index)), names };
  },
  /** Compares two versions of a series patch by patch; gives their combined change if no patches match. */
  async rangediff({ older, newer }: { older: RangePatch[]; newer: RangePatch[] }): Promise<Compared> {
    const pairs = rangeDiff(older, newer);
    const paired = pairs.some((pair) => pair.old && pair.new);
    return { pairs, combined: paired ? [] : combinedDiff(older, newer) };
  },
};

export type TaskName = keyof typeof TASKS;
