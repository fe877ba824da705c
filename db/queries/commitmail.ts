import { MARK } from '#patch/kinds';
import type { Snapshot } from '../open';

/** The fewest digits of a commit that are looked up; with fewer, too many commits match. */
export const MIN_OID = 8;
/** A mail about a commit. */
export interface CommitMail {
  id: number;
  msgid: string;
  subject: string;
  author: string;
  address: string;
  sent_at: number;
  /** The stable tree that the mail is for, such as `5.4`. */
  stable: string | null;
  /** 1: it only asks whether a stable tree should take it (AUTOSEL). */
  proposed: number;
  /** The repository that it names. */
  tree: string | null;
}

/** Whether two names match, either of which may be abbreviated. `column` has lower-case digits; `oid` is a parameter. */
export const agrees = (column: string, oid = '?1') =>
  `((${column} >= ${oid} AND ${column} < ${oid} || 'g') OR (length(${column}) BETWEEN ${MIN_OID} AND length(${oid}) AND ${column} = substr(${oid}, 1, length(${column}))))`;

/** The columns of a CommitMail, from a message `m` and its author's identity `i`. */
export const MAIL = `m.id, m.msgid, m.subject, i.name AS author, i.address, m.sent_at,
  (SELECT q.stable FROM patch q WHERE q.message_id = m.id) AS stable,
  coalesce((SELECT q.marks & ${MARK.autosel} <> 0 FROM patch q WHERE q.message_id = m.id), 0) AS proposed`;

/** A match expression for a commit's name: the given digits or longer ones, and all shorter forms. */
export function namingMatch(oid: string): string {
  const shorter = Array.from({ length: oid.length - MIN_OID }, (_, n) => ` OR "${oid.slice(0, MIN_OID + n)}"`);
  return `{own aside quoted} : ("${oid}" *${shorter.join('')})`;
}

/** Mails by id, newest first. */
export function mailsById(db: Snapshot, ids: number[]): Promise<CommitMail[]> {
  return db.all<CommitMail & Record<string, never>>(
    `SELECT ${MAIL}, NULL AS tree FROM json_each(?) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id ORDER BY m.id DESC`,
    [JSON.stringify(ids)],
  );
}
