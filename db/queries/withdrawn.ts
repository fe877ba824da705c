import type { Snapshot } from '../open';
import { parseWithdrawn, WITHDRAWN, type Withdrawn } from '../withdrawn';
import { QueryCache } from './cache';

export type { Withdrawn };

const cache = new QueryCache<ReadonlyMap<string, Withdrawn>>(1);

/** Mails that the operator of this site withdrew (`npm run withdraw`), by Message-ID, in order of withdrawal. */
export function withdrawnMails(db: Snapshot): Promise<ReadonlyMap<string, Withdrawn>> {
  return cache.get(db, '', async () => {
    const log = parseWithdrawn((await db.get<{ value: string }>(WITHDRAWN))?.value);
    return new Map(log.map((one) => [one.msgid, one]));
  });
}

/** The ids withdrawn from a list, in order. If they change, the list's git repositories must be written again. */
export async function withdrawnOfList(db: Snapshot, list: string): Promise<string[]> {
  return [...(await withdrawnMails(db)).values()].flatMap(({ msgid, lists }) => (lists.includes(list) ? [msgid] : []));
}
