/** The columns of `message` (db/schema.sql) that only the main thread knows: a mail's relation to stored mails. */
export const PLACED_COLUMNS = [
  'id',
  'msgid',
  'imposter',
  'author_id',
  'sent_at',
  'received_at',
  'refs',
  'thread',
] as const;

/** The other columns, which a worker fills (ingest/pipeline/pack.ts). Block numbers are local to its unit until they are stored. */
export const PACKED_COLUMNS = [
  ...(['subject', 'sent_zone', 'date_note', 'in_reply_to', 'flags', 'lines', 'bytes', 'attachments', 'notes'] as const),
  ...(['head_block', 'head_at', 'head_size', 'text_block', 'text_at', 'text_size'] as const),
  ...(['body_block', 'body_at', 'body_size'] as const),
] as const;

/** The columns of `posting`. */
export const POSTING_COLUMNS = ['list_id', 'message_id', 'source_id', 'epoch', 'oid', 'received_at', 'number'] as const;

/** Turns values by column name into an array in the order of the columns. */
export const inOrder = <Column extends string, Cell>(columns: readonly Column[], row: Record<Column, Cell>): Cell[] =>
  columns.map((column) => row[column]);
