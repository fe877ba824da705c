import { prefixOf } from '#query/prefix';
import { PREFIXES } from '#query/prefixes';
import type { Topic } from '#site/topic';
import type { Snapshot } from '../open';
import { listPeople } from './people';
import { STATE_WORDS } from './status';

/** A completion of the word being typed. `query` is the whole query with it. */
export interface Suggestion {
  query: string;
  label: string;
  kind: 'prefix' | 'list' | 'person' | 'topic' | 'system' | 'value';
}

const MOST = 8;

/** Completions of the last word of a query: prefixes, lists, people by number of mails, and the values of a prefix. */
export async function suggest(db: Snapshot, query: string, topics: Topic[]): Promise<Suggestion[]> {
  const word = /(?<!\S)\S*$/.exec(query)?.[0] ?? '';
  const before = query.slice(0, query.length - word.length);
  const [, sign = '', rest = ''] = /^([-+(]*)(.*)$/s.exec(word) ?? [];
  const whole = (text: string) => before + sign + text;
  const [prefix, value] = rest.includes(':')
    ? [rest.slice(0, rest.indexOf(':')).toLowerCase(), rest.slice(rest.indexOf(':') + 1)]
    : [null, rest];
  if (value === '' && prefix === null) return [];
  if (prefix === null)
    return [...prefixes(value, whole), ...(await people(db, value, (who) => whole(`f:${who}`)))].slice(0, MOST);
  return values(db, prefix, value, topics, whole);
}

/** Completions of the value of a prefix. */
async function values(
  db: Snapshot,
  prefix: string,
  value: string,
  topics: Topic[],
  whole: (text: string) => string,
): Promise<Suggestion[]> {
  const source = prefixOf(prefix)?.values ?? [];
  if (source === 'lists') return lists(db, value, (name) => whole(`list:${name}`));
  if (source === 'persons') return persons(db, value, whole);
  if (source === 'people') return people(db, value, (who) => whole(`${prefix}:${who}`));
  if (source === 'topics') return named('topic', topics, value, whole);
  if (source === 'systems') {
    const systems = topics.flatMap((topic) => topic.systems);
    return named('system', systems, value, whole);
  }
  return (source === 'states' ? STATE_WORDS : source)
    .filter((one) => one.startsWith(value.toLowerCase()))
    .map((one) => ({ query: whole(`${prefix}:${one}`), label: one, kind: 'value' }));
}

function prefixes(word: string, whole: (text: string) => string): Suggestion[] {
  const lower = word.toLowerCase();
  return PREFIXES.filter(
    ({ name, meaning }) => name.startsWith(lower) || (lower.length > 2 && meaning.startsWith(lower)),
  )
    .slice(0, MOST)
    .map(({ name, meaning }) => ({ query: whole(`${name}:`), label: meaning, kind: 'prefix' }));
}

function named(
  kind: 'topic' | 'system',
  of: { slug: string; title: string }[],
  word: string,
  whole: (text: string) => string,
): Suggestion[] {
  const lower = word.toLowerCase();
  const fitting = of.filter(({ slug, title }) => slug.includes(lower) || title.toLowerCase().includes(lower));
  const slugs = new Map(fitting.map(({ slug, title }) => [slug, title]));
  return [...slugs].slice(0, MOST).map(([slug, title]) => ({ query: whole(`${kind}:${slug}`), label: title, kind }));
}

const likeOf = (text: string) => text.replace(/[\\%_]/g, '\\$&');

async function lists(db: Snapshot, word: string, whole: (name: string) => string): Promise<Suggestion[]> {
  const rows = await db.all<{ name: string; messages: number }>(
    `SELECT name, messages FROM list WHERE name LIKE ? ESCAPE '\\' ORDER BY messages DESC LIMIT ${MOST}`,
    [`%${likeOf(word)}%`],
  );
  return rows.map(({ name, messages }) => ({ query: whole(name), label: `${messages} messages`, kind: 'list' }));
}

/** Persons, each with all addresses. */
async function persons(db: Snapshot, word: string, whole: (text: string) => string): Promise<Suggestion[]> {
  if (word.length < 2) return [];
  const found = await listPeople(db, { list: null, name: word, from: 0 });
  return found.slice(0, MOST).map(({ slug, name, messages }) => ({
    query: whole(`person:${slug}`),
    label: `${name}, ${messages} ${messages === 1 ? 'message' : 'messages'}`,
    kind: 'person',
  }));
}

/** Authors with a word in name or address that begins with this, those with the most mails first. */
async function people(db: Snapshot, word: string, whole: (address: string) => string): Promise<Suggestion[]> {
  if (word.replace(/[^\p{L}\p{N}]/gu, '').length < 2) return [];
  const like = likeOf(word);
  const rows = await db.all<{ name: string; address: string; messages: number }>(
    `SELECT max(i.name) AS name, i.address, sum((SELECT count(*) FROM message m WHERE m.author_id = i.id)) AS messages FROM identity i
     WHERE i.name LIKE ?1 ESCAPE '\\' OR i.name LIKE ?2 ESCAPE '\\' OR i.address LIKE ?1 ESCAPE '\\'
     GROUP BY i.address HAVING messages > 0 ORDER BY messages DESC, i.address LIMIT ${MOST}`,
    [`${like}%`, `% ${like}%`],
  );
  return rows.map(({ name, address, messages }) => ({
    query: whole(address),
    label: `${name || address}, ${messages} ${messages === 1 ? 'message' : 'messages'}`,
    kind: 'person',
  }));
}
