import { addTo } from '#mail/groups';
import type { Snapshot } from '../open';
import type { Debate } from './quoted';
import { judged } from './verdictrows';

/** An overview of a set of mails: its threads, debates and people. Counted here, because separate SQL queries would each read every mail again. */
export interface Overview {
  threads: TopicThread[];
  debates: TopicDebate[];
  authors: TopicAuthor[];
  /** For each requested group, the thread with most of its mails; null if none of its threads is arranged yet. */
  busiest: ((ThreadLine & { here: number }) | null)[];
}

export interface ThreadLine extends Omit<Debate, 'answered'> {
  id: number;
}

export interface TopicThread extends ThreadLine {
  /** The number of its messages that belong to the topic. */
  here: number;
}

export interface TopicDebate extends ThreadLine {
  /** The number of answered quotations in mails of the topic. */
  answered: number;
}

export interface TopicAuthor {
  name: string;
  address: string;
  /** The slug of their page; null before people are joined. */
  slug: string | null;
  /** The ids (message.id) of their mails, oldest first. */
  ids: number[];
}

export interface Limits {
  threads: number;
  debates: number;
  authors: number;
}

/**
 * Important threads, by mails of the topic times participants of the thread. A monologue, or a thread that only
 * touches the topic, gets a low rank. The page shows the formula. Debates: by answered quotations times participants.
 * `ids` are message.id, newest first; each group is a subset. Needs seven queries, independent of the number of mails.
 */
export async function overviewOf(db: Snapshot, ids: number[], limits: Limits, groups: number[][]): Promise<Overview> {
  const mails = await mailsOf(db, ids);
  const here = new Map<number, number>();
  const byAuthor = new Map<number, number[]>();
  for (const id of ids) {
    const { thread, author } = mails.get(id) ?? { thread: 0, author: 0 };
    here.set(thread, (here.get(thread) ?? 0) + 1);
    addTo(byAuthor, author, id);
  }
  const answered = new Map<number, number>();
  for (const id of await answeredIn(db, ids)) {
    const thread = mails.get(id)?.thread ?? 0;
    answered.set(thread, (answered.get(thread) ?? 0) + 1);
  }
  const facts = await threadFacts(db, [...here.keys()]);
  const ranked = ranking(facts);
  const threads = ranked(here, 0, limits.threads);
  const debates = ranked(answered, 3, limits.debates);
  const busiest = groups.map((group) =>
    mostOf(group.map((id) => mails.get(id)?.thread ?? 0).filter((id) => facts.has(id))),
  );
  const lines = await threadLines(db, [...threads, ...debates, ...busiest.flatMap((most) => most?.[0] ?? [])]);
  // An ingest commits mails before it arranges their threads, and until then a thread has no line.
  const withLine = <T>(id: number, more: T): (ThreadLine & T)[] => {
    const line = lines.get(id);
    return line ? [{ ...line, ...more }] : [];
  };
  return {
    threads: threads.flatMap((id) => withLine(id, { here: here.get(id) ?? 0 })),
    debates: debates.flatMap((id) => withLine(id, { answered: answered.get(id) ?? 0 })),
    busiest: busiest.map((most) => (most && withLine(most[0], { here: most[1] })[0]) ?? null),
    authors: await authorsOf(db, byAuthor, limits.authors),
  };
}

type Json = Record<string, string>;

/** The thread and author of each mail. The arrays of a row have the same order, whatever it is. */
async function mailsOf(db: Snapshot, ids: number[]): Promise<Map<number, { thread: number; author: number }>> {
  const row = await db.get<Json>(
    `SELECT json_group_array(m.id) AS ids, json_group_array(m.thread) AS threads, json_group_array(m.author_id) AS authors
     FROM json_each(?) j CROSS JOIN message m ON m.id = j.value`,
    [JSON.stringify(ids)],
  );
  const [own, threads, authors] = [row?.ids, row?.threads, row?.authors].map((list) => JSON.parse(list ?? '[]'));
  return new Map((own as number[]).map((id, n) => [id, { thread: threads[n], author: authors[n] }]));
}

/** Each mail once for each answered quotation in it. */
async function answeredIn(db: Snapshot, ids: number[]): Promise<number[]> {
  const row = await db.get<Json>(
    `SELECT json_group_array(q.message_id) AS ids FROM json_each(?) j CROSS JOIN quote q ON q.message_id = j.value WHERE q.answered`,
    [JSON.stringify(ids)],
  );
  return JSON.parse(row?.ids ?? '[]');
}

interface Facts {
  participants: number;
  first: number;
}

async function threadFacts(db: Snapshot, threads: number[]): Promise<Map<number, Facts>> {
  const row = await db.get<Json>(
    `SELECT json_group_array(t.id) AS ids, json_group_array(t.participants) AS participants, json_group_array(t.first_id) AS firsts
     FROM json_each(?) j CROSS JOIN thread t ON t.id = j.value`,
    [JSON.stringify(threads)],
  );
  const [own, participants, firsts] = [row?.ids, row?.participants, row?.firsts].map((list) =>
    JSON.parse(list ?? '[]'),
  );
  return new Map((own as number[]).map((id, n) => [id, { participants: participants[n], first: firsts[n] }]));
}

/** Ranks threads by count times participants, with equal ones older first. */
const ranking = (facts: Map<number, Facts>) => (counts: Map<number, number>, atLeast: number, limit: number) =>
  [...counts]
    .flatMap(([id, count]) => {
      const fact = facts.get(id);
      return fact && fact.participants >= atLeast ? [{ id, weight: count * fact.participants, first: fact.first }] : [];
    })
    .sort((a, b) => b.weight - a.weight || a.first - b.first)
    .slice(0, limit)
    .map(({ id }) => id);

/** The most frequent value and its count; of several, the smallest. Null if there is none. */
function mostOf(values: number[]): [value: number, count: number] | null {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? null;
}

async function threadLines(db: Snapshot, threads: number[]): Promise<Map<number, ThreadLine>> {
  const rows = await db.all<Omit<ThreadLine, 'verdict'>>(
    `SELECT t.id, t.root, f.msgid, t.subject, i.name AS author, i.address, t.first_id AS firstId, t.messages, t.participants
     FROM json_each(?) j CROSS JOIN thread t ON t.id = j.value JOIN message f ON f.id = t.first_id JOIN identity i ON i.id = t.author_id`,
    [JSON.stringify([...new Set(threads)])],
  );
  return new Map((await judged(db, rows, ({ firstId }) => firstId)).map((row) => [row.id, row]));
}

type IdentityRow = [
  id: number,
  name: string,
  address: string,
  person: number | null,
  slug: string | null,
  known: string | null,
];

/** The authors with the most mails, and the times of their mails. Identities with the same person or address are counted together. */
async function authorsOf(db: Snapshot, byAuthor: Map<number, number[]>, limit: number): Promise<TopicAuthor[]> {
  const row = await db.get<Json>(
    `SELECT json_group_array(json_array(i.id, i.name, i.address, i.person_id, p.slug, p.name)) AS rows
     FROM json_each(?) j CROSS JOIN identity i ON i.id = j.value LEFT JOIN person p ON p.id = i.person_id`,
    [JSON.stringify([...byAuthor.keys()])],
  );
  const found = new Map<string | number, TopicAuthor & { isNamed: boolean }>();
  for (const [id, name, address, person, slug, known] of JSON.parse(row?.rows ?? '[]') as IdentityRow[]) {
    const ids = byAuthor.get(id) ?? [];
    const key = person ?? address;
    const other = found.get(key);
    if (!other) found.set(key, { name: known ?? name, address, slug, ids, isNamed: known !== null });
    else {
      other.ids = other.ids.concat(ids);
      if (!other.isNamed && name > other.name) other.name = name;
      if (address < other.address) other.address = address;
    }
  }
  return [...found.values()]
    .sort((a, b) => b.ids.length - a.ids.length || (a.address < b.address ? -1 : 1))
    .slice(0, limit)
    .map(({ name, address, slug, ids }) => ({ name, address, slug, ids: ids.toSorted((a, b) => a - b) }));
}
