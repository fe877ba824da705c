import type { Connection } from '#db/open';
import { moveMembers, threadMembers, threadsToRejoin } from '#db/write/threads';
import { joinThreads } from '#ingest/thread/join';

/**
 * Threads that lost a mail fall apart where nothing else holds them together, as they would had it never been there.
 * Killed in between, the next run goes on with the rest.
 */
export async function rejoinThreads(db: Connection): Promise<void> {
  for (const thread of await threadsToRejoin(db)) {
    const members = await threadMembers(db, [thread]);
    const joining = members.map(({ id, msgid, refs }) => ({ id, msgid, references: refs ? refs.split(' ') : [] }));
    const { threads, named } = joinThreads(joining, new Map());
    // The thread's number stays with the message that gave it, else with the oldest.
    const keeps = threads[members.findIndex(({ id }) => id === thread)] ?? threads[0];
    const numberOf = (part: number) => (part === keeps ? thread : part);
    const borne = new Set(members.map(({ msgid }) => msgid));
    await moveMembers(
      db,
      thread,
      threads.flatMap((part, n): [number, number][] => (part === keeps ? [] : [[joining[n]?.id ?? 0, part]])),
      [...named].filter(([msgid]) => !borne.has(msgid)).map(([msgid, part]) => [msgid, numberOf(part)]),
    );
  }
}
