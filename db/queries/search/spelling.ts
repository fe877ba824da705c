import { parseQuery } from '#query/parse';
import { columnsOf } from '#query/prefix';
import { slipsOf } from '#query/slips';
import type { Node } from '#query/types';
import type { Snapshot } from '../../open';
import { FREQUENT, frequentWords } from './frequent';
import { LIMIT } from './matches';

type Words = Extract<Node, { kind: 'words' }>;

/** A word in fewer mails than this may be a typing error that others made too. A suggestion must be in FREQUENT mails, and in OFTEN times as many. */
export const RARE = 20;
const OFTEN = 50;
/** Mails are counted up to this when similar words are compared, and up to MOST for the best of them. */
const FEW = 50;
const MOST = 5_000;
/** Shorter words have too many similar words; longer ones are identifiers. */
const WORD = /^[a-z]{4,24}$/i;

/**
 * The query with each word that (nearly) no mail has replaced by the most frequent word that differs by a typing error; null if there
 * is none. Suggested words are in at least FREQUENT mails of the archive.
 */
export async function meantQuery(db: Snapshot, query: string, now: number): Promise<string | null> {
  const words = wordsOf(parseQuery(query, now).tree ?? null).filter(({ text, phrase }) => !phrase && WORD.test(text));
  let meant = query;
  for (const word of words.toSorted((a, b) => b.at - a.at)) {
    const better = await meantWord(db, word);
    const at = query.indexOf(word.text, word.at);
    if (better !== null && at >= 0) meant = meant.slice(0, at) + better + meant.slice(at + word.text.length);
  }
  return meant === query ? null : meant;
}

function wordsOf(node: Node | null): Words[] {
  if (node?.kind === 'words') return node.prefix || !columnsOf(node.field).length ? [] : [node];
  return node?.kind === 'and' || node?.kind === 'or' ? node.of.flatMap(wordsOf) : [];
}

async function meantWord(db: Snapshot, { field, text }: Words): Promise<string | null> {
  // Message-IDs contain random letters.
  const columns = columnsOf(field).filter((column) => field === 'm' || column !== 'msgid');
  const word = text.toLowerCase();
  const isFrequent = frequentWords(db);
  const near = isFrequent ? slipsOf(word).filter(isFrequent) : slipsOf(word);
  if (!near.length) return null;
  const [own = 0] = await mailsOf(db, columns, [word], RARE);
  if (own >= RARE) return null;
  if (!isFrequent && !(await hasSome(db, near))) return null;
  const few = await mailsOf(db, columns, near, FEW);
  const many = Math.max(0, ...few);
  if (many < FREQUENT) return null;
  const leading = near.filter((_, n) => few[n] === many);
  const most = await mailsOf(db, columns, leading, MOST);
  const best = Math.max(...most);
  return best >= Math.max(FREQUENT, own * OFTEN) ? (leading[most.indexOf(best)] ?? null) : null;
}

/** Whether FREQUENT mails have any of the words anywhere. Mostly none has, and one query for all takes half the time of one for each. */
async function hasSome(db: Snapshot, words: string[]): Promise<boolean> {
  const row = await db.get<{ mails: number }>(
    `SELECT count(*) AS mails FROM (SELECT 1 FROM search WHERE search MATCH ? ${LIMIT})`,
    [anyOf(words), FREQUENT],
  );
  return (row?.mails ?? 0) >= FREQUENT;
}

/** Joined in halves, because in a chain FTS5 copies what it has read at each word. */
function anyOf(words: string[]): string {
  if (words.length < 2) return `"${words[0] ?? ''}"`;
  const half = words.length >> 1;
  return `(${anyOf(words.slice(0, half))} OR ${anyOf(words.slice(half))})`;
}

/** The number of mails with each word, counted up to `most`. */
async function mailsOf(db: Snapshot, columns: readonly string[], words: string[], most: number): Promise<number[]> {
  const row = await db.get<{ mails: string }>(
    `SELECT json_group_array((SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? || j.value || '"' ${LIMIT})) ORDER BY j.key) AS mails
     FROM json_each(?) j`,
    [`{${columns.join(' ')}} : "`, most, JSON.stringify(words)],
  );
  return JSON.parse(row?.mails ?? '[]');
}
