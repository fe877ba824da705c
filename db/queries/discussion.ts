import { addTo } from '#mail/groups';
import type { LineSpan } from '#mail/render';
import type { Snapshot } from '../open';
import { SLOTS, type Slots, textsOf } from './blocks';
import { passagesOf } from './digest';
import type { MessageRow } from './message';
import { readThread } from './thread';

/** A mail about a patch of a series. */
export interface Remark
  extends Pick<MessageRow, 'id' | 'msgid' | 'author' | 'address' | 'person' | 'sent_at' | 'sent_zone' | 'date_note'> {
  /** message.id of the patch or cover letter, and its revision. */
  patch: number;
  revision: number;
  /** Null if the page has no space for it. */
  text: string | null;
}

export interface Discussion {
  remarks: Remark[];
  /** The revision whose mails come first: the requested one, else the newest with mails. */
  first: number | null;
  /** Revisions whose mails are behind a link, because the page has no space for them. */
  elsewhere: ReadonlySet<number>;
}

/** Limits of a page: mails, bytes of the first version's mails, their lines without quotations, and the bytes up to which other versions are included. */
const MOST_MAILS = 1000;
const MOST_TEXT = 250_000;
const MOST_LINES = 600;
const SMALL_TEXT = 60_000;
/** The height of a mail's head in lines. */
const HEAD_LINES = 4;

/** The discussion of all versions of a series: the newest version first, the mails about each patch in the order of their thread. */
export async function discussionOf(db: Snapshot, series: number, asked: number | null): Promise<Discussion> {
  const rows = await db.all<Omit<Remark, 'text'> & Slots>(
    `SELECT m.id, m.msgid, i.name AS author, i.address, (SELECT slug FROM person WHERE id = i.person_id) AS person,
       m.sent_at, m.sent_zone, m.date_note, p.message_id AS patch, r.id AS revision, ${SLOTS}
     FROM revision r JOIN patch p ON p.revision_id = r.id JOIN patch_reply y ON y.patch_id = p.message_id
     JOIN message m ON m.id = y.message_id JOIN identity i ON i.id = m.author_id LEFT JOIN place c ON c.message_id = m.id
     WHERE r.series_id = ? AND NOT EXISTS (SELECT 1 FROM patch q WHERE q.message_id = m.id AND q.revision_id IS NOT NULL)
     ORDER BY r.id DESC, p.position, p.message_id, c.position, m.id LIMIT ${MOST_MAILS}`,
    [series],
  );
  const first = rows.find(({ revision }) => revision === asked)?.revision ?? rows[0]?.revision ?? null;
  const elsewhere = new Set<number>();
  let bytes = 0;
  for (const { revision, text_size } of [...ofFirst(rows, first), ...rows.filter((row) => row.revision !== first)]) {
    bytes += text_size;
    if (revision !== first && bytes > SMALL_TEXT) elsewhere.add(revision);
  }
  const texts = await textsWithin(
    db,
    rows.filter(({ revision }) => !elsewhere.has(revision)),
    first,
  );
  const remarks = rows.map(
    ({ id, msgid, author, address, person, sent_at, sent_zone, date_note, patch, revision }) => ({
      ...{ id, msgid, author, address, person, sent_at, sent_zone, date_note, patch, revision },
      text: texts.get(id) ?? null,
    }),
  );
  return { remarks, first, elsewhere };
}

const ofFirst = <T extends { revision: number }>(rows: T[], first: number | null) =>
  rows.filter(({ revision }) => revision === first);

/** Texts by id while the page has space, those of the first version before all others. */
async function textsWithin(
  db: Snapshot,
  rows: ({ id: number; revision: number } & Slots)[],
  first: number | null,
): Promise<Map<number, string>> {
  let bytes = MOST_TEXT;
  const readable = rows.filter(({ text_size }) => {
    bytes -= text_size;
    return bytes >= 0;
  });
  const texts = await textsOf(db, readable);
  let lines = MOST_LINES;
  const found = new Map<number, string>();
  for (const [n, { id, revision }] of readable.entries()) {
    const text = texts[n] ?? '';
    if (revision === first) lines -= HEAD_LINES + unquoted(text);
    if (lines >= 0 || revision !== first) found.set(id, text);
  }
  return found;
}

/** The number of lines that are not folded. */
function unquoted(text: string): number {
  let lines = 0;
  for (const line of text.split('\n')) if (line && !line.startsWith('>')) lines++;
  return lines;
}

/** Threads whose passages are marked, and mails that are read for that: 60 ms of CPU for a thread of 179, kept until the data change. */
const MOST_THREADS = 3;
const MOST_READ = 200;

/** The passages of these mails that their threads' digests quote, by message.id, and a msgid for each thread with such a passage. */
export interface Digested {
  lines: Map<number, LineSpan[]>;
  threads: string[];
}

export async function digestedOf(db: Snapshot, remarks: Remark[]): Promise<Digested> {
  const shown = new Set(remarks.filter(({ text }) => text !== null).map(({ id }) => id));
  const threads = await db.all<{ thread: number; msgid: string }>(
    `WITH most AS (SELECT m.thread, count(*) AS shown FROM json_each(?1) j JOIN message m ON m.id = j.value GROUP BY 1)
     SELECT k.thread, f.msgid FROM (
       SELECT most.thread, t.first_id, most.shown, sum(t.messages) OVER (ORDER BY most.shown DESC, most.thread) AS mails
       FROM most JOIN thread t ON t.id = most.thread WHERE t.messages <= ${MOST_READ}) k JOIN message f ON f.id = k.first_id
     WHERE mails <= ${MOST_READ} ORDER BY k.shown DESC, k.thread LIMIT ${MOST_THREADS}`,
    [JSON.stringify([...shown])],
  );
  const found: Digested = { lines: new Map(), threads: [] };
  for (const { thread, msgid } of threads) {
    const whole = await readThread(db, thread);
    const passages = whole ? await passagesOf(db, whole) : [];
    const own = passages.filter(({ row }) => shown.has(row.id));
    for (const { row, first, last } of own) addTo(found.lines, row.id, [first, last]);
    if (own.length) found.threads.push(msgid);
  }
  return found;
}
