import { FLAG } from '#mail/flags';
import { firstIdAt } from '#mail/ids';
import { spaceCjk } from '#query/cjk';
import { FACTS } from '#query/fact';
import { columnsOf, isHeaderField } from '#query/prefix';
import { stemOf, stemsOfPrefix } from '#query/stem';
import { TERM } from '#query/term';
import type { Field, Node } from '#query/types';
import type { Value } from '../../open';
import { FIXING, NAMING } from '../commit';
import { MIN_OID } from '../commitmail';
import { STATE_WORDS, stateNamed, statusIs } from '../status';
import { TRAILER_FACTS } from './trailerfacts';

/** A range of ids, the end exclusive. */
export type Range = readonly [from: number, to: number];
/** The ends of one that has none. */
export const OLDEST = Number.MIN_SAFE_INTEGER;
export const NEWEST = Number.MAX_SAFE_INTEGER;

/**
 * A condition in SQL. `@id` stands for the mail's id, whoever leads the query. `@in(x)` stands where a subquery gives ids `x`:
 * it may be held to a range of them (matches.ts), so that it need not give those of the whole archive.
 */
export interface Condition {
  sql: string;
  params: Value[];
  /** The same as a test of one mail, where words lead and the subquery would give far more ids than they do. */
  test?: { sql: string; params: Value[] };
  /** It is a bare range of ids, the end exclusive, which the index itself can be held to. */
  range?: Range;
}

/** How a query is run: FTS5 leads where it can, since it gives ids newest first and stops early. */
export interface Plan {
  /** FTS5 expression; null where words do not lead. */
  match: string | null;
  /** The same expression with its wanted words found in the subject only, and in the subject or the author's own words; excluded words match as before. */
  better: string[];
  /** What must hold besides. */
  where: Condition[];
  /** What is looked for in texts, for excerpts; whether only its beginning is given, and whether only headers were asked for it. */
  words: { text: string; prefix: boolean; isHeader: boolean }[];
}

/** A test that this archive cannot answer; the message says why. */
export class UnknownTest extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** Plans a tree; null (an empty query) is every message. `asked` is the tree before wildcards were taken apart: excerpts show its words. */
export function planQuery(tree: Node | null, asked = tree): Plan {
  const words: Plan['words'] = [];
  if (asked) collectWords(asked, false, words);
  if (!tree) return { match: null, better: [], where: [], words };
  const parts = conjuncts(tree);
  const textual = parts.filter((part) => isText(part));
  const others = parts.filter((part) => !isText(part));
  const leading: Node = { kind: 'and', of: textual };
  const lead = textual.length ? matchOf(leading) : null;
  if (lead === null) return { match: null, better: [], where: parts.map((part) => condition(part)), words };
  const better = BETTER.flatMap((columns) => matchOf(leading, columns) ?? []);
  return { match: lead, better, where: others.map((part) => condition(part)), words };
}

/** Where words tell most of what a mail is about, the best first; FTS5's filters of columns, which hold together with those within. */
const BETTER = ['{subject} : ', '{subject own} : '];

/** What must all hold, whatever parentheses stand around some: in `(kernel d:2022) patch` words lead too. */
const conjuncts = (tree: Node): Node[] => (tree.kind === 'and' ? tree.of.flatMap(conjuncts) : [tree]);

/** Made of words alone, so that FTS5 can answer it by itself. */
function isText(node: Node): boolean {
  if (node.kind === 'words') return node.field !== 'mid' && node.field !== 'lid';
  if (node.kind === 'near') return !node.ordered;
  if (node.kind === 'not') return isText(node.of);
  return (node.kind === 'and' || node.kind === 'or') && node.of.every(isText);
}

/** A textual node as an FTS5 expression; null for a bare NOT, which FTS5 cannot express. `within` limits the columns of the wanted words. */
function matchOf(node: Node, within = ''): string | null {
  if (node.kind === 'words') return within ? `${within}(${wordsMatch(node)})` : wordsMatch(node);
  if (node.kind === 'near') return within ? `${within}(${nearMatch(node)})` : nearMatch(node);
  if (node.kind === 'or') {
    const of = node.of.map((one) => matchOf(one, within));
    return of.some((one) => one === null) ? null : `(${of.join(' OR ')})`;
  }
  if (node.kind !== 'and') return null;
  const wanted = node.of.filter((one) => one.kind !== 'not').map((one) => matchOf(one, within));
  const unwanted = node.of.flatMap((one) => (one.kind === 'not' ? [matchOf(one.of)] : []));
  if (!wanted.length || [...wanted, ...unwanted].some((one) => one === null)) return null;
  const positive = `(${wanted.join(' AND ')})`;
  return unwanted.length ? `(${positive} NOT (${unwanted.join(' OR ')}))` : positive;
}

/** The columns of a field, in FTS5's language. */
const columnFilter = (field: Field) => `{${columnsOf(field).join(' ')}}`;
/** A string of FTS5's language; it ends at a NUL, whatever stands behind. */
const quoted = (text: string) => `"${spaceCjk(text).replace(/[\0"]/g, ' ')}"`;

function wordsMatch({ field, text, prefix }: Extract<Node, { kind: 'words' }>): string {
  const columns = columnFilter(field);
  if (!prefix) return `${columns} : ${quoted(text)}`;
  const last = /(?<![\p{L}\p{N}])[\p{L}\p{N}]+$/u.exec(text)?.[0] ?? '';
  const stems = stemsOfPrefix(last).map(
    (stem) => `${columns} : ${quoted(text.slice(0, text.length - last.length) + stem)}`,
  );
  return [`(${columns} : ${quoted(text)} *`, ...stems].join(' OR ').concat(')');
}

function nearMatch({ field, of, distance }: Extract<Node, { kind: 'near' }>): string {
  return `${columnFilter(field)} : NEAR(${of.map(quoted).join(' ')}, ${distance})`;
}

/** Words as the index has them. */
const tokensOf = (text: string) =>
  (
    text
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).map(stemOf);

/** FTS5 has no ordered form of NEAR: of its matches, those in which the first word stands before the second. */
function orderedCondition(node: Extract<Node, { kind: 'near' }>): Condition {
  const columns = columnsOf(node.field).map((column) => `'${column}'`);
  const place = `temp.search_place WHERE term = ? AND col IN (${columns.join(', ')})`;
  const [first, second] = [tokensOf(node.of[0]).at(-1) ?? '', tokensOf(node.of[1])[0] ?? ''];
  return {
    sql: `@id IN (WITH b AS MATERIALIZED (SELECT doc, col, offset FROM ${place})
      SELECT a.doc FROM (SELECT doc, col, offset FROM ${place}) a JOIN b ON b.doc = a.doc AND b.col = a.col AND b.offset > a.offset AND b.offset <= a.offset + ?
      WHERE a.doc IN (SELECT rowid FROM search WHERE search MATCH ? @in(rowid)))`,
    params: [second, first, node.distance + 1, nearMatch(node)],
  };
}

/** Any node as a condition. */
function condition(node: Node): Condition {
  if (isText(node)) {
    const match = matchOf(node);
    if (match !== null)
      return { sql: '@id IN (SELECT rowid FROM search WHERE search MATCH ? @in(rowid))', params: [match] };
  }
  switch (node.kind) {
    case 'not':
      return negated(condition(node.of));
    case 'and':
      return joined(node.of.map(condition), ' AND ');
    case 'or':
      return joined(textTogether(node.of).map(condition), ' OR ');
    case 'range':
      return node.field === 'd' ? idRange(node.from, node.to) : arrivalRange(node.from, node.to);
    case 'term':
      return termCondition(node.field, node.value);
    case 'near':
      return orderedCondition(node);
    case 'test':
      return testCondition(node.name, node.value, node.at);
    case 'about':
      return aboutCondition(node.titled, node.said);
    case 'words':
      if (node.field === 'mid')
        return { sql: '@id IN (SELECT id FROM message WHERE msgid = ?)', params: [node.text.replace(/^<|>$/g, '')] };
      return {
        sql: '@id IN (SELECT p.message_id FROM posting p JOIN list l ON l.id = p.list_id WHERE l.list_id = ?)',
        params: [node.text.replace(/^<|>$/g, '').toLowerCase()],
      };
  }
}

/** Alternatives that FTS5 can answer are one question, asked before the others: what it finds need not be tested. */
function textTogether(given: Node[]): Node[] {
  const of = given.flatMap(alternatives);
  const textual = of.filter((one) => isText(one) && matchOf(one) !== null);
  return textual.length < 2 ? of : [{ kind: 'or', of: textual }, ...of.filter((one) => !textual.includes(one))];
}

const alternatives = (node: Node): Node[] => (node.kind === 'or' ? node.of.flatMap(alternatives) : [node]);

function negated({ sql, params, test }: Condition): Condition {
  return { sql: `NOT (${sql})`, params, ...(test && { test: negated(test) }) };
}

function joined(of: Condition[], by: string): Condition {
  const all = (parts: Condition[]) => ({
    sql: `(${parts.map(({ sql }) => sql).join(by)})`,
    params: parts.flatMap(({ params }) => params),
  });
  return of.some(({ test }) => test) ? { ...all(of), test: all(of.map((one) => one.test ?? one)) } : all(of);
}

/** A thread speaks of a thing where so many of its mails do, and so large a part of them. */
const SPOKEN = { mails: 3, part: 4 };

/** Mails whose subject (or files) say it, and what people say of it in threads that speak of it; a robot's are about nothing. */
function aboutCondition(titled: Node, said: Node): Condition {
  const [one, other] = [idsOf(said), idsOf(titled)];
  return {
    sql: `@id IN (WITH said AS MATERIALIZED (${one.sql})
      SELECT id FROM said WHERE thread IN (SELECT t.id FROM (SELECT thread, count(*) AS mails FROM said GROUP BY thread) s JOIN thread t ON t.id = s.thread
        WHERE s.mails >= ${SPOKEN.mails} AND s.mails * ${SPOKEN.part} >= t.messages)
      UNION SELECT id FROM (${other.sql}))`,
    params: [...one.params, ...other.params],
  };
}

/** People's mails, and their threads. Words lead: as one condition of several, SQLite would look each mail up in the index. */
function idsOf(node: Node): { sql: string; params: Value[] } {
  const { match, where } = planQuery(node);
  // As tests of one mail: SQLite takes the cheaper side of an OR first, and a bare GLOB would look cheaper than what is known already.
  const tests = where
    .map((one) => (match === null ? one : (one.test ?? one)))
    .map(({ sql, params }) => ({ sql: sql.replaceAll('@id', '+a.id').replace(/@in\([\w.]+\)/g, ''), params }));
  const from =
    match === null
      ? 'message a'
      : '(SELECT rowid AS id FROM search WHERE search MATCH ?) f CROSS JOIN message a ON a.id = f.id';
  return {
    sql: `SELECT a.id, a.thread FROM ${from} WHERE ${[...tests.map(({ sql }) => sql), `a.author_id NOT IN (${ROBOTS})`].join(' AND ')}`,
    params: [...(match === null ? [] : [match]), ...tests.flatMap(({ params }) => params)],
  };
}

/** Subjects with these very words side by side, the last in the plural too; whatever stands between them but letters. */
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

/** Identities of robots. */
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

function arrivalRange(from: number | null, to: number | null): Condition {
  return ofMessage('received_at >= ? AND received_at < ?', [from ?? 0, to ?? Number.MAX_SAFE_INTEGER]);
}

/** What a mail's own row tells: it is at hand where no words lead. */
function ofMessage(sql: string, params: Value[]): Condition {
  return {
    sql: `coalesce(${sql}, 0)`,
    params,
    test: { sql: `coalesce((SELECT ${sql} FROM message o WHERE o.id = @id), 0)`, params },
  };
}

function termCondition(field: string, value: string): Condition {
  if (field === 'patchid') return { sql: '@id IN (SELECT message_id FROM patch WHERE patch_id = ?)', params: [value] };
  if (field === 'changeid') {
    // In X-Change-ID, or in the footer that b4 writes.
    return {
      sql: `@id IN (SELECT message_id FROM term WHERE kind = ${TERM.changeid} AND lower(value) = ? UNION SELECT message_id FROM patch WHERE change_id = ?)`,
      params: [value, value],
    };
  }
  const kinds = field === 'dfblob' ? [TERM.dfpre, TERM.dfpost] : [TERM[field as keyof typeof TERM]];
  const isBlob = field.startsWith('df');
  // Blob names are abbreviated as each patch pleases: the shorter one begins the longer.
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

function testCondition(name: string, value: string, at: number): Condition {
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
    throw new UnknownTest(`There is no ${name} "${value}" in topics.json; /topics/ shows those there are.`, at);
  if (name === 'person') return personCondition(value);
  if (name === 'status') return statusCondition(value, at);
  if (name === 'tag') return tagged(value);
  if (name === 'commit' || name === 'fixes') return commitCondition(name, value, at);
  if (name === 'closes') return closesCondition(value);
  // As `trailer` has it: Tested-by.
  if (name.endsWith('-by')) return trailerCondition(name.charAt(0).toUpperCase() + name.slice(1), value);
  if (name === 'is') throw new UnknownTest(`is: takes ${[...Object.keys(IS), 'bot'].join(', ')}; not "${value}".`, at);
  if (name === 'has') return factCondition(value, at);
  throw new UnknownTest(`${name}: cannot be answered by this archive yet.`, at);
}

/** Mails of one thread, by its id. */
export const inThread = (thread: number): Condition => ofMessage('thread = ?', [thread]);

/** Mails of a list, by its name. The only list there is has them all. */
export function onList(name: string): Condition {
  const list = '(SELECT l.id FROM list l WHERE l.name = ?)';
  const isOnly = '(SELECT count(*) FROM list o WHERE o.name <> ?) = 0';
  return {
    sql: `@id IN (SELECT p.message_id FROM posting p WHERE p.list_id = ${list} @in(p.message_id))`,
    params: [name],
    // By the primary key: through posting_message and the list's name it takes twice the time.
    test: {
      sql: `(${isOnly} OR EXISTS (SELECT 1 FROM posting p WHERE p.list_id = ${list} AND p.message_id = @id))`,
      params: [name, name],
    },
  };
}

/** Mails of a person: by slug, by one of their addresses, or by their full name (then of all who bear it). */
function personCondition(value: string): Condition {
  return {
    sql: `@id IN (SELECT m.id FROM identity i JOIN message m ON m.author_id = i.id WHERE i.person_id IN (
      SELECT id FROM person WHERE slug = ? UNION SELECT person_id FROM identity WHERE address = lower(?) OR name = ? COLLATE NOCASE
        OR id IN (SELECT identity_id FROM person_moved WHERE slug = ?)))`,
    params: [value, value, value, value],
  };
}

/** Patches of series of a state. */
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

/** Mails in whose words the trailer stands, and the patches that those reply to. The value is part of a name or an address. */
function trailerCondition(key: string, value: string): Condition {
  const like = `%${value.replace(/[\\%_]/g, '\\$&')}%`;
  const given = `SELECT message_id FROM trailer WHERE key = ? AND key <> 'Signed-off-by' AND (address LIKE ? ESCAPE '\\' OR name LIKE ? ESCAPE '\\')`;
  return {
    sql: `@id IN (${given} UNION SELECT r.patch_id FROM patch_reply r WHERE r.message_id IN (${given}))`,
    params: [key, like, like, key, like, like],
  };
}

/** Mails that name a commit: in a claim, in a trailer; of `commit` the patch that became it too. */
function commitCondition(name: 'commit' | 'fixes', value: string, at: number): Condition {
  const oid = value.toLowerCase();
  if (!/^[0-9a-f]{8,40}$/.test(oid)) throw new UnknownTest(`${name}: takes ${MIN_OID} to 40 hex digits.`, at);
  const sql = name === 'fixes' ? FIXING : NAMING;
  return { sql: `@id IN (${sql})`, params: Array(sql.split('?').length - 1).fill(oid) };
}

/** Facts about a bug: where it is tracked, and who or what reported it. The value is a part of them. */
function closesCondition(value: string): Condition {
  const like = `%${value.replace(/[\\%_]/g, '\\$&')}%`;
  return {
    sql: `@id IN (SELECT message_id FROM trailer WHERE key IN ('Closes', 'Bugzilla', 'Bug', 'Reported-by') AND key <> 'Signed-off-by'
      AND (value LIKE ? ESCAPE '\\' OR address LIKE ? ESCAPE '\\'))`,
    params: [like, like],
  };
}

/** Mails with a trailer that makes a fact; of others the parser has made words. */
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

/** A word in the brackets of a subject: the index finds the word, its place is read from the subject. */
function tagged(value: string): Condition {
  const like = `%[%${value.replace(/[\\%_]/g, '\\$&')}%]%`;
  return {
    sql: `@id IN (SELECT m.id FROM search x JOIN message m ON m.id = x.rowid WHERE x.search MATCH ? AND m.subject LIKE ? ESCAPE '\\' @in(x.rowid))`,
    params: [`{subject} : ${quoted(value)}`, like],
  };
}

const flagged = (flag: number) => ofMessage(`flags & ${flag}`, []);

function collectWords(node: Node, unwanted: boolean, words: Plan['words']): void {
  if (node.kind === 'not') collectWords(node.of, !unwanted, words);
  else if (node.kind === 'about') collectWords(node.said, unwanted, words);
  else if (node.kind === 'and' || node.kind === 'or') for (const one of node.of) collectWords(one, unwanted, words);
  else if (!unwanted && node.kind === 'words')
    words.push({ text: node.text, prefix: node.prefix, isHeader: isHeaderField(node.field) });
  else if (!unwanted && node.kind === 'near')
    words.push(...node.of.map((text) => ({ text, prefix: false, isHeader: isHeaderField(node.field) })));
}
