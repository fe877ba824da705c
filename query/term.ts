/** `term.kind`: identifiers that are searched as a whole. */
export const TERM = { dfpre: 1, dfpost: 2, patchid: 3, changeid: 4, forpatchid: 5 } as const;

/** The columns of `search` in db/schema.sql, in order; used for packing the words and for storing them. */
export const SEARCH_COLUMNS = [
  ...(['subject', 'author', 'recipient', 'copied', 'own', 'aside', 'quoted'] as const),
  ...(['file', 'hunk', 'removed', 'added', 'context', 'attachment', 'msgid', 'list'] as const),
] as const;
export type SearchColumn = (typeof SEARCH_COLUMNS)[number];
