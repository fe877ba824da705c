/** A small seeded generator (mulberry32): the same seed gives the same archive on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed >>> 0) ^ 0x9e3779b9;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** Low indexes far more often than high ones, like the words of a language (Zipf). */
  zipf<T>(from: readonly T[]): T {
    return from[Math.floor((from.length + 1) ** this.next()) - 1] as T;
  }

  hex(length: number): string {
    let digits = '';
    while (digits.length < length) digits += this.below(16).toString(16);
    return digits;
  }
}
