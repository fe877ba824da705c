/** A page that the reader saved. */
export interface Saved {
  href: string;
  title: string;
  feed?: string;
  at: number;
}

/** A visit of a place: a thread by its first mail, a list by its address. Sets of tokens are strings with spaces between. */
export interface Visit {
  at: number;
  /** When the visit before ended, what was known then, and the newest mail. */
  since?: number;
  known?: string;
  from?: string;
  newest?: string;
  all: string;
  /** Mails that were read. */
  read: string;
}

/** A visit's place is stored as `at `, with the kind of place and its name. */
type Key = 'theme' | 'saved' | `at ${string}`;
type Value<K extends Key> = K extends 'theme' ? string : K extends 'saved' ? Saved[] : Visit;

const PLACES = 400;

/** What was stored. It is not checked: only imports (saved.ts) write what others made. */
export function recall<K extends Key>(key: K): Value<K> | null {
  // Storage may be forbidden or full: then nothing is remembered.
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

export function remember<K extends Key>(key: K, value: Value<K>): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    forget(0.5);
  }
}

/** Forgets the places that were left longest ago; `part` of the most that are kept remain. */
export function forget(part: number): void {
  try {
    const places = Object.keys(localStorage).filter((key): key is `at ${string}` => key.startsWith('at '));
    const old = places.map((key) => ({ key, at: recall(key)?.at ?? 0 })).sort((a, b) => a.at - b.at);
    for (const { key } of old.slice(0, Math.max(0, places.length - PLACES * part))) localStorage.removeItem(key);
  } catch {}
}
