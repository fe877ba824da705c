import type { Connection, Transaction, Value } from '#db/open';
import { inOrder, PACKED_COLUMNS, PLACED_COLUMNS } from '#db/write/columns';
import { FACT_TABLES, insertFacts } from '#db/write/facts';
import {
  addActivity,
  identityIds,
  insertBlocks,
  insertMessages,
  insertPostings,
  insertSearch,
  type PostingRow,
  type SearchWords,
} from '#db/write/messages';
import { saveCheckpoint } from '#db/write/sources';
import { markDirty, markDirtyOf, markToSplit, mergeThreads, replaceGhosts } from '#db/write/threads';
import { SEARCH_COLUMNS } from '#query/term';
import type { BatchMail } from './batch';
import type { BatchSource, ListNames } from './lists';
import type { Packed } from './protocol';
import type { Fresh, Resolved } from './resolve';

export interface Checkpoint {
  state: unknown;
  seen: string[];
}

/** The packed units of a batch, in the order of the stored mails. */
export type PackedUnit = { packed: Packed; fresh: Fresh[] };

/**
 * Writes a batch in one transaction. `rows` resolves when the rows that the next batch's decisions read are written, but not committed;
 * `whole` resolves at the commit.
 */
export function commitBatch(
  connection: Connection,
  lists: ListNames,
  source: BatchSource,
  resolved: Resolved,
  units: PackedUnit[],
  checkpoint: Checkpoint | null,
): { rows: Promise<void>; whole: Promise<void> } {
  let written = () => {};
  const rows = new Promise<void>((resolve) => {
    written = resolve;
  });
  const whole = connection.transaction(async (db) => {
    await writeRows(db, lists, source, resolved, units);
    written();
    await writeWords(db, units);
    if (checkpoint) await saveCheckpoint(db, source.id, checkpoint.state, checkpoint.seen);
  });
  return { rows: Promise.race([rows, whole]), whole };
}

/** Writes the rows that the next batch's decisions read. */
async function writeRows(
  db: Transaction,
  lists: ListNames,
  source: BatchSource,
  resolved: Resolved,
  units: PackedUnit[],
): Promise<void> {
  await mergeThreads(db, resolved.merges);
  await replaceGhosts(db, resolved.ghosts, resolved.arrived);
  const blockStarts: number[] = [];
  for (const { packed } of units) blockStarts.push(await insertBlocks(db, packed.blocks));
  await insertMessages(db, await messageRows(db, units, blockStarts));
  await post(db, lists, source, resolved);
  await markDirty(db, resolved.dirty);
  for (const thread of resolved.apart) await markToSplit(db, thread);
}

/** Writes the words for the index, and the facts. */
async function writeWords(db: Transaction, units: PackedUnit[]): Promise<void> {
  const words = units.flatMap(({ packed, fresh }) =>
    fresh.map(({ id }, n): SearchWords => {
      const ends = packed.columnEnds.subarray(n * SEARCH_COLUMNS.length, (n + 1) * SEARCH_COLUMNS.length);
      const start = n === 0 ? 0 : (packed.columnEnds[n * SEARCH_COLUMNS.length - 1] as number);
      return { id, start, ends, bytes: packed.words };
    }),
  );
  await insertSearch(
    db,
    words.sort((a, b) => a.id - b.id),
  );
  for (const table of Object.keys(FACT_TABLES)) {
    const rows = units.flatMap(({ packed, fresh }) =>
      (packed.facts[table] ?? []).map(([index, ...cells]): Value[] => [(fresh[index as number] as Fresh).id, ...cells]),
    );
    await insertFacts(db, table, rows);
  }
}

const byFirst = (a: Value[], b: Value[]) => (a[0] as number) - (b[0] as number);

async function messageRows(db: Transaction, units: PackedUnit[], blockStarts: number[]): Promise<Value[][]> {
  const authors = new Map<string, { name: string; address: string }>();
  for (const { fresh } of units) for (const { mail } of fresh) authors.set(authorKey(mail), authorOf(mail));
  const identities = await identityIds(db, [...authors.values()]);
  const rows = units.flatMap(({ packed, fresh }, unit) =>
    fresh.map(({ mail, id, thread, imposter }, n): Value[] => [
      ...inOrder<(typeof PLACED_COLUMNS)[number], Value>(PLACED_COLUMNS, {
        id,
        msgid: mail.msgid,
        imposter: imposter ? 1 : 0,
        author_id: identities.get(authorKey(mail)) ?? 0,
        sent_at: mail.sentAt,
        received_at: mail.receivedAt,
        refs: mail.refs,
        thread,
      }),
      ...withBlocks(packed.messages[n] as Value[], blockStarts[unit] as number),
    ]),
  );
  return rows.sort(byFirst);
}

const BLOCK_CELLS = (['head_block', 'text_block', 'body_block'] as const).map((name) => PACKED_COLUMNS.indexOf(name));

function withBlocks(cells: Value[], start: number): Value[] {
  for (const at of BLOCK_CELLS) if (cells[at] !== null) cells[at] = (cells[at] as number) + start;
  return cells;
}

const authorOf = (mail: BatchMail) => ({ name: mail.authorName, address: mail.authorAddress });
const authorKey = (mail: BatchMail) => `${mail.authorAddress}\n${mail.authorName}`;

/** Writes the postings of new mails, and of stored mails on another list. */
async function post(db: Transaction, lists: ListNames, source: BatchSource, resolved: Resolved): Promise<void> {
  const posted: { sentAt: number; row: PostingRow }[] = [];
  // In order of arrival, which is the order of their numbers.
  const mails = [...resolved.fresh, ...resolved.duplicates].sort(
    (a, b) => a.mail.unit - b.mail.unit || a.mail.index - b.mail.index,
  );
  for (const { mail, id } of mails) {
    const list_id = await lists.idOf(db, mail, mail.origin.posted?.list ?? source.listName, source);
    const oid = mail.origin.oid === null ? null : Buffer.from(mail.origin.oid, 'hex');
    const { posted: before } = mail.origin;
    const received = before ? before.receivedAt : (mail.origin.receivedAt ?? mail.receivedAt);
    const row = { list_id, message_id: id, source_id: source.id, epoch: mail.origin.epoch, oid };
    posted.push({ sentAt: mail.sentAt, row: { ...row, received_at: received, number: before?.number ?? null } });
  }
  const isNew = await insertPostings(
    db,
    posted.map(({ row }) => row),
  );
  const added = posted.filter((_, n) => isNew[n]);
  await addActivity(
    db,
    added.map(({ row, sentAt }) => ({ list: row.list_id, sentAt })),
  );
  // If another list now carries a stored message, its thread is on that list too.
  await markDirtyOf(
    db,
    added.map(({ row }) => row.message_id),
  );
}
