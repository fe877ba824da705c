import type { Connection } from '#db/open';
import { findThreads } from '#db/write/messages';
import { moveMembers, threadMembers, threadsToRejoin } from '#db/write/threads';
import { takeApart } from '#ingest/thread/join';

/**
 * Threads that lost a mail fall apart where nothing else holds them together, as they would had it never been there; so do those
 * that a mail had put together by naming mails that came later.
 * Killed in between, the next run goes on with the rest.
 */
export async function rejoinThreads(db: Connection): Promise<void> {
  for (const thread of await threadsToRejoin(db)) {
    const members = await threadMembers(db, [thread]);
    const joining = members.map(({ id, msgid, refs }) => ({ id, msgid, references: refs ? refs.split(' ') : [] }));
    const { threads, named } = takeApart(joining);
    // The thread's number stays with the message that gave it, else with the oldest.
    const keeps = threads[members.findIndex(({ id }) => id === thread)] ?? threads[0];
    const numberOf = (part: number) => (part === keeps ? thread : part);
    // What another thread has stays there: who is named falsely is not moved by it.
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
