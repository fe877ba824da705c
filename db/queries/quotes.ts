import { readBody, unquoted } from '#mail/body';
import { type Alignment, align, type Quotation, readQuotation } from '#quote/align';
import { articleText, quotationsOf } from '#quote/article';
import { isCommon } from '#quote/words';
import { type Snapshot, TooLongError } from '../open';
import { SLOTS, type Slots, textsOf } from './blocks';
import { Turns } from './turns';

/** The place of a quotation, or of the most similar passage, in the archive. */
export interface QuoteMatch {
  id: number;
  msgid: string;
  subject: string;
  author: { name: string; address: string };
  sentAt: number;
  list: string | null;
  /** Lines of the displayed text, from 1; both inclusive. */
  lines: [number, number];
  /** The passage in the mail, without quotation marks of lines. */
  text: string;
  /** 0 to 1: quote/align.ts. */
  similarity: number;
  /** The mail itself quotes it; its source is not in the archive, or was not found. */
  isQuoted: boolean;
}

export interface FoundQuote {
  /** The quotation as in the article. */
  text: string;
  status: 'verbatim' | 'edited' | 'not found';
  /** The best first; if not found, the most similar passage. */
  matches: QuoteMatch[];
}

/** Limits: characters of an article, and below, its quotations that are searched. */
export const MAX_ARTICLE = 400_000;
const MAX_QUOTATIONS = 300;
/** Mails whose text is compared with a quotation. */
const CANDIDATES = 10;
/** Matches that are listed. */
const NAMED = 5;

/** How long a page searches for the quotations of an article; in large real articles each takes about 30 ms. */
export const ARTICLE_MS = 10_000;

/** Finds the mail of each quotation of an article (text, Markdown or HTML). @throws TooLongError above `limitMs` */
export async function findQuotes(
  db: Snapshot,
  article: string,
  limitMs = Number.POSITIVE_INFINITY,
): Promise<FoundQuote[]> {
  const until = performance.now() + limitMs;
  const quotations = quotationsOf(articleText(article.slice(0, MAX_ARTICLE))).slice(0, MAX_QUOTATIONS);
  const found: FoundQuote[] = [];
  for (const { text } of quotations) {
    if (performance.now() > until)
      throw new TooLongError(
        `Finding its quotations took longer than ${limitMs / 1000} seconds. Submit fewer of them.`,
      );
    found.push(await findQuote(db, text));
  }
  return found;
}

/** Searches own words first; mails that quote the passage count only if no author's own words have it. */
export async function findQuote(db: Snapshot, text: string): Promise<FoundQuote> {
  const quotation = readQuotation(text);
  const phrases = phrasesOf(quotation);
  const { ids, isCut } = await withMost(db, ANYWHERE, phrases(4));
  let best = await compareBoth(db, quotation, ids);
  // Phrases that occur in many mails were not distinctive; all words together are.
  if (isCut && best[0]?.alignment.status !== 'verbatim')
    best = ranked([...best, ...(await compareBoth(db, quotation, await withAll(db, ANYWHERE, runsOf(quotation))))]);
  if (!best[0] || !isFound(best[0]))
    best = ranked([...best, ...(await compare(db, quotation, (await withMost(db, OWN, phrases(2))).ids, false))]);
  // If a word was added to every phrase, the distinctive words are still near each other.
  if (!best[0] || !isFound(best[0]))
    best = ranked([...best, ...(await compareBoth(db, quotation, await withNear(db, ANYWHERE, quotation)))]);
  const status = best[0] && isFound(best[0]) ? (best[0].alignment.status as 'verbatim' | 'edited') : 'not found';
  const kept = status === 'not found' ? best.slice(0, 1) : best.filter((one) => isFound(one)).slice(0, NAMED);
  return { text, status, matches: await named(db, kept) };
}

const OWN = '{subject own aside removed added context hunk attachment}';
const ANYWHERE = '{own aside quoted removed added context hunk attachment}';

const MOST_PHRASES = 6;
/** Words of a phrase that are searched in the index; the rest is compared in the text. */
const LONGEST_RUN = 24;

/** Phrases of a given number of words for searching a quotation: spread over it, rare words first, not across edited places. */
function phrasesOf({ pieces }: Quotation): (words: number) => string[] {
  return (size) => {
    const windows: { at: number; text: string; worth: number }[] = [];
    let offset = 0;
    for (const { words, added } of pieces) {
      const n = words.folded.length;
      const width = Math.min(size, n);
      for (let i = 0; i + width <= n; i++) {
        if (added.slice(i, i + width).some(Boolean)) continue;
        const own = words.folded.slice(i, i + width);
        const worth = own.reduce((sum, word) => sum + (isCommon(word) ? 0 : Math.min(12, word.length)), 0);
        windows.push({ at: offset + i, text: own.join(' '), worth });
      }
      offset += n + size;
    }
    const chosen: typeof windows = [];
    for (const window of windows.sort((a, b) => b.worth - a.worth || a.at - b.at)) {
      if (chosen.length === MOST_PHRASES) break;
      if (window.worth < 3 && chosen.length) break;
      if (chosen.every(({ at }) => Math.abs(at - window.at) >= size)) chosen.push(window);
    }
    return chosen.map(({ text }) => text);
  };
}

/** The runs of words that must be in the mail unchanged: those between brackets and omissions. */
function runsOf({ pieces }: Quotation): string[] {
  const runs: string[][] = [];
  for (const { words, added } of pieces) {
    let run: string[] = [];
    for (const [i, word] of [...words.folded, ''].entries()) {
      if (word && !added[i]) run.push(word);
      else {
        if (run.length > 1) runs.push(run.slice(0, LONGEST_RUN));
        run = [];
      }
    }
  }
  return runs.map((run) => run.join(' '));
}

/** The oldest mails with a phrase that are examined. */
const MAILS_A_PHRASE = 100;

const phraseQuery = (columns: string, phrases: string[]) =>
  `${columns} : (${phrases.map((phrase) => `"${phrase.replaceAll('"', ' ')}"`).join(' AND ')})`;

/** Mails with all phrases, oldest first, because a passage is quoted after it was written. */
async function withAll(db: Snapshot, columns: string, phrases: string[]): Promise<number[]> {
  if (!phrases.length) return [];
  const rows = await db.all<{ id: number }>(
    `SELECT rowid AS id FROM search WHERE search MATCH ? ORDER BY rowid LIMIT ${CANDIDATES}`,
    [phraseQuery(columns, phrases)],
  );
  return rows.map(({ id }) => id);
}

/** Up to this many words, the distinctive words are searched near each other; a longer quotation has some unchanged phrase. */
const SHORT_QUOTATION = 40;
const NEAR_WORDS = 4;
const FEWEST_NEAR = 3;
/** Extra words allowed between them. */
const NEAR_SLACK = 4;

/** Mails in which the distinctive words of a short quotation are near each other, oldest first. */
async function withNear(db: Snapshot, columns: string, { pieces }: Quotation): Promise<number[]> {
  const own = pieces.flatMap(({ words, added }) => words.folded.filter((_, n) => !added[n]));
  const telling = [...new Set(own)].filter((word) => !isCommon(word) && word.length > 2);
  if (own.length > SHORT_QUOTATION || telling.length < FEWEST_NEAR) return [];
  // Long words are mostly rare.
  const words = telling.sort((a, b) => b.length - a.length);
  const found: number[] = [];
  // An added word may be one of them, so each of the longest is left out once.
  const sets =
    words.length > FEWEST_NEAR ? words.slice(0, NEAR_WORDS).map((left) => words.filter((word) => word !== left)) : [];
  for (const set of [words, ...sets]) {
    const near = `NEAR(${set
      .slice(0, NEAR_WORDS)
      .map((word) => `"${word.replaceAll('"', ' ')}"`)
      .join(' ')}, ${own.length + NEAR_SLACK})`;
    const rows = await db.all<{ id: number }>(
      `SELECT rowid AS id FROM search WHERE search MATCH ? ORDER BY rowid LIMIT ${CANDIDATES}`,
      [`${columns} : ${near}`],
    );
    found.push(...rows.map(({ id }) => id));
  }
  return [...new Set(found)].slice(0, MOST_NEAR);
}

const MOST_NEAR = 20;

/**
 * Mails with most of the phrases, where rare phrases count more. Does not use FTS5's rank, which reads every match of every phrase
 * to find out how rare it is; that took two thirds of SQLite's time (0.46 of 0.68 s for 26 quotations, 2026-11-25).
 */
async function withMost(db: Snapshot, columns: string, phrases: string[]): Promise<{ ids: number[]; isCut: boolean }> {
  if (!phrases.length) return { ids: [], isCut: true };
  const one = `SELECT rowid AS id FROM search WHERE search MATCH ? ORDER BY rowid LIMIT ${MAILS_A_PHRASE}`;
  const rows = await db.all<{ phrase: number; id: number }>(
    phrases.map((_, n) => `SELECT ${n} AS phrase, id FROM (${one})`).join(' UNION ALL '),
    phrases.map((phrase) => phraseQuery(columns, [phrase])),
  );
  const found = phrases.map((_, n) => rows.filter(({ phrase }) => phrase === n).length);
  const worth = new Map<number, number>();
  for (const { phrase, id } of rows) worth.set(id, (worth.get(id) ?? 0) + 1 / (1 + Math.log2(found[phrase] as number)));
  const ids = [...worth]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, CANDIDATES)
    .map(([id]) => id);
  return { ids, isCut: found.some((count) => count === MAILS_A_PHRASE) };
}

interface Candidate {
  id: number;
  alignment: Alignment;
  lines: [number, number];
  text: string;
  isQuoted: boolean;
}

const isFound = ({ alignment }: Candidate) => alignment.status !== 'near';

/** Compares with own words; if nobody's match, with quotations. */
async function compareBoth(db: Snapshot, quotation: Quotation, ids: number[]): Promise<Candidate[]> {
  const own = ranked(await compare(db, quotation, ids, false));
  if (own[0] && isFound(own[0])) return own;
  return ranked([...own, ...(await compare(db, quotation, ids, true))]);
}

/** Characters of a mail that are compared with a quotation; beyond that, a mail is a log or a patch. */
const MAX_COMPARED = 1 << 19;

/** Characters of a passage that are shown: with an omission, it may extend over the whole mail. */
const MAX_PASSAGE = 20_000;

async function compare(db: Snapshot, quotation: Quotation, ids: number[], quotes: boolean): Promise<Candidate[]> {
  const rows = await db.all<Slots & { id: number; subject: string }>(
    `SELECT m.id, m.subject, ${SLOTS} FROM json_each(?) j JOIN message m ON m.id = j.value ORDER BY j.key`,
    [JSON.stringify(ids)],
  );
  const texts = await textsOf(db, rows);
  const found: Candidate[] = [];
  const turns = new Turns();
  for (const [n, row] of rows.entries()) {
    // Lets other requests run between two mails: an article may have three hundred quotations, each in ten mails of a megabyte.
    await turns.next();
    const { text, lineOf } = reading((texts[n] ?? '').slice(0, MAX_COMPARED), quotes);
    const alignment = align(quotation, text);
    if (!alignment) continue;
    found.push({
      id: row.id,
      alignment,
      lines: [lineOf(alignment.start), lineOf(Math.max(alignment.start, alignment.end - 1))],
      text: text.slice(alignment.start, Math.min(alignment.end, alignment.start + MAX_PASSAGE)),
      isQuoted: quotes,
    });
  }
  return found;
}

const DIFF = new Set<string>(['add', 'del', 'context']);

/** A mail's own lines, or all lines without quotation marks, with a function for the line (from 1) of an offset. */
function reading(text: string, quotes: boolean): { text: string; lineOf: (at: number) => number } {
  const { starts, segments } = readBody(text);
  const parts: string[] = [];
  const offsets: number[] = [];
  const lines: number[] = [];
  let at = 0;
  for (const { kind, start, end } of segments) {
    if (kind === 'binary' || (!quotes && kind === 'quote')) continue;
    for (let i = start; i < end; i++) {
      const from = starts[i] as number;
      const isMarked = DIFF.has(kind) && /[-+ ]/.test(text[from] ?? '');
      const line =
        kind === 'quote'
          ? unquoted(text, starts, i)
          : text.slice(isMarked ? from + 1 : from, Math.max(from, (starts[i + 1] as number) - 1));
      offsets.push(at);
      lines.push(i + 1);
      parts.push(line);
      at += line.length + 1;
    }
  }
  const lineOf = (offset: number) => {
    let [low, high] = [0, offsets.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((offsets[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return lines[low] ?? 1;
  };
  return { text: parts.join('\n'), lineOf };
}

/** One match per mail: verbatim before edited, own words before quoted ones, then oldest first. */
function ranked(all: Candidate[]): Candidate[] {
  const order = { verbatim: 0, edited: 1, near: 2 };
  const sorted = all.sort(
    (a, b) =>
      order[a.alignment.status] - order[b.alignment.status] ||
      Number(a.isQuoted) - Number(b.isQuoted) ||
      b.alignment.similarity - a.alignment.similarity ||
      b.alignment.matched - a.alignment.matched ||
      a.id - b.id,
  );
  const seen = new Set<number>();
  return sorted.filter(({ id }) => !seen.has(id) && seen.add(id));
}

async function named(db: Snapshot, kept: Candidate[]): Promise<QuoteMatch[]> {
  const rows = await db.all<{
    id: number;
    msgid: string;
    subject: string;
    name: string;
    address: string;
    sent_at: number;
    list: string | null;
  }>(
    `SELECT m.id, m.msgid, m.subject, i.name, i.address, m.sent_at,
       (SELECT l.name FROM posting p JOIN list l ON l.id = p.list_id WHERE p.message_id = m.id ORDER BY l.name LIMIT 1) AS list
     FROM json_each(?) j JOIN message m ON m.id = j.value JOIN identity i ON i.id = m.author_id ORDER BY j.key`,
    [JSON.stringify(kept.map(({ id }) => id))],
  );
  return rows.map(({ id, msgid, subject, name, address, sent_at, list }, n) => {
    const { lines, text, isQuoted, alignment } = kept[n] as Candidate;
    const similarity = Math.round(alignment.similarity * 1000) / 1000;
    return { id, msgid, subject, author: { name, address }, sentAt: sent_at, list, lines, text, similarity, isQuoted };
  });
}
