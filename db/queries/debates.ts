import { firstIdAt, timeOf } from '#mail/ids';
import type { Snapshot } from '../open';
import { QueryCache } from './cache';
import { type Digest, readDigest } from './digest';
import { type Debate, debates, lastAnswer } from './quoted';
import { threadOf } from './thread';

/** The number of debates in a feed; the most from a month, as on its page; and the number of months that are searched. */
const FEED_DEBATES = 10;
const MONTH_DEBATES = 5;
const FEED_MONTHS = 24;

/** A debate and its digest; `msgid` is the thread's first mail. */
export interface DebateDigest {
  msgid: string;
  digest: Digest;
}

const cache = new QueryCache<DebateDigest[]>(8);

/** The digests of the newest debates of a list (null: of all): the most argued of each month, for a number of months. */
export function newestDigests(db: Snapshot, list: number | null): Promise<DebateDigest[]> {
  return cache.get(db, String(list), async () => {
    const found = new Map<string, Debate>();
    let before = Number.MAX_SAFE_INTEGER;
    for (let n = 0; n < FEED_MONTHS && found.size < FEED_DEBATES; n++) {
      const last = await lastAnswer(db, before, list);
      if (last === undefined) break;
      const day = new Date(timeOf(last) * 1000);
      before = firstIdAt(Date.UTC(day.getUTCFullYear(), day.getUTCMonth()) / 1000);
      for (const debate of await debates(db, before, last + 1, MONTH_DEBATES, list))
        if (!found.has(debate.root) && found.size < FEED_DEBATES) found.set(debate.root, debate);
    }
    const digests: DebateDigest[] = [];
    for (const { msgid } of found.values()) {
      const id = await threadOf(db, msgid);
      const digest = id === undefined ? null : await readDigest(db, id);
      if (digest) digests.push({ msgid, digest });
    }
    return digests;
  });
}
