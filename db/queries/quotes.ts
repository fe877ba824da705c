import { readBody, unquoted } from '#mail/body';
import { type Alignment, align, type Quotation, readQuotation } from '#quote/align';
import { articleText, quotationsOf } from '#quote/article';
import { isCommon } from '#quote/words';
import { type Snapshot, TooLongError } from '../open';
import { SLOTS, type Slots, textsOf } from './blocks';
import { Turns } from './turns';

/** Where a quotation, or what is nearest to it, stands in the archive. */
export interface QuoteMatch {
  id: number;
  msgid: string;
  subject: string;
  author: { name: string; address: string };
  sentAt: number;
  list: string | null;
  /** Lines of the displayed text, the first is 1; both inclusive. */
  lines: [number, number];
  /** The passage as the mail has it, quotation marks of lines left out. */
  text: string;
  /** 0 to 1: quote/align.ts. */
  similarity: number;
  /** The mail quotes it itself: its source is not in the archive, or not found. */
  isQuoted: boolean;
}

export interface FoundQuote {
  /** As the article has it. */
  text: string;
  status: 'verbatim' | 'edited' | 'not found';
  /** Best first; of one that was not found the nearest passage. */
  matches: QuoteMatch[];
}

/** Longest article, in characters, and most quotations of one, that are looked for. */
export const MAX_ARTICLE = 400_000;
const MAX_QUOTATIONS = 300;
/** Mails whose text is compared with a quotation. */
const CANDIDATES = 10;
/** Matches that are named. */
const NAMED = 5;

/** How long a page looks for the quotations of an article; of the largest honest ones each takes some 30 ms. */
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
      throw new TooLongError(`Its quotations take longer than ${limitMs / 1000} seconds to find: give fewer of them.`);
    found.push(await findQuote(db, text));
  }
  return found;
}

/** Own words first; a mail that quotes the passage is named where nobody's own words have it. */
export async function findQuote(db: Snapshot, text: string): Promise<FoundQuote> {
  const quotation = readQuotation(text);
  const phrases = phrasesOf(quotation);
  const { ids, isCut } = await withMost(db, ANYWHERE, phrases(4));
  let best = await compareBoth(db, quotation, ids);
  // Phrases that stand in many mails have not told them apart: all the words together do.
  if (isCut && best[0]?.alignment.status !== 'verbatim')
    best = ranked([...best, ...(await compareBoth(db, quotation, await withAll(db, ANYWHERE, runsOf(quotation))))]);
  if (!best[0] || !isFound(best[0]))
    best = ranked([...best, ...(await compare(db, quotation, (await withMost(db, OWN, phrases(2))).ids, false))]);
  // Where a word was put into every phrase, the words that tell most stand near one another all the same.
  if (!best[0] || !isFound(best[0]))
    best = ranked([...best, ...(await compareBoth(db, quotation, await withNear(db, ANYWHERE, quotation)))]);
  const status = best[0] && isFound(best[0]) ? (best[0].alignment.status as 'verbatim' | 'edited') : 'not found';
  const kept = status === 'not found' ? best.slice(0, 1) : best.filter((one) => isFound(one)).slice(0, NAMED);
  return { text, status, matches: await named(db, kept) };
}

const OWN = '{subject own aside removed added context hunk attachment}';
const ANYWHERE = '{own aside quoted removed added context hunk attachment}';

const MOST_PHRASES = 6;
/** Words of one phrase that the index is asked for; the rest is compared in the text. */
const LONGEST_RUN = 24;

/** Phrases of so many words to look a quotation up by: spread over it, the rare words first, none over a place where it is edited. */
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

/** What must stand in the mail as it is: the words between brackets and omissions. */
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

/** Mails of one phrase that are looked at, the oldest. */
const MAILS_A_PHRASE = 100;

const phraseQuery = (columns: string, phrases: string[]) =>
  `${columns} : (${phrases.map((phrase) => `"${phrase.replaceAll('"', ' ')}"`).join(' AND ')})`;

/** Mails that hold all of it, the oldest first: a passage is quoted later than it was written. */
async function withAll(db: Snapshot, columns: string, phrases: string[]): Promise<number[]> {
  if (!phrases.length) return [];
  const rows = await db.all<{ id: number }>(
    `SELECT rowid AS id FROM search WHERE search MATCH ? ORDER BY rowid LIMIT ${CANDIDATES}`,
    [phraseQuery(columns, phrases)],
  );
  return rows.map(({ id }) => id);
}

/** Of so many words those that tell most are looked up near one another; of a longer quotation some phrase is whole. */
const SHORT_QUOTATION = 40;
const NEAR_WORDS = 4;
const FEWEST_NEAR = 3;
/** Words that may stand between them besides those of the quotation. */
const NEAR_SLACK = 4;

/** Mails in which the telling words of a short quotation stand near one another, the oldest first. */
async function withNear(db: Snapshot, columns: string, { pieces }: Quotation): Promise<number[]> {
  const own = pieces.flatMap(({ words, added }) => words.folded.filter((_, n) => !added[n]));
  const telling = [...new Set(own)].filter((word) => !isCommon(word) && word.length > 2);
  if (own.length > SHORT_QUOTATION || telling.length < FEWEST_NEAR) return [];
  // A long word is mostly a rare one.
  const words = telling.sort((a, b) => b.length - a.length);
  const found: number[] = [];
  // The word put in may be one of them: each of the longest is left out once.
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
 * Mails with most of the phrases, a rare phrase counting for more. Not by FTS5's rank: it reads every match of every phrase
 * to learn how rare that is, which took two thirds of the time in SQLite (0.46 of 0.68 s for 26 quotations, 2026-11-25).
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

/** Whose own words have it; where nobody's, who quotes it. */
async function compareBoth(db: Snapshot, quotation: Quotation, ids: number[]): Promise<Candidate[]> {
  const own = ranked(await compare(db, quotation, ids, false));
  if (own[0] && isFound(own[0])) return own;
  return ranked([...own, ...(await compare(db, quotation, ids, true))]);
}

/** Characters of a mail that a quotation is held against: what is longer is a log or a patch from there on. */
const MAX_COMPARED = 1 << 19;

/** Characters of a passage that are shown: with an omission in its middle it may go from one end of a mail to the other. */
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
    // Others are answered between two mails: an article may have three hundred quotations, each in ten mails of a megabyte.
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

/** A mail's own lines, or all of them with the marks of quotations taken off; and the line (from 1) of an offset in that. */
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

/** One of each mail; verbatim before edited, own words before quoted ones, the oldest of equals first. */
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
