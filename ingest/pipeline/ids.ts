import type { Connection } from '#db/open';
import { findTaken } from '#db/write/messages';
import { firstIdAt, IDS_PER_SECOND } from '#mail/ids';

/** How far beyond its own second a crowded message looks at a time: mails without any date all share second 0. */
const CROWD_SPAN = 4096;

/** Hands out message ids. Remembers within a run where a crowded second's free numbers begin, so a crowd costs no search each. */
export class IdAllocator {
  readonly #nextFree = new Map<number, number>();

  constructor(private readonly db: Connection) {}

  /** Ids in the order of `sentAt`; each the first free number at or after its second. */
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
        // Beyond its own second: what stands there is unknown yet.
        for (const other of await findTaken(this.db, [id], CROWD_SPAN)) taken.add(other);
        known = id + CROWD_SPAN;
      }
      if (!taken.has(id)) break;
    }
    if (id >= start + IDS_PER_SECOND) this.#nextFree.set(start, id + 1);
    return id;
  }
}
