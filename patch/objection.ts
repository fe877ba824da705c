import { REVIEWS } from './trailer';

/** A line of a reply in which somebody refuses a patch or asks for a change. */
export interface Objected {
  /** Ids of messages are times. */
  id: number;
  person: number;
  /** Hash of the patch's title; null where the objection is to the cover letter, and so to all of it. */
  title: number | null;
}

/** A trailer that stands in a reply of the person whom it names. */
export interface Given {
  id: number;
  key: string;
  person: number;
  /** As above: null where it is given to the cover letter. */
  title: number | null;
}

/**
 * The act by which the objector shows that an objection is met: a later trailer of review of theirs for the same patch, or for the
 * whole series. One for another patch shows nothing, and neither does a newer version by itself: undefined.
 */
export function metBy<T extends Given>(objection: Objected, given: readonly T[]): T | undefined {
  return given.find(
    (one) =>
      one.id > objection.id &&
      one.person === objection.person &&
      REVIEWS.includes(one.key) &&
      (one.title === null || one.title === objection.title),
  );
}
