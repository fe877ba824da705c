/** A mail above this is rejected: no list carries one, and a decompression bomb does. */
export const MAX_MAIL_BYTES = 256 * 1024 * 1024;

/** How much of a mail that is too long is kept with its reject. */
export const REJECT_KEPT_BYTES = 1024 * 1024;

/** gzip makes mail four to ten times smaller, and a bomb a thousand times; below so many bytes nobody is hurt. */
export const MAX_GZIP_RATIO = 200;
export const BOMB_FROM_BYTES = 64 * 1024 * 1024;

/** Mails between checkpoints. */
export const CHECKPOINT_EVERY = 1000;

export const REASON_BLANK = 'holds no mail at all';
export const REASON_TOO_LONG = `longer than ${MAX_MAIL_BYTES / 1024 / 1024} MiB; only its beginning is kept`;

/** Whether there is nothing but white space in it. */
export function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) {
    if (byte > 0x20) return false;
  }
  return true;
}
