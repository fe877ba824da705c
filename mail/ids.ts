/**
 * A message's id is made from its time (docs/decisions/0002): id = sent_at * 8 + n, where n is the first free number.
 * Order by id is therefore order by time, and a span of time is a range of ids.
 */
export const IDS_PER_SECOND = 8;
export const IDS_PER_DAY = firstIdAt(86_400);

/** When the message with this id was sent, in Unix seconds. */
export function timeOf(id: number): number {
  return Math.floor(id / IDS_PER_SECOND);
}

/** The lowest id of a message sent in this Unix second. For a duration in seconds, the number of ids that it spans. */
export function firstIdAt(seconds: number): number {
  return seconds * IDS_PER_SECOND;
}
