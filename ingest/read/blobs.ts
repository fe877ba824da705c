import { MAX_MAIL_BYTES, REJECT_KEPT_BYTES } from './limits';

/** A blob as `git cat-file --batch` gives it: `bytes` null where the repository lacks it, `cut` where it is too long. */
export interface Blob {
  bytes: Buffer | null;
  cut: boolean;
}

const LINE_END = 10;

/**
 * Cuts the output of `git cat-file --batch` (`<oid> <type> <size>\n<bytes>\n`, or `<oid> missing\n`) into blobs.
 * A blob that lies within one chunk is a view of it, not a copy.
 */
export class BlobSplitter {
  /** Bytes of a header line that goes on in the next chunk. */
  #header = '';
  /** A blob that goes on in the next chunk: its bytes so far, and how many of it are still to come. */
  #partial: Buffer | null = null;
  #filled = 0;
  #missing = 0;
  #cut = false;

  /** The blobs that end in this chunk, in order. */
  push(chunk: Buffer): Blob[] {
    const blobs: Blob[] = [];
    let at = this.#partial ? this.#fill(chunk, blobs) : 0;
    while (at < chunk.length) {
      const end = chunk.indexOf(LINE_END, at);
      if (end < 0) {
        this.#header += chunk.toString('latin1', at);
        break;
      }
      const header = this.#header + chunk.toString('latin1', at, end);
      this.#header = '';
      at = this.#take(header, chunk, end + 1, blobs);
    }
    return blobs;
  }

  /** Takes the blob after a header from the chunk; the position after it. */
  #take(header: string, chunk: Buffer, at: number, blobs: Blob[]): number {
    const size = Number(header.slice(header.lastIndexOf(' ') + 1));
    if (!Number.isSafeInteger(size)) {
      blobs.push({ bytes: null, cut: false });
      return at;
    }
    const end = at + size;
    if (end < chunk.length && size <= MAX_MAIL_BYTES) {
      blobs.push({ bytes: chunk.subarray(at, end), cut: false });
      return end + 1;
    }
    this.#cut = size > MAX_MAIL_BYTES;
    this.#partial = Buffer.allocUnsafeSlow(this.#cut ? REJECT_KEPT_BYTES : size);
    this.#filled = 0;
    this.#missing = size + 1;
    return at + this.#fill(chunk.subarray(at), blobs);
  }

  /** Adds the chunk's beginning to the blob under way; how many bytes of the chunk belonged to it, its line end included. */
  #fill(chunk: Buffer, blobs: Blob[]): number {
    const blob = this.#partial as Buffer;
    const taken = Math.min(this.#missing, chunk.length);
    this.#filled += chunk.copy(blob, this.#filled, 0, Math.min(taken, blob.length - this.#filled));
    this.#missing -= taken;
    if (this.#missing === 0) {
      blobs.push({ bytes: blob, cut: this.#cut });
      this.#partial = null;
    }
    return taken;
  }
}
