import { spaceCjk } from '#query/cjk';
import { columnsOf } from '#query/prefix';
import { stemOf, stemsOfPrefix } from '#query/stem';
import type { Field, Node } from '#query/types';

/** Whether a node consists only of words, so that FTS5 alone can answer it. */
export function isText(node: Node): boolean {
  if (node.kind === 'words') return node.field !== 'mid' && node.field !== 'lid';
  if (node.kind === 'near') return !node.ordered;
  if (node.kind === 'not') return isText(node.of);
  return (node.kind === 'and' || node.kind === 'or') && node.of.every(isText);
}

/** A node of words as an FTS5 expression; null for a NOT alone, which FTS5 cannot express. `within` limits the columns of the wanted words. */
export function matchOf(node: Node, within = ''): string | null {
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

/** The columns of a field in FTS5's syntax. */
const columnFilter = (field: Field) => `{${columnsOf(field).join(' ')}}`;
/** A string in FTS5's syntax. FTS5 would end it at a NUL, so that is replaced. */
export const quoted = (text: string) => `"${spaceCjk(text).replace(/[\0"]/g, ' ')}"`;

/** Caches expressions: a plan uses the same words in several places, and the stems of a prefix take 0.2 ms. */
const written = new WeakMap<Node, string>();

function wordsMatch(node: Extract<Node, { kind: 'words' }>): string {
  const known = written.get(node) ?? wordsWritten(node);
  written.set(node, known);
  return known;
}

function wordsWritten({ field, text, prefix }: Extract<Node, { kind: 'words' }>): string {
  const columns = columnFilter(field);
  if (!prefix) return `${columns} : ${quoted(text)}`;
  const last = /(?<![\p{L}\p{N}])[\p{L}\p{N}]+$/u.exec(text)?.[0] ?? '';
  const stems = stemsOfPrefix(last).map(
    (stem) => `${columns} : ${quoted(text.slice(0, text.length - last.length) + stem)}`,
  );
  return [`(${columns} : ${quoted(text)} *`, ...stems].join(' OR ').concat(')');
}

export function nearMatch({ field, of, distance }: Extract<Node, { kind: 'near' }>): string {
  return `${columnFilter(field)} : NEAR(${of.map(quoted).join(' ')}, ${distance})`;
}

/** Splits a text into words as in the index. */
export const tokensOf = (text: string) =>
  (
    text
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).map(stemOf);
