import { TERM } from '#query/term';
import type { Snapshot } from '../open';
import { SLOTS, type Slots } from './blocks';

/** The shortest abbreviation that git writes; shorter ones are not looked up. */
export const MIN_BLOB = 7;
/** Mails that are read to make a blob: copies on other lists, resends, stable trees. */
const MOST = 40;

/** A mail whose diff ends in a blob. */
export interface BlobMail extends Slots {
  id: number;
  msgid: string;
  subject: string;
  bytes: number;
}

/** Mails with a diff that results in the blob, oldest first. Either name may be the shorter one. */
export function mailsOfBlob(db: Snapshot, oid: string): Promise<BlobMail[]> {
  const shorter = Array.from({ length: Math.max(0, oid.length - MIN_BLOB) }, (_, n) => oid.slice(0, MIN_BLOB + n));
  return db.all<BlobMail & Record<string, never>>(
    `SELECT DISTINCT m.id, m.msgid, m.subject, m.bytes, ${SLOTS}
     FROM (SELECT message_id FROM term WHERE kind = ${TERM.dfpost} AND value >= ?1 AND value < ?1 || 'g'
           UNION SELECT message_id FROM term WHERE kind = ${TERM.dfpost} AND value IN (SELECT value FROM json_each(?2))) t
     JOIN message m ON m.id = t.message_id ORDER BY m.id LIMIT ${MOST}`,
    [oid, JSON.stringify(shorter)],
  );
}
