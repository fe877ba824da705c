import type { Connection, Value } from '#db/open';
import { type MemberRow, replaceThreads, takeDirty, threadGhosts, threadMembers } from '#db/write/threads';
import { arrange, type Member, type Place } from '#ingest/thread/arrange';
import { groupBy } from '#mail/groups';

/** Messages arranged in one transaction: limits memory, and how long the writer holds the lock. */
const MESSAGES_AT_ONCE = 4000;

/** Arranges every dirty thread. If it is killed, the next run continues with those still marked. */
export async function arrangeDirty(db: Connection): Promise<void> {
  for (let ids = await takeDirty(db, MESSAGES_AT_ONCE); ids.length; ids = await takeDirty(db, MESSAGES_AT_ONCE)) {
    const members = groupBy(await threadMembers(db, ids), ({ thread }) => thread);
    const ghosts = groupBy(await threadGhosts(db, ids), ({ thread }) => thread);
    const threads: Value[][] = [];
    const places: [thread: number, places: Place[]][] = [];
    for (const id of ids) {
      const rows = members.get(id);
      // All its messages were withdrawn.
      if (!rows) continue;
      const arranged = arrange(
        rows.map((row) => new StoredMember(row)),
        (ghosts.get(id) ?? []).map(({ msgid }) => msgid),
      );
      threads.push(threadRow(id, rows, arranged));
      places.push([id, arranged]);
    }
    await db.transaction((tx) => replaceThreads(tx, ids, threads, placeRows(places)));
  }
}

/** A class, because each object literal with a getter would have its own hidden class in V8. */
class StoredMember implements Member {
  readonly id: number;
  readonly msgid: string;
  readonly imposter: boolean;
  readonly #refs: string;

  constructor(row: MemberRow) {
    this.id = row.id;
    this.msgid = row.msgid;
    this.imposter = row.imposter === 1;
    this.#refs = row.refs;
  }

  /** Split on demand: the references of a million mails would not fit in memory. */
  get references(): string[] {
    return this.#refs ? this.#refs.split(' ') : [];
  }
}

function threadRow(id: number, rows: MemberRow[], places: Place[]): Value[] {
  const first = rows[0] as MemberRow;
  const last = rows[rows.length - 1] as MemberRow;
  const top = places.find((place) => place.member)?.member as Member;
  const shown = rows.find((row) => row.id === top.id) as MemberRow;
  const root = places[0]?.ghost ?? places[0]?.member?.msgid ?? shown.msgid;
  const participants = new Set(rows.map((row) => row.address)).size;
  return [id, root, shown.subject, first.id, last.id, rows.length, participants, shown.author_id];
}

/** Made while writing: for the largest threads, all rows would need as much memory as the places. */
function* placeRows(threads: [thread: number, places: Place[]][]): Generator<Value[]> {
  for (const [thread, places] of threads)
    for (const [position, place] of places.entries()) yield placeRow(thread, position, place);
}

function placeRow(thread: number, position: number, place: Place): Value[] {
  return [thread, position, place.depth, place.parent, place.member?.id ?? null, place.ghost];
}
