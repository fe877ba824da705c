import { PATCH_TABLES } from './patch';

/**
 * Tables that hold facts read off single messages, with their columns after `message_id`. The packer fills them by name
 * (ingest/pipeline/pack.ts); the key of each includes message_id, so that a fact seen twice is stored once.
 */
export const FACT_TABLES: Record<string, string> = {
  term: 'message_id, kind, value',
  ...PATCH_TABLES,
};
