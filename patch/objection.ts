import { REVIEWS } from './trailer';

/** A line of a reply that refuses a patch or asks for a change. */
export interface Objected {
  /** message.id; ascending by time. */
  id: number;
  person: number;
  /** Hash of the patch's title; null if the objection is to the cover letter, and so to the whole series. */
  title: number | null;
}

/** A trailer in a reply by the person whom it names. */
export interface Given {
  id: number;
  key: string;
  person: number;
  /** As above; null if it is given to the cover letter. */
  title: number | null;
}

/**
 * The trailer that shows that an objection is met: a later review trailer by the same person for the same patch or for the whole series.
 * Undefined if there is none. A trailer for another patch shows nothing, and neither does a newer version.
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
