import type { Connection } from '#db/open';
import { findTaken } from '#db/write/messages';
import { firstIdAt, IDS_PER_SECOND } from '#mail/ids';

/** How far beyond a crowded second to look at a time: all mails without a date share second 0. */
const CROWD_SPAN = 4096;

/** Allocates message ids. Remembers within a run where the free numbers of a crowded second begin, so that a crowd needs no searches. */
export class IdAllocator {
  readonly #nextFree = new Map<number, number>();

  constructor(private readonly db: Connection) {}

  /** Ids in the order of `sentAt`: for each, the first free number at or after its second. */
  async allocate(sentAt: number[]): Promise<number[]> {
    const starts = [...new Set(sentAt)].map((second) => firstIdAt(second));
    const taken = new Set(await findTaken(this.db, starts, IDS_PER_SECOND));
    const ids: number[] = [];
    for (const second of sentAt) {
      const id = await this.#next(firstIdAt(second), taken);
      taken.add(id);
      ids.push(id);
    }
    return ids;
  }

  async #next(start: number, taken: Set<number>): Promise<number> {
    let id = this.#nextFree.get(start) ?? start;
    let known = start + IDS_PER_SECOND;
    for (; ; id++) {
      if (id >= known) {
        // Beyond its own second: load which ids are taken there.
        for (const other of await findTaken(this.db, [id], CROWD_SPAN)) taken.add(other);
        known = id + CROWD_SPAN;
      }
      if (!taken.has(id)) break;
    }
    if (id >= start + IDS_PER_SECOND) this.#nextFree.set(start, id + 1);
    return id;
  }
}
