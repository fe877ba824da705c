import type { Snapshot } from '../open';
import { parseWithdrawn, WITHDRAWN, type Withdrawn } from '../withdrawn';
import { Kept } from './kept';

export type { Withdrawn };

const kept = new Kept<ReadonlyMap<string, Withdrawn>>(1);

/** Mails that the operator of this site withdrew (`npm run withdraw`), by Message-ID, in the order in which they went. */
export function withdrawnMails(db: Snapshot): Promise<ReadonlyMap<string, Withdrawn>> {
  return kept.get(db, '', async () => {
    const log = parseWithdrawn((await db.get<{ value: string }>(WITHDRAWN))?.value);
    return new Map(log.map((one) => [one.msgid, one]));
  });
}

/** Ids in the log of a list, in order: who wrote what the list holds into a git repository writes it again when they change. */
export async function withdrawnOfList(db: Snapshot, list: string): Promise<string[]> {
  return [...(await withdrawnMails(db)).values()].flatMap(({ msgid, lists }) => (lists.includes(list) ? [msgid] : []));
}
