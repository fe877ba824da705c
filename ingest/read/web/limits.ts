/** Limits against misbehaving servers; listed in docs/ARCHITECTURE.md. */

/** A server that is silent for this long is given up, unless the caller sets another limit. */
export const SILENCE_SECONDS = 60;

/** Redirects that are followed in a row; they must stay on the same host. */
export const MAX_REDIRECTS = 5;

/** A list's manifest has a few hundred bytes per epoch; that of a server with thousands of lists has a few megabytes. */
export const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;

/** linux-kernel has 18 epochs after 26 years. */
export const MAX_EPOCHS = 1000;

/** An index page of a pipermail archive; the longest have a few hundred months. */
export const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** Slower transfers, averaged over the allowed silence, are ended. Even the progress lines of a server that counts objects are faster. */
export const SLOWEST_BYTES_PER_SECOND = 10;

/** A git transfer that takes longer is ended, even if it makes progress. */
export const MAX_TRANSFER_HOURS = 24;

/** The largest repository: public-inbox begins a new epoch after 1 GiB; a version 1 inbox may have several GiB. */
export const MAX_REPOSITORY_BYTES = 32 * 1024 * 1024 * 1024;

/** How far followed mailboxes are read ahead; each may use this much memory. */
export const AHEAD_BYTES = 16 * 1024 * 1024;

/** The longest wait that a server can demand with Retry-After. */
export const MAX_RETRY_AFTER_SECONDS = 24 * 3600;

/**
 * How often the manifest is requested without conditions. Last-Modified has whole seconds, and public-inbox takes it from the newest
 * commit's date, which a purge does not change.
 */
export const ASK_IN_FULL_AFTER_MS = 6 * 3600 * 1000;
