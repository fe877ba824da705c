import type { Taken } from '#quote/choose';
import type { Snapshot } from '../open';
import { judged, type Verdict } from './verdictrows';

/** A passage of a mail that another mail quotes. `person` is identity.person_id, or made from the identity if persons are not joined. */
export interface QuoteLine extends Taken {
  /** The other mail: the reply in `takenUp`, the source in `quotesOf(...).quoted`. */
  msgid: string;
  author: string;
  address: string;
}

const COLUMNS = `q.source_id AS sourceId, q.source_line AS sourceLine, q.source_lines AS sourceLines, q.message_id AS id, q.line, q.lines, q.answered,
  m.msgid, i.name AS author, i.address, coalesce(i.person_id, -i.id) AS person`;

/** The passages that replies quote from these mails, in order. */
export function takenUp(db: Snapshot, ids: number[]): Promise<QuoteLine[]> {
  return db.all<QuoteLine & Record<string, never>>(
    `SELECT ${COLUMNS} FROM json_each(?) j JOIN quote q ON q.source_id = j.value JOIN message m ON m.id = q.message_id
     JOIN identity i ON i.id = m.author_id ORDER BY q.source_id, q.source_line, q.message_id, q.line`,
    [JSON.stringify(ids)],
  );
}

/** The passages that replies quote from a mail, and those that it quotes, with their sources; `id` is an expression. */
export const quotesOf = (id: string) =>
  `SELECT ${COLUMNS}, 0 AS own FROM quote q JOIN message m ON m.id = q.message_id JOIN identity i ON i.id = m.author_id WHERE q.source_id = ${id}
   UNION ALL
   SELECT ${COLUMNS}, 1 AS own FROM quote q JOIN message m ON m.id = q.source_id JOIN identity i ON i.id = m.author_id WHERE q.message_id = ${id}
   ORDER BY own, sourceLine, id, line`;

export const QUOTE_COLUMNS = [
  'sourceId',
  'sourceLine',
  'sourceLines',
  'id',
  'line',
  'lines',
  'answered',
  'msgid',
  'author',
  'address',
  'person',
  'own',
];

/** Separates the rows of `quotesOf`. A mail may quote itself; such a row is in both halves. */
export const takenAndQuoted = (rows: (QuoteLine & { own: number })[]): { taken: QuoteLine[]; quoted: QuoteLine[] } => ({
  taken: rows.filter(({ own }) => own === 0),
  quoted: rows.filter(({ own }) => own === 1).sort((a, b) => a.line - b.line),
});

export interface Debate {
  root: string;
  msgid: string;
  subject: string;
  author: string;
  address: string;
  messages: number;
  participants: number;
  firstId: number;
  /** The number of answered quotations in the span. */
  answered: number;
  /** Of the series that the thread begins with. */
  verdict?: Verdict | undefined;
}

/**
 * Debates: threads by the number of passages answered in a span of ids (times), the most argued first. With `list`, only mails
 * posted there count.
 */
export async function debates(
  db: Snapshot,
  from: number,
  to: number,
  limit: number,
  list: number | null = null,
): Promise<Debate[]> {
  const found = await db.all<Omit<Debate, 'verdict'>>(
    `WITH own AS (SELECT m.thread AS id, count(*) AS answered FROM quote q JOIN message m ON m.id = q.message_id
       WHERE q.answered AND q.message_id >= ?1 AND q.message_id < ?2 AND ${ON_LIST('?4')}
       GROUP BY m.thread)
     SELECT t.root, f.msgid, t.subject, i.name AS author, i.address, t.messages, t.participants, t.first_id AS firstId, own.answered
     FROM own JOIN thread t ON t.id = own.id JOIN message f ON f.id = t.first_id JOIN identity i ON i.id = t.author_id
     WHERE t.participants > 2 ORDER BY own.answered * t.participants DESC, t.first_id LIMIT ?3`,
    [from, to, limit, list],
  );
  return judged(db, found, ({ firstId }) => firstId);
}

const ON_LIST = (list: string) =>
  `(${list} IS NULL OR EXISTS (SELECT 1 FROM posting p WHERE p.list_id = ${list} AND p.message_id = q.message_id))`;

/** The newest mail before the id `before` that answers a quotation; undefined if there is none. */
export async function lastAnswer(db: Snapshot, before: number, list: number | null): Promise<number | undefined> {
  const row = await db.get<{ id: number }>(
    `SELECT q.message_id AS id FROM quote q WHERE q.answered AND q.message_id < ?1 AND ${ON_LIST('?2')}
     ORDER BY q.message_id DESC LIMIT 1`,
    [before, list],
  );
  return row?.id;
}
