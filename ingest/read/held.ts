/** A blob that an earlier run posted: its name, and the message as which it is stored. */
export interface HeldBlob {
  oid: string;
  message: number;
}

const FIRST_CAPACITY = 4096;

/**
 * The blobs that earlier runs posted from an epoch whose history was rewritten. An epoch has up to a million mails, so an entry takes
 * only the 20 or 32 bytes of its name and 13 more.
 */
export class Held {
  #oids = Buffer.alloc(0);
  #messages = new Float64Array(0);
  #size = 20;
  #length = 0;
  /** Entries by name, and below, which of them the new history also has. */
  #order = new Uint32Array(0);
  #found = new Uint8Array(0);

  static async load(pages: AsyncIterable<HeldBlob[]>): Promise<Held> {
    const held = new Held();
    for await (const page of pages) for (const blob of page) held.#add(blob);
    held.#sort();
    return held;
  }

  #add({ oid, message }: HeldBlob): void {
    if (this.#length === 0) this.#size = oid.length / 2;
    if (oid.length / 2 !== this.#size) return;
    if (this.#length === this.#messages.length) this.#grow();
    this.#oids.write(oid, this.#length * this.#size, this.#size, 'hex');
    this.#messages[this.#length++] = message;
  }

  #grow(): void {
    const capacity = Math.max(FIRST_CAPACITY, 2 * this.#messages.length);
    const oids = Buffer.alloc(capacity * this.#size);
    this.#oids.copy(oids);
    const messages = new Float64Array(capacity);
    messages.set(this.#messages);
    [this.#oids, this.#messages] = [oids, messages];
  }

  #sort(): void {
    this.#order = Uint32Array.from({ length: this.#length }, (_, n) => n).sort((a, b) =>
      this.#compare(a, this.#name(b)),
    );
    this.#found = new Uint8Array(this.#length);
  }

  #name(entry: number): Buffer {
    return this.#oids.subarray(entry * this.#size, (entry + 1) * this.#size);
  }

  #compare(entry: number, name: Buffer): number {
    return this.#oids.compare(name, 0, this.#size, entry * this.#size, (entry + 1) * this.#size);
  }

  /** Marks a blob as part of the new history; returns whether it was posted before. */
  find(oid: string): boolean {
    const name = Buffer.from(oid, 'hex');
    if (name.length !== this.#size) return false;
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#order[middle] as number, name) < 0) low = middle + 1;
      else high = middle;
    }
    const first = low;
    // A blob may be posted on several lists.
    for (; low < this.#length && this.#compare(this.#order[low] as number, name) === 0; low++) this.#found[low] = 1;
    return low > first;
  }

  /** The blobs that the new history does not have. */
  *lost(): Generator<HeldBlob> {
    for (let n = 0; n < this.#length; n++) {
      const entry = this.#order[n] as number;
      if (!this.#found[n]) yield { oid: this.#name(entry).toString('hex'), message: this.#messages[entry] as number };
    }
  }
}
