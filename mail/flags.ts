/** Bits of `message.flags`. */
export const FLAG = {
  /** Has References or In-Reply-To, or a subject that begins with Re:. */
  reply: 1,
  /** Contains a diff that is not quoted (inline or attached). */
  patch: 2,
  /** A 0/n mail. */
  cover: 4,
  attachment: 8,
  /** The text was made from HTML; no text/plain part. */
  html: 16,
  /** No Message-ID header: derived from the bytes. */
  derived: 32,
} as const;
