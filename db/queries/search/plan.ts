import { columnsOf, isHeaderField } from '#query/prefix';
import type { Node } from '#query/types';
import type { Value } from '../../open';
import { arrivalRange, type Condition, idRange, joined, ROBOTS, termCondition, testCondition } from './condition';
import { isText, matchOf, nearMatch, tokensOf } from './fts';

/** How to run a query. It begins with FTS5 if possible, which returns ids newest first and can stop early. */
export interface Plan {
  /** The FTS5 expression; null if the query does not begin with words. */
  match: string | null;
  /** The same expression with the wanted words only in the subject, and with them in the subject or the author's own words; excluded words are unchanged. */
  better: string[];
  /** Additional conditions. */
  where: Condition[];
  /** The words for excerpts, and whether only the beginning is given. Without words searched in headers, since a name is in each signature. */
  words: { text: string; prefix: boolean }[];
}

/** Plans a tree; null (an empty query) means all messages. `asked` is the tree before wildcards were split; excerpts show its words. */
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

/** The columns in which words say most about a mail, the best first, as FTS5 column filters, which combine with inner filters. */
const BETTER = ['{subject} : ', '{subject own} : '];

/** The conditions that must all hold, regardless of parentheses: `(kernel d:2022) patch` begins with words too. */
const conjuncts = (tree: Node): Node[] => (tree.kind === 'and' ? tree.of.flatMap(conjuncts) : [tree]);

/** FTS5 has no ordered NEAR, so this selects from its matches those with the first word before the second. */
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

/** Joins the alternatives that FTS5 can answer, and puts them first, so that their matches need not be tested. */
function textTogether(given: Node[]): Node[] {
  const of = given.flatMap(alternatives);
  const textual = of.filter((one) => isText(one) && matchOf(one) !== null);
  return textual.length < 2 ? of : [{ kind: 'or', of: textual }, ...of.filter((one) => !textual.includes(one))];
}

const alternatives = (node: Node): Node[] => (node.kind === 'or' ? node.of.flatMap(alternatives) : [node]);

function negated({ sql, params, test }: Condition): Condition {
  return { sql: `NOT (${sql})`, params, ...(test && { test: negated(test) }) };
}

/** A thread is about something if at least this many of its mails, and this part of them, mention it. */
const SPOKEN = { mails: 3, part: 4 };

/** Mails with it in the subject (or files), and people's mails that mention it in threads about it. Robots' mails never count. */
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

/** People's mails, and their threads. Begins with words; otherwise SQLite would look up each mail in the index. */
function idsOf(node: Node): { sql: string; params: Value[] } {
  const { match, where } = planQuery(node);
  // As tests of single mails: SQLite evaluates the cheaper side of an OR first, and a plain GLOB would look cheaper than known rows.
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

function collectWords(node: Node, unwanted: boolean, words: Plan['words']): void {
  if (node.kind === 'not') collectWords(node.of, !unwanted, words);
  else if (node.kind === 'about') collectWords(node.said, unwanted, words);
  else if (node.kind === 'and' || node.kind === 'or') for (const one of node.of) collectWords(one, unwanted, words);
  else if (unwanted || (node.kind !== 'words' && node.kind !== 'near') || isHeaderField(node.field)) return;
  else if (node.kind === 'words') words.push({ text: node.text, prefix: node.prefix });
  else words.push(...node.of.map((text) => ({ text, prefix: false })));
}
