/** A larger mail is rejected: no list has such a mail, but a decompression bomb may. */
export const MAX_MAIL_BYTES = 256 * 1024 * 1024;

/** Bytes of a mail that is too long that are kept with its reject. */
export const REJECT_KEPT_BYTES = 1024 * 1024;

/** gzip compresses mail by a factor of four to ten, and a bomb by a thousand. Small files may exceed this. */
export const MAX_GZIP_RATIO = 200;
export const BOMB_FROM_BYTES = 64 * 1024 * 1024;

/** Mails between checkpoints. */
export const CHECKPOINT_EVERY = 1000;

export const REASON_BLANK = 'contains no mail';
export const REASON_TOO_LONG = `longer than ${MAX_MAIL_BYTES / 1024 / 1024} MiB; only the beginning is kept`;

/** Whether there is only white space. */
export function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) {
    if (byte > 0x20) return false;
  }
  return true;
}
