import { readBody } from '#mail/body';
import { openingLine, passageAt } from '#quote/passages';
import type { Snapshot } from '../open';
import { SLOTS, type Slots, textsOf } from './blocks';

/** The passages around lines of mails, in order, each on one line; null if there is none. For a whole mail (or line 0), its first passage. */
export async function passagesAt(
  db: Snapshot,
  places: { id: number; line: number }[],
): Promise<({ lines: [number, number]; quote: string } | null)[]> {
  const ids = [...new Set(places.map(({ id }) => id))];
  if (!ids.length) return places.map(() => null);
  const rows = await db.all<Slots & { id: number }>(
    `SELECT m.id, ${SLOTS} FROM json_each(?) j JOIN message m ON m.id = j.value`,
    [JSON.stringify(ids)],
  );
  return passagesIn(db, rows, places);
}

/** The same, in mails that are known. */
export async function passagesIn(
  db: Snapshot,
  rows: (Slots & { id: number })[],
  places: { id: number; line: number }[],
): Promise<({ lines: [number, number]; quote: string } | null)[]> {
  const texts = await textsOf(db, rows);
  const bodies = new Map(rows.map(({ id }, n) => [id, readBody(texts[n] ?? '')]));
  return places.map(({ id, line }) => {
    const body = bodies.get(id);
    const passage = body ? passageAt(body, line || openingLine(body)) : null;
    return passage && { lines: [passage.first, passage.last], quote: passage.text.replace(/\s+/g, ' ') };
  });
}
