import type { MsgId } from '#mail/types';

/** The data of a message that joining needs. `id` is `message.id`. */
export interface Joining {
  id: number;
  msgid: MsgId;
  references: MsgId[];
  /** Another message with this msgid came first. */
  isImposter?: boolean;
}

/** A known id: its thread, and whether the mail itself is missing. */
export interface Known {
  thread: number;
  isGhost: boolean;
}

export interface Joined {
  /** The thread of each message, in the given order. */
  threads: number[];
  /** The threads of msgids that the messages name and that were unknown before: ghosts, unless a message has that msgid. */
  named: Map<MsgId, number>;
  /** Threads that no longer exist, and the threads that got their messages. */
  merged: Map<number, number>;
  /** Threads that got a mail which others had named before; one of them may have named it falsely. */
  late: Set<number>;
}

/**
 * The number of threads that a mail may join. Real mails join at most three, in any order of arrival (27,608 mails, 2026-11-28), but
 * anybody can name thirty.
 */
const MAX_UNITED = 4;

/**
 * Joins messages into threads like public-inbox: a mail that names a Message-ID in References or In-Reply-To
 * belongs to its thread, and a late mail joins the threads above and below it. But existing mails have already named
 * what they answer, so of those that a message names, only the nearest one counts, its parent.
 * `known` has the msgids of the messages, or named by them, that are in the database.
 * The result is the same as joining one message after another, so it does not depend on batches.
 */
export function joinThreads(messages: Joining[], known: ReadonlyMap<MsgId, Known>): Joined {
  const named = new Map<MsgId, number>();
  const merged = new Map<number, number>();
  const late = new Set<number>();
  const come = new Set<MsgId>();
  const isThere = (id: MsgId) => come.has(id) || known.get(id)?.isGhost === false;
  const threadOf = (id: MsgId) => {
    const thread = named.get(id) ?? known.get(id)?.thread;
    return thread === undefined ? undefined : lastOf(merged, thread);
  };
  const threads = messages.map((message) => {
    const own = threadOf(message.msgid);
    // Another mail with an existing id belongs to that mail's thread, whatever it names.
    const counting = isThere(message.msgid) ? [] : countingOf(message.references, isThere);
    const found = new Set<number>(own === undefined ? [] : [own]);
    for (const id of counting) {
      const thread = threadOf(id);
      if (thread !== undefined && found.size < MAX_UNITED) found.add(thread);
    }
    const target = found.size ? Math.min(...found) : message.id;
    for (const thread of found) if (thread !== target) merged.set(thread, target);
    for (const id of [message.msgid, ...message.references])
      if (!known.has(id) && !named.has(id)) named.set(id, target);
    if (own !== undefined && !isThere(message.msgid)) late.add(target);
    come.add(message.msgid);
    return target;
  });
  for (const thread of merged.keys()) merged.set(thread, lastOf(merged, thread));
  for (const [id, thread] of named) named.set(id, lastOf(merged, thread));
  return {
    threads: threads.map((thread) => lastOf(merged, thread)),
    named,
    merged,
    late: new Set([...late].map((thread) => lastOf(merged, thread))),
  };
}

/** The thread that a thread was merged into. Compresses paths: otherwise a chain of late parents would be walked for each mail. */
function lastOf(merged: Map<number, number>, thread: number): number {
  let at = thread;
  for (let next = merged.get(at); next !== undefined; next = merged.get(at)) {
    const after = merged.get(next);
    if (after !== undefined) merged.set(at, after);
    at = after ?? next;
  }
  return at;
}

/** The nearest existing mail, then the missing ones, nearest first. */
function countingOf(references: readonly MsgId[], isThere: (id: MsgId) => boolean): MsgId[] {
  const nearest = references.findLast(isThere);
  return [
    ...(nearest === undefined ? [] : [nearest]),
    ...references.filter((id) => !isThere(id) && id !== nearest).reverse(),
  ];
}

/**
 * Splits a thread into the threads that its messages' headers imply, in any order of arrival. Each message belongs to the nearest
 * existing one that it names; missing ones join only messages without an existing parent. An imposter, whatever date it claims, belongs
 * to the mail whose id it has, and joins or separates nothing.
 */
export function takeApart(messages: Joining[]): Pick<Joined, 'threads' | 'named'> {
  const merged = new Map<number, number>();
  // The last entry of a Map wins: a mail that is no imposter, the oldest if there are several.
  const bearerLast = messages
    .toReversed()
    .sort((a, b) => Number(b.isImposter ?? false) - Number(a.isImposter ?? false));
  const borne = new Map(bearerLast.map(({ msgid, id }) => [msgid, id]));
  const isThere = (id: MsgId) => borne.has(id);
  const at = (thread: number) => lastOf(merged, thread);
  const unite = (a: number, b: number) => {
    const [one, other] = [at(a), at(b)];
    if (one !== other) merged.set(Math.max(one, other), Math.min(one, other));
  };
  for (const { id, msgid, references } of messages) {
    const first = borne.get(msgid) as number;
    const parent = references.findLast(isThere);
    if (first !== id) unite(first, id);
    else if (parent !== undefined) unite(borne.get(parent) as number, id);
  }
  const bearers = messages.filter(({ id, msgid }) => borne.get(msgid) === id);
  const rooted = new Set(bearers.filter(({ references }) => !references.length).map(({ id }) => at(id)));
  const named = new Map<MsgId, number>();
  for (const { id, references } of bearers) {
    let united = 1;
    for (const ghost of references.filter((one) => !isThere(one)).reverse()) {
      const other = named.get(ghost);
      if (other === undefined) named.set(ghost, id);
      else if (at(other) !== at(id) && !(rooted.has(at(other)) && rooted.has(at(id))) && ++united <= MAX_UNITED) {
        const isRooted = rooted.has(at(other)) || rooted.has(at(id));
        unite(other, id);
        if (isRooted) rooted.add(at(id));
      }
    }
  }
  for (const { id, references } of messages)
    for (const ghost of references) if (!isThere(ghost) && !named.has(ghost)) named.set(ghost, id);
  for (const [ghost, id] of named) named.set(ghost, at(id));
  return { threads: messages.map(({ id }) => at(id)), named };
}
