import { brotliDecompressSync } from 'node:zlib';
import { spaceCjk } from '#query/cjk';
import { DatabaseError, type Snapshot } from '../open';
import { blockSum } from '../sum';
import { SLOTS, type Slots } from './blocks';
import { CHECKS, UNFINISHED } from './verifychecks';

/** A fault, and how often it was found. */
export interface Fault {
  fault: string;
  count: number;
}

/**
 * Checks that the database is consistent. Yields the name of each check as it begins, the faults, and work that a killed run left for
 * the next one, which is not a fault.
 */
export async function* verify(
  db: Snapshot,
): AsyncGenerator<{ check: string } | { unfinished: string; count: number } | Fault> {
  const checks: [string, () => AsyncIterable<Fault>][] = [
    ['pages of the file, indexes against rows', () => checkFile(db)],
    ...CHECKS.map(([fault, sql]): [string, () => AsyncIterable<Fault>] => [fault, () => counted(db, fault, sql)]),
    [REFERENCES, () => checkReferences(db)],
    [SUBJECTS, () => checkSubjects(db)],
    [UNREADABLE, () => checkBlocks(db)],
  ];
  for (const [check, faults] of checks) {
    yield { check };
    try {
      yield* faults();
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== 'SQLITE_CORRUPT') throw error;
      yield { fault: `${check}: cannot check, because the pages needed are damaged`, count: 1 };
    }
  }
  for (const [unfinished, sql] of UNFINISHED) {
    const count = (await db.get<{ n: number }>(sql))?.n ?? 0;
    if (count > 0) yield { unfinished, count };
  }
}

/** Since SQLite 3.44 this also checks FTS5's index, and the entries of indexes against their rows. */
async function* checkFile(db: Snapshot): AsyncGenerator<Fault> {
  for (const row of await db.all<{ integrity_check: string }>('PRAGMA integrity_check(20)')) {
    if (row.integrity_check !== 'ok') yield { fault: row.integrity_check, count: 1 };
  }
}

async function* counted(db: Snapshot, fault: string, sql: string): AsyncGenerator<Fault> {
  const count = (await db.get<{ n: number }>(sql))?.n ?? 0;
  if (count > 0) yield { fault, count };
}

const REFERENCES = 'messages with references outside their thread, or to nothing';
const SUBJECTS = 'subjects that the full-text index does not find';
const UNREADABLE = 'blocks that cannot be read';
const CHANGED = 'blocks whose bytes have changed';
const NOT_WHOLE = 'messages with incomplete raw bytes';

const PAGE = 5000;

/** Everything that a message names must be a message or a ghost, and one of these must be in the same thread. */
async function* checkReferences(db: Snapshot): AsyncGenerator<Fault> {
  let count = 0;
  for (let after = -1; ; ) {
    const rows = await db.all<{ id: number; thread: number; refs: string; imposter: number }>(
      `SELECT id, thread, refs, imposter FROM message WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
      [after],
    );
    const named = rows.filter(({ refs }) => refs !== '').map((row) => [row.refs.split(' '), row.thread, row.imposter]);
    const bad = await db.get<{ n: number }>(
      `WITH named AS (SELECT j.key AS mail, j.value ->> 2 AS imposter, r.value AS msgid, j.value ->> 1 AS thread
         FROM json_each(?) j, json_each(j.value, '$[0]') r)
       SELECT count(*) AS n FROM (SELECT 1 FROM named n GROUP BY mail
         HAVING sum(EXISTS (SELECT 1 FROM message m WHERE m.msgid = n.msgid) OR EXISTS (SELECT 1 FROM ghost g WHERE g.msgid = n.msgid)) < count(*)
         OR NOT imposter AND NOT max(EXISTS (SELECT 1 FROM message m WHERE m.msgid = n.msgid AND m.thread = n.thread)
           OR EXISTS (SELECT 1 FROM ghost g WHERE g.msgid = n.msgid AND g.thread = n.thread)))`,
      [JSON.stringify(named)],
    );
    count += bad?.n ?? 0;
    const last = rows[rows.length - 1];
    if (!last) break;
    after = last.id;
  }
  if (count) yield { fault: REFERENCES, count };
}

/** Messages that are searched in one query. */
const SUBJECTS_AT_ONCE = 200;

/** Messages that are searched in total, evenly spread. Missing rows on either side are counted exactly elsewhere. */
const SUBJECTS_TRIED = 5000;

/** A word in a message's subject must find that message. */
async function* checkSubjects(db: Snapshot): AsyncGenerator<Fault> {
  const messages = (await db.get<{ n: number }>('SELECT count(*) AS n FROM message'))?.n ?? 0;
  const step = Math.max(1, Math.ceil(messages / SUBJECTS_TRIED));
  let count = 0;
  for (let after = -1; ; ) {
    const rows = await db.all<{ id: number; subject: string }>(
      `SELECT id, subject FROM message WHERE id > ? AND id % ${step} = 0 ORDER BY id LIMIT ${SUBJECTS_AT_ONCE}`,
      [after],
    );
    const asked = rows.flatMap(({ id, subject }) => {
      const word = /[\p{L}\p{N}\p{M}]{3,}/u.exec(subject)?.[0];
      return word ? [[`subject : "${spaceCjk(word)}"`, id]] : [];
    });
    const bad = await db.get<{ n: number }>(
      `SELECT count(*) AS n FROM json_each(?) j
       WHERE NOT EXISTS (SELECT 1 FROM search WHERE search MATCH j.value ->> 0 AND rowid = CAST(j.value ->> 1 AS INTEGER))`,
      [JSON.stringify(asked)],
    );
    count += bad?.n ?? 0;
    const last = rows[rows.length - 1];
    if (!last) break;
    after = last.id;
  }
  if (count) yield { fault: SUBJECTS, count };
}

interface SlotRow extends Slots {
  id: number;
  bytes: number;
}

/** Every message's bytes must be in readable blocks, and add up to the size of the raw mail. */
async function* checkBlocks(db: Snapshot): AsyncGenerator<Fault> {
  const sizes = new Map<number, number>();
  let unreadable = 0;
  let changed = 0;
  const hasSums = await db.get("SELECT 1 FROM pragma_table_info('block') WHERE name = 'sum'");
  for (let after = 0; ; ) {
    const rows = await db.all<{ id: number; data: Buffer; sum: Buffer | null }>(
      `SELECT id, data, ${hasSums ? 'sum' : 'NULL AS sum'} FROM block WHERE id > ? ORDER BY id LIMIT 50`,
      [after],
    );
    for (const { id, data, sum } of rows) {
      if (sum !== null && !blockSum(data).equals(sum)) changed++;
      try {
        sizes.set(id, brotliDecompressSync(data).length);
      } catch {
        unreadable++;
      }
    }
    const last = rows[rows.length - 1];
    if (!last) break;
    after = last.id;
  }
  if (changed) yield { fault: CHANGED, count: changed };
  if (unreadable) yield { fault: UNREADABLE, count: unreadable };
  let bad = 0;
  for (let after = -1; ; ) {
    const rows = await db.all<SlotRow>(
      `SELECT id, bytes, ${SLOTS} FROM message WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
      [after],
    );
    for (const row of rows) if (!slotsFit(row, sizes)) bad++;
    const last = rows[rows.length - 1];
    if (!last) break;
    after = last.id;
  }
  if (bad) yield { fault: NOT_WHOLE, count: bad };
}

function slotsFit(row: SlotRow, sizes: Map<number, number>): boolean {
  const fits = (block: number, at: number, size: number) => at + size <= (sizes.get(block) ?? -1);
  const body = row.body_block === null ? row.text_size : (row.body_size ?? 0);
  return (
    fits(row.head_block, row.head_at, row.head_size) &&
    fits(row.text_block, row.text_at, row.text_size) &&
    (row.body_block === null || fits(row.body_block, row.body_at ?? 0, row.body_size ?? 0)) &&
    row.head_size + body === row.bytes
  );
}
