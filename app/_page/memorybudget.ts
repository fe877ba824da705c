import { roomHeld } from '../_web/metrics';

/** A larger mail is not copied, and the memory for such mails is bounded. */
export const LARGE_BYTES = 8 * 1024 * 1024;
/** Memory for all large mails together. One is always admitted, whatever its size (ingest takes none above 256 MB). */
const MAX_HELD_BYTES = 256 * 1024 * 1024;
/** A larger thread page takes room too: 30 clients that asked for a 24 MB page and did not read it held 1.8 GB (2026-11-28). */
export const LARGE_PAGE_BYTES = 1024 * 1024;
/** Memory that a thread page takes while it is sent, as a multiple of its text: the text, one part as HTML, that part compressed. */
export const PAGE_TIMES = 2;
/** Memory that the MIME parser takes for a mail, as a multiple of its size. */
export const TAKEN_APART = 4;
/** How often a waiting download checks whether there is room. */
const LOOK_EVERY_MS = 200;

// The build may give each route its own copy of this file.
const holder = globalThis as typeof globalThis & { threadlineLarge?: Map<unknown, { bytes: number; users: number }> };
holder.threadlineLarge ??= new Map();
const held = holder.threadlineLarge;

/**
 * Takes room for a large mail and returns a function that gives it back; null if there is none. Users of one key share a copy and its room.
 * A mail that is not large needs none.
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

/** The same for a download that has begun: it waits for room. */
export async function waitForLarge(bytes: number, key: unknown, from = LARGE_BYTES): Promise<() => void> {
  for (;;) {
    const release = holdLarge(bytes, 1, key, from);
    if (release) return release;
    await new Promise((later) => setTimeout(later, LOOK_EVERY_MS));
  }
}
