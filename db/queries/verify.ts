import { brotliDecompressSync } from 'node:zlib';
import { spaceCjk } from '#mail/query/cjk';
import type { Snapshot } from '../open';

/** One thing found wrong: what, and how often. */
export interface Fault {
  fault: string;
  count: number;
}

/** Each query counts rows that should not be. */
const CHECKS: [string, string][] = [
  [
    'messages posted on no list',
    'SELECT count(*) AS n FROM message m WHERE NOT EXISTS (SELECT 1 FROM posting p WHERE p.message_id = m.id)',
  ],
  [
    'postings of a message that is not there',
    'SELECT count(*) AS n FROM posting p LEFT JOIN message m ON m.id = p.message_id WHERE m.id IS NULL',
  ],
  [
    'messages without their author',
    'SELECT count(*) AS n FROM message m LEFT JOIN identity i ON i.id = m.author_id WHERE i.id IS NULL',
  ],
  [
    'messages of a thread that is not there',
    'SELECT count(*) AS n FROM message m LEFT JOIN thread t ON t.id = m.thread WHERE t.id IS NULL',
  ],
  ['threads left to arrange', 'SELECT count(*) AS n FROM dirty_thread'],
  ['threads whose quotations are left to resolve', 'SELECT count(*) AS n FROM quote_dirty'],
  [
    'quotations of or by a message that is not there, or of another thread',
    `SELECT count(*) AS n FROM quote q LEFT JOIN message a ON a.id = q.source_id LEFT JOIN message b ON b.id = q.message_id
     WHERE a.id IS NULL OR b.id IS NULL OR a.thread <> b.thread`,
  ],
  [
    'messages without exactly one place in their thread',
    'SELECT count(*) AS n FROM message m WHERE 1 <> (SELECT count(*) FROM place p WHERE p.message_id = m.id AND p.thread = m.thread)',
  ],
  [
    'places of a message that is not there',
    'SELECT count(*) AS n FROM place p LEFT JOIN message m ON m.id = p.message_id WHERE p.message_id IS NOT NULL AND m.id IS NULL',
  ],
  [
    'places that are neither message nor ghost',
    'SELECT count(*) AS n FROM place WHERE (message_id IS NULL) = (ghost IS NULL)',
  ],
  ['places whose parent does not come before them', 'SELECT count(*) AS n FROM place WHERE parent >= position'],
  [
    'threads with a wrong count of messages',
    'SELECT count(*) AS n FROM thread t WHERE t.messages <> (SELECT count(*) FROM message m WHERE m.thread = t.id)',
  ],
  [
    'ghosts whose message is there',
    'SELECT count(*) AS n FROM ghost g WHERE EXISTS (SELECT 1 FROM message m WHERE m.msgid = g.msgid)',
  ],
  [
    'second messages under one Message-ID that are not marked imposter',
    'SELECT count(*) AS n FROM (SELECT msgid FROM message WHERE imposter = 0 GROUP BY msgid HAVING count(*) > 1)',
  ],
  [
    'lists whose count is not that of their postings',
    'SELECT count(*) AS n FROM list l WHERE l.messages <> (SELECT count(*) FROM posting p WHERE p.list_id = l.id)',
  ],
  [
    'lists whose months do not add up',
    'SELECT count(*) AS n FROM list l WHERE l.messages <> (SELECT coalesce(sum(a.messages), 0) FROM activity a WHERE a.list_id = l.id)',
  ],
  [
    'threads missing from a list that carried them',
    `SELECT count(*) AS n FROM (SELECT p.list_id, m.thread, max(m.id) AS last_id FROM posting p JOIN message m ON m.id = p.message_id GROUP BY 1, 2
     EXCEPT SELECT list_id, thread, last_id FROM thread_list)`,
  ],
  [
    'messages missing from the full-text index',
    'SELECT count(*) AS n FROM message m LEFT JOIN search_docsize d ON d.id = m.id WHERE d.id IS NULL',
  ],
  [
    'words of a message that is not there',
    'SELECT count(*) AS n FROM search_docsize d LEFT JOIN message m ON m.id = d.id WHERE m.id IS NULL',
  ],
  [
    'identifiers of a message that is not there',
    'SELECT count(*) AS n FROM term t LEFT JOIN message m ON m.id = t.message_id WHERE m.id IS NULL',
  ],
];

/** Checks the database against itself. Yields each check's name as it begins, and the faults found. */
export async function* verify(db: Snapshot): AsyncGenerator<{ check: string } | Fault> {
  yield { check: 'pages of the file' };
  for (const row of await db.all<{ quick_check: string }>('PRAGMA quick_check(20)')) {
    if (row.quick_check !== 'ok') yield { fault: row.quick_check, count: 1 };
  }
  for (const [fault, sql] of CHECKS) {
    yield { check: fault };
    const count = (await db.get<{ n: number }>(sql))?.n ?? 0;
    if (count > 0) yield { fault, count };
  }
  yield { check: 'references' };
  yield* checkReferences(db);
  yield { check: 'subjects are found in the full-text index' };
  yield* checkSubjects(db);
  yield { check: 'raw bytes' };
  yield* checkBlocks(db);
}

const PAGE = 5000;

/** Whatever a message names is a message or a ghost of the same thread. */
async function* checkReferences(db: Snapshot): AsyncGenerator<Fault> {
  let count = 0;
  for (let after = -1; ; ) {
    const rows = await db.all<{ id: number; thread: number; refs: string }>(
      `SELECT id, thread, refs FROM message WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
      [after],
    );
    const pairs = rows.flatMap(({ thread, refs }) => (refs ? refs.split(' ').map((ref) => [ref, thread]) : []));
    const bad = await db.get<{ n: number }>(
      `SELECT count(*) AS n FROM json_each(?) j
       WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.msgid = j.value ->> 0 AND m.thread = j.value ->> 1)
         AND NOT EXISTS (SELECT 1 FROM ghost g WHERE g.msgid = j.value ->> 0 AND g.thread = j.value ->> 1)`,
      [JSON.stringify(pairs)],
    );
    count += bad?.n ?? 0;
    const last = rows[rows.length - 1];
    if (!last) break;
    after = last.id;
  }
  if (count) yield { fault: 'references that lead out of their thread', count };
}

const SUBJECTS_TRIED = 500;

/** The words of a message's subject, as a phrase, find that message. */
async function* checkSubjects(db: Snapshot): AsyncGenerator<Fault> {
  const rows = await db.all<{ id: number; subject: string }>(
    `SELECT id, subject FROM message WHERE id % max(1, (SELECT count(*) FROM message) / ${SUBJECTS_TRIED}) = 0 LIMIT ${SUBJECTS_TRIED}`,
  );
  let count = 0;
  for (const { id, subject } of rows) {
    const word = /[\p{L}\p{N}\p{M}]{3,}/u.exec(subject)?.[0];
    if (!word) continue;
    const found = await db.get('SELECT 1 FROM search WHERE search MATCH ? AND rowid = CAST(? AS INTEGER)', [
      `subject : "${spaceCjk(word)}"`,
      id,
    ]);
    if (!found) count++;
  }
  if (count) yield { fault: 'subjects that the full-text index does not find', count };
}

interface SlotRow {
  id: number;
  bytes: number;
  head_block: number;
  head_at: number;
  head_size: number;
  text_block: number;
  text_at: number;
  text_size: number;
  body_block: number | null;
  body_at: number;
  body_size: number;
}

/** Every message's bytes lie inside blocks that can be read, and add up to the raw mail's size. */
async function* checkBlocks(db: Snapshot): AsyncGenerator<Fault> {
  const sizes = new Map<number, number>();
  let unreadable = 0;
  for (let after = 0; ; ) {
    const rows = await db.all<{ id: number; data: Buffer }>(
      'SELECT id, data FROM block WHERE id > ? ORDER BY id LIMIT 50',
      [after],
    );
    for (const { id, data } of rows) {
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
  if (unreadable) yield { fault: 'blocks that cannot be read', count: unreadable };
  let bad = 0;
  for (let after = -1; ; ) {
    const rows = await db.all<SlotRow>(
      `SELECT id, bytes, head_block, head_at, head_size, text_block, text_at, text_size, body_block, body_at, body_size
       FROM message WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
      [after],
    );
    for (const row of rows) if (!slotsFit(row, sizes)) bad++;
    const last = rows[rows.length - 1];
    if (!last) break;
    after = last.id;
  }
  if (bad) yield { fault: 'messages whose raw bytes are not whole', count: bad };
}

function slotsFit(row: SlotRow, sizes: Map<number, number>): boolean {
  const fits = (block: number, at: number, size: number) => at + size <= (sizes.get(block) ?? -1);
  const body = row.body_block === null ? row.text_size : row.body_size;
  return (
    fits(row.head_block, row.head_at, row.head_size) &&
    fits(row.text_block, row.text_at, row.text_size) &&
    (row.body_block === null || fits(row.body_block, row.body_at, row.body_size)) &&
    row.head_size + body === row.bytes
  );
}
