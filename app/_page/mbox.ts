import { rawMessages, sizesOf } from '#db/queries/message';
import { mboxrdParts } from '#mail/mbox';
import { openReader } from '../_web/reader';
import { LARGE_BYTES, waitForLarge } from './memorybudget';
import { bodyOfParts, gzipped } from './streams';

/** Mails that are read at a time: each time waits for a reader, behind the pages that others ask for. */
const MAILS_AT_ONCE = 200;
/** And those whose sizes are asked for. */
const SIZES_AT_ONCE = 1000;
/** And at most so many bytes of them, which stay in memory while a client does not read. More takes room as large mails do. */
const BYTES_AT_ONCE = 512 * 1024;

/** Mails by id, in the order given, read a few at a time, long after the page's transaction ended. Mails withdrawn since are left out. */
export async function* mailsById(ids: number[]): AsyncGenerator<Buffer> {
  const reader = await openReader();
  if (!reader) return;
  for (let at = 0; at < ids.length; at += SIZES_AT_ONCE) {
    const sizes = await reader.read((db) => sizesOf(db, ids.slice(at, at + SIZES_AT_ONCE)));
    for (const some of fewEnough(sizes)) {
      const release = await waitForLarge(some.bytes, some.ids[0], BYTES_AT_ONCE);
      try {
        const mails = await reader.read((db) => rawMessages(db, some.ids));
        const parts = mails.flatMap(({ raw, sent_at }) => mboxrdParts(raw, sent_at));
        if (some.bytes > LARGE_BYTES) yield* parts;
        else yield Buffer.concat(parts);
      } finally {
        release();
      }
    }
  }
}

/** Mails in order, in groups that are not large; a large mail is a group alone. */
function fewEnough(sizes: { id: number; bytes: number }[]): { ids: number[]; bytes: number }[] {
  const groups: { ids: number[]; bytes: number }[] = [];
  for (const { id, bytes } of sizes) {
    const last = groups.at(-1);
    if (last && last.bytes + bytes <= BYTES_AT_ONCE && last.ids.length < MAILS_AT_ONCE) {
      last.ids.push(id);
      last.bytes += bytes;
    } else groups.push({ ids: [id], bytes });
  }
  return groups;
}

/** mboxrd, gzipped as it is read. */
export const mboxGzip = (mails: AsyncIterable<Buffer>): ReadableStream<Uint8Array> => bodyOfParts(gzipped(mails));
