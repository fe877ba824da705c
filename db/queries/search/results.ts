import type { Snapshot } from '../../open';
import { textBytesOf } from '../blocks';
import { type Verdict, verdictsOfThreads } from '../verdictrows';
import { excerptOf, Finder, type Piece } from './excerpt';
import type { Plan } from './plan';

export interface SearchResult {
  id: number;
  msgid: string;
  subject: string;
  author: { name: string; address: string };
  sentAt: number;
  lists: string[];
  /** The msgid of the thread's root. */
  thread: string;
  threadMessages: number;
  hasAttachments: boolean;
  /** The verdict of the series with which its thread begins; `of` is message.id of that patch. */
  verdict?: (Verdict & { of: number }) | undefined;
  snippet: Piece[];
  /** The author of a quoted snippet, or null if not found; undefined if the snippet is not quoted. */
  quotes?: { name: string; address: string } | null;
  /** For results grouped by thread: how many of its messages match; and below, some of the others. */
  matches?: number;
  also?: { msgid: string; author: { name: string; address: string }; sentAt: number }[];
}

export type OtherMatch = Pick<SearchResult, 'id' | 'msgid' | 'author' | 'sentAt'>;

/** In the order of the columns of ROWS. */
type ResultRow = [
  id: number,
  msgid: string,
  subject: string,
  name: string,
  address: string,
  sentAt: number,
  root: string,
  messages: number,
  attachments: number,
  block: number,
  at: number,
  size: number,
  lists: string[],
  first: number,
];
type OtherRow = [id: number, msgid: string, name: string, address: string, sentAt: number];

/** All rows are read as one text, because converting values one by one takes longer than the query. */
const ROWS = `SELECT
  (SELECT json_group_array(json_array(m.id, m.msgid, m.subject, i.name, i.address, m.sent_at, t.root, t.messages, m.attachments IS NOT NULL, m.text_block, m.text_at, m.text_size,
     (SELECT json_group_array(l.name) FROM posting p JOIN list l ON l.id = p.list_id WHERE p.message_id = m.id), t.first_id) ORDER BY j.key)
   FROM json_each(?1) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id JOIN thread t ON t.id = m.thread) AS rows,
  (SELECT json_group_array(json_array(m.id, m.msgid, i.name, i.address, m.sent_at))
   FROM json_each(?2) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id) AS others`;

/** Results in the order of `ids`, with excerpts if there is a plan, and the authors of `others`. */
export async function readResults(
  db: Snapshot,
  ids: number[],
  others: number[],
  plan: Plan | null,
): Promise<{ results: SearchResult[]; also: OtherMatch[] }> {
  if (!ids.length) return { results: [], also: [] };
  const found = await db.get<{ rows: string; others: string }>(ROWS, [JSON.stringify(ids), JSON.stringify(others)]);
  const rows: ResultRow[] = JSON.parse(found?.rows ?? '[]');
  const also: OtherRow[] = JSON.parse(found?.others ?? '[]');
  return {
    results: await resultsOf(db, rows, plan),
    also: also.map(([id, msgid, name, address, sentAt]) => ({ id, msgid, author: { name, address }, sentAt })),
  };
}

async function resultsOf(db: Snapshot, rows: ResultRow[], plan: Plan | null): Promise<SearchResult[]> {
  const places = rows.map(([, , , , , , , , , text_block, text_at, text_size]) => ({ text_block, text_at, text_size }));
  const texts = plan ? await textBytesOf(db, places) : [];
  const finder = plan?.words.length ? new Finder(plan.words) : null;
  const excerpts = texts.map((text) => excerptOf(text, finder));
  const verdicts = plan
    ? await verdictsOfThreads(
        db,
        rows.map((row) => row[13]),
      )
    : [];
  const quoted = await quotedAuthors(
    db,
    rows.flatMap(([id], n): [number, number][] => {
      const line = excerpts[n]?.quotedLine ?? null;
      return line === null ? [] : [[id, line]];
    }),
  );
  return rows.map(
    ([id, msgid, subject, name, address, sentAt, thread, threadMessages, attachments, , , , lists, first], n) => {
      const verdict = verdicts[n];
      const excerpt = excerpts[n];
      const result: SearchResult = {
        id,
        msgid,
        subject,
        author: { name, address },
        sentAt,
        lists: lists.sort(),
        thread,
        threadMessages,
        hasAttachments: attachments === 1,
        verdict: verdict ? { ...verdict, of: first } : undefined,
        snippet: excerpt?.pieces ?? [],
      };
      if (excerpt && excerpt.quotedLine !== null) result.quotes = quoted.get(id) ?? null;
      return result;
    },
  );
}

/** The authors of the words that mails quote on a line (from 0), by the quoting mail, if their mails are in the archive. */
async function quotedAuthors(
  db: Snapshot,
  lines: [id: number, line: number][],
): Promise<Map<number, { name: string; address: string }>> {
  if (!lines.length) return new Map();
  const rows = await db.all<{ id: number; name: string; address: string }>(
    `SELECT q.message_id AS id, i.name, i.address
     FROM json_each(?) j JOIN quote q ON q.message_id = j.value ->> 0 AND j.value ->> 1 >= q.line AND j.value ->> 1 < q.line + q.lines
     JOIN message s ON s.id = q.source_id JOIN identity i ON i.id = s.author_id`,
    [JSON.stringify(lines)],
  );
  return new Map(rows.map(({ id, ...who }) => [id, who]));
}
