import { FACTS } from '#query/fact';
import type { Snapshot, Value } from '../../open';
import { Kept, KeptById } from '../kept';
import { STATUS } from '../status';
import { planQuery } from './plan';
import { TRAILER_FACTS } from './trailerfacts';

/** The facts of a mail that a search counts. */
export interface MailFacts {
  person: number | null;
  /** The ids of its lists, separated by commas. */
  lists: string;
  /** The state of the series of which it is a patch. */
  status: string | null;
  /** A bit for each of FACTS that it states, in order. */
  facts: number;
}

/** The names that facts refer to, for a version of the data. */
interface Names {
  persons: Map<number, { slug: string; name: string }>;
  lists: Map<string, string>;
}

/** For a hundred thousand mails they take 10 MB. */
const MOST = 100_000;
const facts = new KeptById<MailFacts>(MOST);
const threads = new KeptById<number>(MOST);
const names = new Kept<Names>(1);

const TRAILERS = FACTS.flatMap(({ name }, n) =>
  TRAILER_FACTS[name] ? [`coalesce(max(${TRAILER_FACTS[name]}), 0) * ${1 << n}`] : [],
);
const SAYING = FACTS.flatMap(({ words }, n) => {
  if (!words) return [];
  const of = words.of.map(
    (text) => ({ kind: 'words', field: words.field, text, phrase: true, prefix: false, at: 0 }) as const,
  );
  return [{ bit: 1 << n, match: planQuery({ kind: 'or', of }).match }];
});

/** A single row with the facts of each mail, the mails that state facts, the authors, and all lists. Passing a row for each mail would take longer than reading it. */
const READ = `SELECT
  (SELECT json_group_array(json_array(m.id, i.person_id,
     (SELECT group_concat(p.list_id) FROM posting p WHERE p.message_id = m.id),
     (SELECT ${STATUS} FROM patch p JOIN revision r ON r.id = p.revision_id JOIN series s ON s.id = r.series_id WHERE p.message_id = m.id),
     (SELECT ${TRAILERS.join(' + ')} FROM trailer t WHERE t.message_id = m.id)))
   FROM json_each(?1) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id) AS mails,
  json_array(${SAYING.map(
    (_, n) =>
      `json((SELECT json_group_array(rowid) FROM search WHERE search MATCH ?${n + 4} AND rowid >= CAST(?2 AS INTEGER) AND rowid <= CAST(?3 AS INTEGER)))`,
  ).join(', ')}) AS said,
  (SELECT json_group_array(json_array(id, slug, name)) FROM person WHERE id IN
    (SELECT i.person_id FROM json_each(?1) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id)) AS persons,
  (SELECT json_group_array(json_array(id, name)) FROM list) AS lists`;

type Row = [id: number, person: number | null, lists: string | null, status: string | null, facts: number | null];

type Answer = Record<'mails' | 'said' | 'persons' | 'lists', string>;

const NONE: MailFacts = { person: null, lists: '', status: null, facts: 0 };

/** The facts of mails (message.id, newest first), with the names that they refer to. */
export async function factsOf(db: Snapshot, ids: readonly number[]): Promise<{ mails: MailFacts[] } & Names> {
  const named = await names.get(db, '', async () => ({ persons: new Map(), lists: new Map() }));
  return { mails: await facts.all(db, ids, (missing) => read(db, named, missing)), ...named };
}

async function read(db: Snapshot, { persons, lists }: Names, ids: number[]): Promise<MailFacts[]> {
  const params: Value[] = [JSON.stringify(ids), ids.at(-1) ?? 0, ids[0] ?? 0, ...SAYING.map(({ match }) => match)];
  const row = (await db.get<Answer>(READ, params)) as Answer;
  const found = new Map<number, MailFacts>();
  for (const [id, person, on, status, stated] of JSON.parse(row.mails) as Row[])
    found.set(id, { person, lists: on ?? '', status, facts: stated ?? 0 });
  for (const [n, said] of (JSON.parse(row.said) as number[][]).entries())
    for (const id of said) {
      const mail = found.get(id);
      if (mail) mail.facts |= SAYING[n]?.bit ?? 0;
    }
  for (const [id, slug, name] of JSON.parse(row.persons) as [number, string, string][]) persons.set(id, { slug, name });
  for (const [id, name] of JSON.parse(row.lists) as [number, string][]) lists.set(String(id), name);
  return ids.map((id) => found.get(id) ?? NONE);
}

/** The threads of messages, in order. */
export function threadsOf(db: Snapshot, ids: readonly number[]): Promise<number[]> {
  return threads.all(db, ids, async (missing) => {
    const row = await db.get<{ threads: string }>(
      'SELECT json_group_array(m.thread ORDER BY j.key) AS threads FROM json_each(?) j JOIN message m ON m.id = j.value',
      [JSON.stringify(missing)],
    );
    return JSON.parse(row?.threads ?? '[]');
  });
}
