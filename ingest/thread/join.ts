import type { MsgId } from '#mail/types';

/** What joining needs of a message. `id` is `message.id`. */
export interface Joining {
  id: number;
  msgid: MsgId;
  references: MsgId[];
}

export interface Joined {
  /** Thread of each message, in the order given. */
  threads: number[];
  /** Thread of every msgid that the messages name and that no thread held before: ghosts, unless a message bears it. */
  named: Map<MsgId, number>;
  /** Threads that ceased to exist, and where their messages went. */
  merged: Map<number, number>;
}

/**
 * Joins messages into threads as public-inbox does: whoever names a Message-ID in References or In-Reply-To
 * belongs to its thread, and a message that names ids of two threads makes them one (a late parent).
 * `known` holds the thread of each msgid, among those the messages bear or name, that the database has.
 * The result is that of joining one message after another, so it does not depend on how they are batched.
 */
export function joinThreads(messages: Joining[], known: ReadonlyMap<MsgId, number>): Joined {
  const named = new Map<MsgId, number>();
  const merged = new Map<number, number>();
  const find = (thread: number): number => {
    let at = thread;
    for (let next = merged.get(at); next !== undefined; next = merged.get(at)) at = next;
    return at;
  };
  const threads = messages.map((message) => {
    const ids = [message.msgid, ...message.references];
    const found = new Set<number>();
    for (const id of ids) {
      const thread = named.get(id) ?? known.get(id);
      if (thread !== undefined) found.add(find(thread));
    }
    const target = found.size ? Math.min(...found) : message.id;
    for (const thread of found) if (thread !== target) merged.set(thread, target);
    for (const id of ids) if (!known.has(id)) named.set(id, target);
    return target;
  });
  for (const thread of merged.keys()) merged.set(thread, find(thread));
  for (const [id, thread] of named) named.set(id, find(thread));
  return { threads: threads.map(find), named, merged };
}
