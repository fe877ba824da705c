import type { Connection } from '#db/open';
import { findThreads } from '#db/write/messages';
import { moveMembers, threadMembers, threadsToSplit } from '#db/write/threads';
import { takeApart } from '#ingest/thread/join';

/**
 * Splits threads that lost a mail if nothing else connects their parts, as if the mail had never been there. Also splits threads that a
 * mail had joined by naming mails that arrived later.
 * If it is killed, the next run continues with the rest.
 */
export async function splitThreads(db: Connection): Promise<void> {
  for (const thread of await threadsToSplit(db)) {
    const members = await threadMembers(db, [thread]);
    const joining = members.map(({ id, msgid, refs, imposter }) => ({
      id,
      msgid,
      references: refs ? refs.split(' ') : [],
      isImposter: imposter === 1,
    }));
    const { threads, named } = takeApart(joining);
    // The thread's id stays with the message that gave it, else with the oldest one.
    const keeps = threads[members.findIndex(({ id }) => id === thread)] ?? threads[0];
    const numberOf = (part: number) => (part === keeps ? thread : part);
    // Messages of other threads stay there: a false reference does not move them.
    const elsewhere = await findThreads(db, [...named.keys()]);
    const isHere = (msgid: string) => (elsewhere.get(msgid)?.thread ?? thread) === thread;
    await moveMembers(
      db,
      thread,
      threads.flatMap((part, n): [number, number][] => (part === keeps ? [] : [[joining[n]?.id ?? 0, part]])),
      [...named].filter(([msgid]) => isHere(msgid)).map(([msgid, part]) => [msgid, numberOf(part)]),
    );
  }
}
