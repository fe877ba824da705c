import type { Snapshot } from '../open';
import { SLOTS, type Slots, textsOf } from './blocks';

/** A mail that speaks of a patch of a series. */
export interface Remark {
  id: number;
  msgid: string;
  author: string;
  address: string;
  /** person.slug */
  person: string | null;
  sent_at: number;
  sent_zone: number | null;
  date_note: string | null;
  /** message.id of the patch or cover letter, and its revision. */
  patch: number;
  revision: number;
  /** Null where the page has no room for it. */
  text: string | null;
}

/** What a page has room for: the newest version's mails come first. */
const MOST_MAILS = 1000;
const MOST_TEXT = 250_000;

/** What was said of all versions of a series: the newest version first, each patch's mails in the order of their thread. */
export async function discussionOf(db: Snapshot, series: number): Promise<Remark[]> {
  const rows = await db.all<Omit<Remark, 'text'> & Slots>(
    `SELECT m.id, m.msgid, i.name AS author, i.address, (SELECT slug FROM person WHERE id = i.person_id) AS person,
       m.sent_at, m.sent_zone, m.date_note, p.message_id AS patch, r.id AS revision, ${SLOTS.split(', ')
         .map((column) => `m.${column}`)
         .join(', ')}
     FROM revision r JOIN patch p ON p.revision_id = r.id JOIN patch_reply y ON y.patch_id = p.message_id
     JOIN message m ON m.id = y.message_id JOIN identity i ON i.id = m.author_id LEFT JOIN place c ON c.message_id = m.id
     WHERE r.series_id = ? AND NOT EXISTS (SELECT 1 FROM patch q WHERE q.message_id = m.id AND q.revision_id IS NOT NULL)
     ORDER BY r.id DESC, p.position, p.message_id, c.position, m.id LIMIT ${MOST_MAILS}`,
    [series],
  );
  let left = MOST_TEXT;
  const shown = rows.filter(({ text_size }) => {
    left -= text_size;
    return left >= 0;
  });
  const texts = await textsOf(db, shown);
  const textOf = new Map(shown.map(({ id }, n) => [id, texts[n] ?? '']));
  return rows.map(({ id, msgid, author, address, person, sent_at, sent_zone, date_note, patch, revision }) => ({
    ...{ id, msgid, author, address, person, sent_at, sent_zone, date_note, patch, revision },
    text: textOf.get(id) ?? null,
  }));
}
