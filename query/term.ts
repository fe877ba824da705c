/** `term.kind`: identifiers that are searched whole (FIELD section 1). */
export const TERM = { dfpre: 1, dfpost: 2, patchid: 3, changeid: 4, forpatchid: 5 } as const;

/** Columns of `search` in db/schema.sql, in their order: who packs their words and who stores them read this list. */
export const SEARCH_COLUMNS = [
  ...(['subject', 'author', 'recipient', 'copied', 'own', 'aside', 'quoted'] as const),
  ...(['file', 'hunk', 'removed', 'added', 'context', 'attachment', 'msgid', 'list'] as const),
] as const;
export type SearchColumn = (typeof SEARCH_COLUMNS)[number];
