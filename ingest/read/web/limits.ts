/** Bounds for what a server may do to us. They are listed in docs/ARCHITECTURE.md. */

/** A server that says nothing for so long is given up on, unless the caller says otherwise. */
export const SILENCE_SECONDS = 60;

/** Redirects followed in a row; they may only lead to the same host. */
export const MAX_REDIRECTS = 5;

/** A list's manifest has a few hundred bytes an epoch; that of a whole server with thousands of lists has a few megabytes. */
export const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;

/** linux-kernel has 18 epochs after 26 years. */
export const MAX_EPOCHS = 1000;

/** An index page of a pipermail archive; the longest have a few hundred months. */
export const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** Transfers slower than this over the time of silence are ended. Progress lines alone of a server that counts objects are more. */
export const SLOWEST_BYTES_PER_SECOND = 10;

/** One git transfer takes no longer, however slowly it goes on. */
export const MAX_TRANSFER_HOURS = 24;

/** One repository grows no bigger: public-inbox begins a new epoch after 1 GiB, a version 1 inbox may have several. */
export const MAX_REPOSITORY_BYTES = 32 * 1024 * 1024 * 1024;

/** Followed mailboxes are read ahead up to here; each that is followed may hold as much in memory. */
export const AHEAD_BYTES = 16 * 1024 * 1024;

/** Longest wait that a server may ask for with Retry-After. */
export const MAX_RETRY_AFTER_SECONDS = 24 * 3600;

/**
 * Last-Modified has whole seconds, and public-inbox takes it from the newest commit's date, which a purge does not change:
 * once in so long the manifest is asked for without conditions.
 */
export const ASK_IN_FULL_AFTER_MS = 6 * 3600 * 1000;
