import { FLAG } from '#mail/flags';
import { firstIdAt } from '#mail/ids';
import { FACTS } from '#query/fact';
import { TERM } from '#query/term';
import type { Value } from '../../open';
import { FIXING, NAMING } from '../commit';
import { MIN_OID } from '../commitmail';
import { STATE_WORDS, stateNamed, statusIs } from '../status';
import { quoted } from './fts';
import { TRAILER_FACTS } from './trailerfacts';

/** A range of ids, the end exclusive. */
export type Range = readonly [from: number, to: number];
/** The ends of an unlimited range. */
export const OLDEST = Number.MIN_SAFE_INTEGER;
export const NEWEST = Number.MAX_SAFE_INTEGER;

/**
 * A condition in SQL. `@id` is the mail's id in any query. `@in(x)` is in subqueries that return ids `x`: it may limit them
 * to a range (matches.ts), so that they need not return ids from the whole archive.
 */
export interface Condition {
  sql: string;
  params: Value[];
  /** The same as a test of a single mail, for queries that begin with words, where the subquery would return far more ids. */
  test?: { sql: string; params: Value[] };
  /** Set if the condition is only a range of ids, the end exclusive, which the index itself can apply. */
  range?: Range;
}

/** A test that cannot be answered; the message says why. */
export class UnknownTest extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** Subjects with exactly these words in a row, the last also in the plural, with anything but letters between them. */
function titleCondition(phrase: string): Condition {
  const end = '[^a-z0-9]';
  const words = phrase
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .join(end);
  return ofMessage("(' ' || lower(subject) || ' ') GLOB ? OR (' ' || lower(subject) || ' ') GLOB ?", [
    `*${end}${words}${end}*`,
    `*${end}${words}s${end}*`,
  ]);
}

/** Joins conditions into one. */
export function joined(of: Condition[], by: string): Condition {
  const all = (parts: Condition[]) => ({
    sql: `(${parts.map(({ sql }) => sql).join(by)})`,
    params: parts.flatMap(({ params }) => params),
  });
  return of.some(({ test }) => test) ? { ...all(of), test: all(of.map((one) => one.test ?? one)) } : all(of);
}

/** The identities of robots. */
export const ROBOTS = "SELECT i.id FROM person p JOIN identity i ON i.person_id = p.id WHERE p.kind = 'bot'";

/** Unix seconds; `to` is exclusive. message.id is sent_at * 8 + n. */
export function idRange(from: number | null, to: number | null): Condition {
  const parts: Condition[] = [];
  if (from !== null) parts.push({ sql: '@id >= CAST(? AS INTEGER)', params: [firstIdAt(from)] });
  if (to !== null) parts.push({ sql: '@id < CAST(? AS INTEGER)', params: [firstIdAt(to)] });
  if (!parts.length) return { sql: '1', params: [] };
  const range: Range = [from === null ? OLDEST : firstIdAt(from), to === null ? NEWEST : firstIdAt(to)];
  return { ...joined(parts, ' AND '), range };
}

export function arrivalRange(from: number | null, to: number | null): Condition {
  return ofMessage('coalesce(received_at, sent_at) >= ? AND coalesce(received_at, sent_at) < ?', [
    from ?? 0,
    to ?? Number.MAX_SAFE_INTEGER,
  ]);
}

/** A condition on the mail's own row, which is at hand if the query does not begin with words. */
function ofMessage(sql: string, params: Value[]): Condition {
  return {
    sql: `coalesce(${sql}, 0)`,
    params,
    test: { sql: `coalesce((SELECT ${sql} FROM message o WHERE o.id = @id), 0)`, params },
  };
}

export function termCondition(field: string, value: string): Condition {
  if (field === 'patchid') return { sql: '@id IN (SELECT message_id FROM patch WHERE patch_id = ?)', params: [value] };
  if (field === 'changeid') {
    // In X-Change-ID, or in b4's footer.
    return {
      sql: `@id IN (SELECT message_id FROM term WHERE kind = ${TERM.changeid} AND lower(value) = ? UNION SELECT message_id FROM patch WHERE change_id = ?)`,
      params: [value, value],
    };
  }
  const kinds = field === 'dfblob' ? [TERM.dfpre, TERM.dfpost] : [TERM[field as keyof typeof TERM]];
  const isBlob = field.startsWith('df');
  // Patches abbreviate blob names differently; the shorter name is the beginning of the longer one.
  const match = isBlob
    ? "(value >= ? AND value < ? || 'g') OR (length(value) < length(?) AND value = substr(?, 1, length(value)))"
    : 'value = ?';
  const params = isBlob ? [value, value, value, value] : [value];
  return {
    sql: `@id IN (SELECT message_id FROM term WHERE kind IN (${kinds.join(', ')}) AND (${match}))`,
    params,
  };
}

const IS: Record<string, number> = { patch: FLAG.patch, cover: FLAG.cover, reply: FLAG.reply };

export function testCondition(name: string, value: string, at: number): Condition {
  if (name === 'title') return titleCondition(value);
  if (name === 'is' && value === 'bot')
    return {
      sql: `@id IN (SELECT m.id FROM person p JOIN identity i ON i.person_id = p.id JOIN message m ON m.author_id = i.id WHERE p.kind = 'bot' @in(m.id))`,
      params: [],
      test: { sql: `(SELECT author_id FROM message WHERE id = @id) IN (${ROBOTS})`, params: [] },
    };
  if (name === 'is' && IS[value] !== undefined) return flagged(IS[value] as number);
  if (name === 'has' && value === 'attachment') return flagged(FLAG.attachment);
  if (name === 'list') return onList(value);
  if (name === 'topic' || name === 'system')
    throw new UnknownTest(`There is no ${name} "${value}" in topics.json; /topics/ lists the existing ones.`, at);
  if (name === 'person') return personCondition(value);
  if (name === 'status') return statusCondition(value, at);
  if (name === 'tag') return tagged(value);
  if (name === 'commit' || name === 'fixes') return commitCondition(name, value, at);
  if (name === 'closes') return closesCondition(value);
  // The spelling in `trailer`: Tested-by.
  if (name.endsWith('-by')) return trailerCondition(name.charAt(0).toUpperCase() + name.slice(1), value);
  if (name === 'is') throw new UnknownTest(`is: takes ${[...Object.keys(IS), 'bot'].join(', ')}; not "${value}".`, at);
  if (name === 'has') return factCondition(value, at);
  throw new UnknownTest(`This archive cannot answer ${name}: yet.`, at);
}

/** Mails of a thread, by its id. */
export const inThread = (thread: number): Condition => ofMessage('thread = ?', [thread]);

/** Mails of a list, by its name. If there is only this list, it has all mails. */
export function onList(name: string): Condition {
  const list = '(SELECT l.id FROM list l WHERE l.name = ?)';
  const isOnly = '(SELECT count(*) FROM list o WHERE o.name <> ?) = 0';
  return {
    sql: `@id IN (SELECT p.message_id FROM posting p WHERE p.list_id = ${list} @in(p.message_id))`,
    params: [name],
    // By the primary key; with posting_message and the list's name it takes twice the time.
    test: {
      sql: `(${isOnly} OR EXISTS (SELECT 1 FROM posting p WHERE p.list_id = ${list} AND p.message_id = @id))`,
      params: [name, name],
    },
  };
}

/** Mails of a person, by slug, address or full name (then of all people with that name). */
function personCondition(value: string): Condition {
  return {
    sql: `@id IN (SELECT m.id FROM identity i JOIN message m ON m.author_id = i.id WHERE i.person_id IN (
      SELECT id FROM person WHERE slug = ? UNION SELECT person_id FROM identity WHERE address = lower(?) OR name = ? COLLATE NOCASE
        OR id IN (SELECT identity_id FROM person_moved WHERE slug = ?)))`,
    params: [value, value, value, value],
  };
}

/** Patches of series with a state. */
function statusCondition(value: string, at: number): Condition {
  const state = stateNamed(value);
  if (!state) throw new UnknownTest(`status: takes ${STATE_WORDS.join(', ')}; not "${value}".`, at);
  const wanted = statusIs(state);
  const from = 'FROM series s JOIN revision r ON r.series_id = s.id JOIN patch q ON q.revision_id = r.id';
  return {
    sql: `@id IN (SELECT q.message_id ${from} WHERE ${wanted.sql})`,
    params: wanted.params,
    test: { sql: `EXISTS (SELECT 1 ${from} WHERE q.message_id = @id AND ${wanted.sql})`, params: wanted.params },
  };
}

/** Mails with the trailer in their own words, and the patches to which they reply. The value is part of a name or an address. */
function trailerCondition(key: string, value: string): Condition {
  const like = `%${value.replace(/[\\%_]/g, '\\$&')}%`;
  const given = `SELECT message_id FROM trailer WHERE key = ? AND key <> 'Signed-off-by' AND (address LIKE ? ESCAPE '\\' OR name LIKE ? ESCAPE '\\')`;
  return {
    sql: `@id IN (${given} UNION SELECT r.patch_id FROM patch_reply r WHERE r.message_id IN (${given}))`,
    params: [key, like, like, key, like, like],
  };
}

/** Mails that name a commit in a claim or trailer; for `commit`, also the patch that became it. */
function commitCondition(name: 'commit' | 'fixes', value: string, at: number): Condition {
  const oid = value.toLowerCase();
  if (!/^[0-9a-f]{8,40}$/.test(oid)) throw new UnknownTest(`${name}: needs ${MIN_OID} to 40 hex digits.`, at);
  const sql = name === 'fixes' ? FIXING : NAMING;
  return { sql: `@id IN (${sql})`, params: Array(sql.split('?').length - 1).fill(oid) };
}

/** Mails with facts about a bug: where it is tracked, and who or what reported it. The value is a part of these. */
function closesCondition(value: string): Condition {
  const like = `%${value.replace(/[\\%_]/g, '\\$&')}%`;
  return {
    sql: `@id IN (SELECT message_id FROM trailer WHERE key IN ('Closes', 'Bugzilla', 'Bug', 'Reported-by') AND key <> 'Signed-off-by'
      AND (value LIKE ? ESCAPE '\\' OR address LIKE ? ESCAPE '\\'))`,
    params: [like, like],
  };
}

/** Mails with a trailer that states a fact; facts stated by words were turned into words by the parser. */
function factCondition(value: string, at: number): Condition {
  const fact = TRAILER_FACTS[value.toLowerCase()];
  if (!fact) {
    const known = ['attachment', ...FACTS.map(({ name }) => name)].join(', ');
    throw new UnknownTest(`has: takes ${known}; not "${value}".`, at);
  }
  return {
    sql: `@id IN (SELECT t.message_id FROM trailer t WHERE ${fact} @in(t.message_id))`,
    params: [],
    test: { sql: `EXISTS (SELECT 1 FROM trailer t WHERE t.message_id = @id AND ${fact})`, params: [] },
  };
}

/** A word in the brackets of a subject: the index finds the word, and the subject shows its place. */
function tagged(value: string): Condition {
  const like = `%[%${value.replace(/[\\%_]/g, '\\$&')}%]%`;
  return {
    sql: `@id IN (SELECT m.id FROM search x JOIN message m ON m.id = x.rowid WHERE x.search MATCH ? AND m.subject LIKE ? ESCAPE '\\' @in(x.rowid))`,
    params: [`{subject} : ${quoted(value)}`, like],
  };
}

const flagged = (flag: number) => ofMessage(`flags & ${flag}`, []);
