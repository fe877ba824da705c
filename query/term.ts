/** `term.kind`: identifiers that are searched whole (FIELD section 1). */
export const TERM = { dfpre: 1, dfpost: 2, patchid: 3, changeid: 4, forpatchid: 5 } as const;

/** Columns of `search` in db/schema.sql: who packs their words and who stores them must agree. */
export const SEARCH_COLUMNS = 15;
