import { roomHeld } from '../_web/metrics';

/** Above this a mail is large: it is not copied, and how much of such is in memory at once is bounded. */
export const LARGE_BYTES = 8 * 1024 * 1024;
/** Of large mails, in all; one is always let in, however large (ingest takes none above 256 MB). */
const MAX_HELD_BYTES = 256 * 1024 * 1024;
/** A thread page above this holds room too: thirty readers of a 24 MB one, none of whom reads, had 1.8 GB (2026-11-28). */
export const LARGE_PAGE_BYTES = 1024 * 1024;
/** Memory that a thread page takes while it is sent, as a multiple of its text: the text, one part as HTML, that part compressed. */
export const PAGE_TIMES = 2;
/** What a mail costs that is taken apart by the MIME parser, in times of its size. */
export const TAKEN_APART = 4;
/** How often a download that is under way looks whether it is its turn. */
const LOOK_EVERY_MS = 200;

// The build may give each route its own copy of this file.
const holder = globalThis as typeof globalThis & { threadlineLarge?: Map<unknown, { bytes: number; users: number }> };
holder.threadlineLarge ??= new Map();
const held = holder.threadlineLarge;

/**
 * Room for a large mail, to be given back; null while there is none. All with the same key share one copy, and so its room.
 * What is not large needs none.
 */
export function holdLarge(
  bytes: number,
  times: number,
  key: unknown = Symbol('its own'),
  from = LARGE_BYTES,
): (() => void) | null {
  if (bytes <= from) return () => {};
  const one = held.get(key) ?? { bytes: bytes * times, users: 0 };
  const total = bytesHeld();
  if (!one.users && total > 0 && total + one.bytes > MAX_HELD_BYTES) return null;
  one.users++;
  held.set(key, one);
  roomHeld.set(bytesHeld());
  let isHeld = true;
  return () => {
    if (isHeld && --one.users === 0) held.delete(key);
    isHeld = false;
    roomHeld.set(bytesHeld());
  };
}

const bytesHeld = () => [...held.values()].reduce((sum, { bytes }) => sum + bytes, 0);

/** The same for what has begun to be sent: it waits. */
export async function waitForLarge(bytes: number, key: unknown, from = LARGE_BYTES): Promise<() => void> {
  for (;;) {
    const release = holdLarge(bytes, 1, key, from);
    if (release) return release;
    await new Promise((later) => setTimeout(later, LOOK_EVERY_MS));
  }
}
