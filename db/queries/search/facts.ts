import { FACTS } from '#query/fact';
import type { Snapshot } from '../../open';
import { type Facet, inCommon } from './facets';
import { planQuery } from './plan';
import { TRAILER_FACTS } from './trailerfacts';

const COUNTED = Object.keys(TRAILER_FACTS);
const COUNT = `SELECT ${COUNTED.map((name) => `sum(${name}) AS ${name}`).join(', ')} FROM (
  SELECT ${COUNTED.map((name) => `max(${TRAILER_FACTS[name]}) AS ${name}`).join(', ')}
  FROM json_each(?) j JOIN trailer t ON t.message_id = j.value GROUP BY j.value)`;

/** How many of the matches (message.id, newest first) state each kind of fact; kinds that none states are left out. */
export async function factFacet(db: Snapshot, ids: readonly number[]): Promise<Facet[]> {
  const counts = new Map<string, number>();
  const row = await db.get<Record<string, number | null>>(COUNT, [JSON.stringify(ids)]);
  for (const name of COUNTED) counts.set(name, row?.[name] ?? 0);
  for (const { name, words } of FACTS) if (words) counts.set(name, inCommon(ids, await saying(db, words, ids)));
  return FACTS.map(({ name, title }) => ({ value: name, title, count: counts.get(name) ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

/** Mails that have words of a fact, newest first, within the span of some. */
async function saying(
  db: Snapshot,
  { field, of }: NonNullable<(typeof FACTS)[number]['words']>,
  ids: readonly number[],
): Promise<number[]> {
  const { match } = planQuery({
    kind: 'or',
    of: of.map((text) => ({ kind: 'words', field, text, phrase: true, prefix: false, at: 0 })),
  });
  const row = await db.get<{ ids: string }>(
    `SELECT json_group_array(id) AS ids FROM (SELECT rowid AS id FROM search
       WHERE search MATCH ? AND rowid >= CAST(? AS INTEGER) AND rowid <= CAST(? AS INTEGER) ORDER BY rowid DESC)`,
    [match, ids.at(-1) ?? 0, ids[0] ?? 0],
  );
  return JSON.parse(row?.ids ?? '[]');
}
