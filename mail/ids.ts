/**
 * How a message's number in the database and its time make one another (docs/decisions/0002): id = sent_at * 8 + n,
 * n being the first number that is free. Order by id is therefore order by time, and a span of time is a range of ids.
 */
export const IDS_PER_SECOND = 8;

/** When the message of this id was sent, in Unix seconds. */
export function timeOf(id: number): number {
  return Math.floor(id / IDS_PER_SECOND);
}

/** The lowest id that a message sent in this Unix second can have; of a duration in seconds, the ids it spans. */
export function firstIdAt(seconds: number): number {
  return seconds * IDS_PER_SECOND;
}
