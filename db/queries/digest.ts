import { type Body, readBody } from '#mail/body';
import { isRobot } from '#mail/name';
import { isContents, isItem, isProse } from '#quote/prose';
import type { Snapshot } from '../open';
import { type QuoteLine, takenUp } from './quoted';
import type { SeriesLine } from './series';
import { listSeries } from './serieslist';
import { readThread, type Thread, type ThreadRow, threadTexts } from './thread';

/** Lines of a mail, from 0, both inclusive. */
export interface Passage {
  row: ThreadRow;
  first: number;
  last: number;
  text: string;
  /** The passage goes on behind `text`. */
  isCut: boolean;
}

export interface DigestPassage extends Passage {
  /** Distinct people other than its author who answered right below it; who quoted it at all; and the mails below their answers. */
  answered: number;
  quoted: number;
  followed: number;
  score: number;
  /** The first answers to it. */
  answers: Passage[];
}

export interface Digest {
  thread: Thread;
  /** How the first mail begins, where that is not among the passages. */
  opening: Passage | null;
  /** In order of time. */
  passages: DigestPassage[];
  series: SeriesLine[];
  /** Threads elsewhere that name a mail of this one, or have a later version of its patches; in order of time. */
  continued: { root: string; msgid: string; subject: string; firstId: number; why: 'names it' | 'a later version' }[];
}

/** A passage of fewer words is a greeting or an aside. */
const FEWEST_WORDS = 8;
const OPENING_WORDS = 12;
/** Words of a passage that are shown; what is longer is cut, and says so. */
const MOST_WORDS = 130;
const MOST_ANSWER_WORDS = 70;
const ANSWERS = 2;
/** Passages of one mail: a long mail must not be the whole digest. */
const OF_ONE_MAIL = 3;
/** Points that a passage loses for each one of its mail, or of its author, that is told already. */
const SAME_MAIL = 2;
const SAME_PERSON = 0.5;
/** Passages that are weighed against one another. */
const CONSIDERED = 400;
/** An argument has room: a point for so many words, and how many points at most. */
const WORDS_A_POINT = 25;
const MOST_LENGTH = 2;
/** Who quotes more than this share of a mail quotes no passage of it. */
const WHOLE = 0.7;

/**
 * What a reporter would quote of a thread: the passages that most people took up. Three points for each who answered right
 * below it, one for each who quoted it in part, up to three for the mails that followed (the logarithm of their number), up to
 * two for its length (one for 25 words). Code, logs, lists of changes, forms and robots' mails are nobody's argument.
 */
export async function readDigest(db: Snapshot, threadId: number): Promise<Digest | null> {
  const thread = await readThread(db, threadId);
  if (!thread) return null;
  const texts = await threadTexts(db, thread.rows);
  const mails = thread.rows.filter((row) => row.ghost === null);
  const bodies = new Map(mails.map((row) => [row.id, readBody(texts.get(row.position) ?? '')]));
  const ids = mails.map(({ id }) => id);
  const scored = scoredPassages(mails, bodies, await takenUp(db, ids), sizesBelow(thread.rows));
  const passages = chosen(scored, wanted(mails.length)).sort((a, b) => a.row.id - b.row.id || a.first - b.first);
  // What stands as a passage of its own is not told twice.
  const own = new Set(passages.map(({ row, first }) => `${row.id} ${first}`));
  for (const one of passages) one.answers = one.answers.filter(({ row, first }) => !own.has(`${row.id} ${first}`));
  const opening = openingOf(mails, bodies);
  const isShown = passages.some(({ row, first }) => row === opening?.row && first === opening?.first);
  const series = (await listSeries(db, { among: ids })).slice(0, 12);
  return {
    thread,
    opening: isShown ? null : opening,
    passages,
    series,
    continued: await continuedIn(db, thread, series),
  };
}

/** Three of a short thread, eight of one of twenty mails, sixteen of one of two hundred. */
const wanted = (messages: number) => Math.max(3, Math.min(16, Math.round(3.4 * Math.log(messages) - 2)));

/** Mails below each position, itself included. */
function sizesBelow(rows: ThreadRow[]): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const { position, parent } of rows.toReversed()) {
    const own = (sizes.get(position) ?? 0) + 1;
    sizes.set(position, own);
    if (parent !== null) sizes.set(parent, (sizes.get(parent) ?? 0) + own);
  }
  return sizes;
}

function scoredPassages(
  mails: ThreadRow[],
  bodies: Map<number, Body>,
  taken: QuoteLine[],
  below: Map<number, number>,
): DigestPassage[] {
  const rowOf = new Map(mails.map((row) => [row.id, row]));
  const bySource = new Map<number, QuoteLine[]>();
  for (const line of taken) bySource.set(line.sourceId, [...(bySource.get(line.sourceId) ?? []), line]);
  const found: DigestPassage[] = [];
  for (const row of mails) {
    if (isRobot(row.author, row.address)) continue;
    const body = bodies.get(row.id) as Body;
    const paragraphs = paragraphsOf(body);
    const others = (bySource.get(row.id) ?? []).filter(({ person }) => person !== personOf(row));
    const sparing = new Set(others.map(({ id }) => id).filter((id) => !quotesAll(id, others, paragraphs)));
    for (const [first, last] of paragraphs) {
      const here = others.filter((q) => q.sourceLine <= last && q.sourceLine + q.sourceLines > first);
      const answering = here.filter((q) => q.answered && endsHere(q, last));
      const answerers = distinct(answering);
      const text = textOf(body, first, last);
      if (!answerers.length || wordCount(text) < FEWEST_WORDS || !isProse(text) || isContents(text)) continue;
      const quoted = new Set(here.filter(({ id }) => sparing.has(id)).map(({ person }) => person)).size;
      const followed = answerers.reduce((sum, { id }) => sum + (below.get(rowOf.get(id)?.position ?? -1) ?? 0), 0);
      found.push({
        ...passage(row, body, first, last, MOST_WORDS),
        answered: answerers.length,
        quoted,
        followed,
        score:
          3 * answerers.length +
          quoted +
          Math.min(3, Math.log2(1 + followed)) +
          Math.min(MOST_LENGTH, wordCount(text) / WORDS_A_POINT),
        answers: answerers.slice(0, ANSWERS).flatMap((line) => answerOf(line, rowOf, bodies)),
      });
    }
  }
  return found;
}

const personOf = (row: ThreadRow) => row.person_id ?? -row.author_id;

/** Whether what is answered ends in this paragraph: a quotation of several is answered at its end. */
const endsHere = ({ sourceLine, sourceLines }: QuoteLine, last: number) => sourceLine + sourceLines - 1 <= last + 1;

/** The first quotation of each person. */
function distinct(lines: QuoteLine[]): QuoteLine[] {
  const seen = new Set<number>();
  return lines.toSorted((a, b) => a.id - b.id).filter(({ person }) => !seen.has(person) && seen.add(person));
}

function quotesAll(id: number, lines: QuoteLine[], paragraphs: [number, number][]): boolean {
  if (paragraphs.length < 3) return false;
  const own = lines.filter((line) => line.id === id);
  const covered = paragraphs.filter(([first, last]) =>
    own.some((q) => q.sourceLine <= first && q.sourceLine + q.sourceLines > last),
  ).length;
  return covered / paragraphs.length > WHOLE;
}

/** Best first; each passage of a mail, and of an author, makes the next of it worth less: a debate has several voices. */
function chosen(all: DigestPassage[], limit: number): DigestPassage[] {
  const left = all.sort((a, b) => b.score - a.score || a.row.id - b.row.id || a.first - b.first).slice(0, CONSIDERED);
  const found: DigestPassage[] = [];
  const ofMail = new Map<number, number>();
  const ofPerson = new Map<number, number>();
  const worth = ({ row, score }: DigestPassage) =>
    score - SAME_MAIL * (ofMail.get(row.id) ?? 0) - SAME_PERSON * (ofPerson.get(personOf(row)) ?? 0);
  while (found.length < limit) {
    let best: DigestPassage | undefined;
    for (const one of left)
      if ((ofMail.get(one.row.id) ?? 0) < OF_ONE_MAIL && (!best || worth(one) > worth(best))) best = one;
    if (!best) break;
    found.push(best);
    left.splice(left.indexOf(best), 1);
    ofMail.set(best.row.id, (ofMail.get(best.row.id) ?? 0) + 1);
    ofPerson.set(personOf(best.row), (ofPerson.get(personOf(best.row)) ?? 0) + 1);
  }
  return found;
}

/** `Hi, Ann` above what is said, in one paragraph with it. */
const HAIL = /^\s*(?:hi|hello|hey|dear)\b[^.!?]{0,40}$/i;

/** Runs of own lines without an empty one; without the greeting that one begins with. */
function paragraphsOf(body: Body): [number, number][] {
  const found: [number, number][] = [];
  for (const { kind, start, end } of body.segments) {
    if (kind !== 'text') continue;
    let first = -1;
    for (let line = start; line <= end; line++) {
      const isEmpty = line === end || !lineOf(body, line).trim();
      if (!isEmpty && first < 0) first = line;
      else if (isEmpty && first >= 0) {
        if (first < line - 1 && HAIL.test(lineOf(body, first))) first++;
        found.push([first, line - 1]);
        first = -1;
      }
    }
  }
  return found;
}

const lineOf = ({ text, starts }: Body, line: number) =>
  text.slice(starts[line] as number, (starts[line + 1] as number) - 1);
const textOf = (body: Body, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => lineOf(body, first + n)).join('\n');
const wordCount = (text: string) => text.match(/[\p{L}\p{N}]+(?:['’]\p{L}+)?/gu)?.length ?? 0;

/** Cut at the end of a line where it is too long. */
function passage(row: ThreadRow, body: Body, first: number, last: number, words: number): Passage {
  let end = first;
  let left = words - wordCount(lineOf(body, first));
  while (end < last && left > 0) left -= wordCount(lineOf(body, ++end));
  return { row, first, last: end, text: textOf(body, first, end), isCut: end < last };
}

/** The own words right below a quotation. */
function answerOf(line: QuoteLine, rowOf: Map<number, ThreadRow>, bodies: Map<number, Body>): Passage[] {
  const [row, body] = [rowOf.get(line.id), bodies.get(line.id)];
  if (!row || !body) return [];
  const [first, second] = paragraphsOf(body).filter(([begin]) => begin >= line.line + line.lines);
  // `Ann,` greets; what is said stands below.
  const greets = first && second && GREETING.test(textOf(body, ...first)) && isOneAnswer(body, first, second);
  const next = greets ? second : first;
  return next ? [passage(row, body, next[0], next[1], MOST_ANSWER_WORDS)] : [];
}

const GREETING = /^\s*(?:(?:hi|hello|hey|dear)\b[^.!?\n]{0,60}|@?[\p{L}.'-]+(?: [\p{L}.'-]+)?)\s*[,:!]\s*$/iu;

/** Nothing is quoted between the two. */
const isOneAnswer = (body: Body, [, end]: [number, number], [begin]: [number, number]) =>
  body.segments.some((segment) => segment.kind === 'text' && segment.start <= end && segment.end > begin);

function openingOf(mails: ThreadRow[], bodies: Map<number, Body>): Passage | null {
  const row = mails.reduce<ThreadRow | undefined>((a, b) => (a && a.id <= b.id ? a : b), undefined);
  const body = row && bodies.get(row.id);
  if (!row || !body) return null;
  const all = paragraphsOf(body).filter(([first, last]) => {
    const text = textOf(body, first, last);
    return wordCount(text) >= OPENING_WORDS && isProse(text);
  });
  const found = all.find(([first]) => !isItem(lineOf(body, first))) ?? all[0];
  return found ? passage(row, body, found[0], found[1], MOST_WORDS) : null;
}

/** Mails whose names are looked for elsewhere: the first and the newest. Each costs about 0.6 ms on 130,000 mails. */
const MOST_NAMED = 120;
/** A shorter name, its words joined, may be anybody's sentence. */
const SHORTEST_NAME = 12;

/** Later threads that give a Message-ID of this one (as links to lore do), and those with a later version. */
async function continuedIn(db: Snapshot, thread: Thread, series: SeriesLine[]): Promise<Digest['continued']> {
  const row = 't.root, f.msgid, t.subject, t.first_id AS firstId';
  const later = 'm.thread <> ?2 AND t.first_id > ?3 ORDER BY t.first_id LIMIT 12';
  const versions = await db.all<Omit<Digest['continued'][0], 'why'> & Record<string, never>>(
    `SELECT DISTINCT ${row} FROM json_each(?1) j JOIN revision r ON r.series_id = j.value JOIN message m ON m.id = r.id
     JOIN thread t ON t.id = m.thread JOIN message f ON f.id = t.first_id WHERE ${later}`,
    [JSON.stringify(series.map(({ id }) => id)), thread.id, thread.first_id],
  );
  const names = namesOf(thread);
  const naming = names.length
    ? await db.all<Omit<Digest['continued'][0], 'why'> & Record<string, never>>(
        `SELECT DISTINCT ${row} FROM search s JOIN message m ON m.id = s.rowid JOIN thread t ON t.id = m.thread JOIN message f ON f.id = t.first_id
         WHERE s.search MATCH ?1 AND ${later}`,
        [`{own aside} : (${names.map((name) => `"${name}"`).join(' OR ')})`, thread.id, thread.first_id],
      )
    : [];
  const known = new Set(versions.map(({ root }) => root));
  return [
    ...versions.map((line) => ({ ...line, why: 'a later version' as const })),
    ...naming.filter(({ root }) => !known.has(root)).map((line) => ({ ...line, why: 'names it' as const })),
  ].sort((a, b) => a.firstId - b.firstId);
}

/** Message-IDs of a thread as phrases of the index. */
function namesOf({ rows, first_id }: Thread): string[] {
  const newest = rows.filter(({ ghost }) => ghost === null).sort((a, b) => b.id - a.id);
  const first = newest.filter(({ id }) => id === first_id);
  return [...first, ...newest.filter(({ id }) => id !== first_id)]
    .slice(0, MOST_NAMED)
    .map(({ msgid }) => (msgid.match(/[\p{L}\p{N}]+/gu) ?? []).join(' '))
    .filter((name) => name.length >= SHORTEST_NAME && name.includes(' '));
}
