import { type Body, readBody } from '#mail/body';
import { isRobot } from '#mail/name';
import { CLAIM } from '#patch/kinds';
import { isItem } from '#quote/prose';
import { isSeen, weigh } from '#quote/weigh';
import type { Snapshot } from '../open';
import { type Continued, continuedIn } from './continued';
import { Kept } from './kept';
import { FEWEST_WORDS, type Passage, paragraphsOf, passageAt, type Read, readParagraph, worthOf } from './passages';
import { type QuoteLine, takenUp } from './quoted';
import type { SeriesLine } from './series';
import { listSeries } from './serieslist';
import { readThread, type Thread, type ThreadRow, threadTexts } from './thread';
import { Turns } from './turns';
import { type VerdictLine, verdictsAmong } from './verdicts';

export type { Passage } from './passages';

export interface DigestPassage extends Passage {
  /** Its role in the debate: the proposal, what was said about it, what was observed, how it ended. */
  kind: 'claim' | 'argument' | 'evidence' | 'outcome';
  /** People other than its author who answered directly below it; people who quoted it; mails below their answers. */
  answered: number;
  quoted: number;
  followed: number;
  score: number;
  /** The passage of this digest directly above it, which it answers. */
  answers: { row: ThreadRow; first: number } | null;
}

export interface Digest {
  thread: Thread;
  /** In order of time. */
  passages: DigestPassage[];
  series: SeriesLine[];
  /** In order of time. */
  continued: Continued[];
}

/** Points that a passage loses for each chosen passage from the same mail, and below, by the same author. */
const SAME_MAIL = 1.5;
const SAME_PERSON = 1;
const OF_ONE_MAIL = 2;
/** A passage with fewer points is not quoted, even if the digest is short. */
const LEAST = 3;
/** Passages that are compared. */
const CONSIDERED = 400;
/** The newest verdicts that end something are always included. */
const MOST_ENDS = 6;
/** Extra points of a request, of a promise, and of the beginning of the first mail. */
const REQUESTED = 3;
const PROMISED = 1.5;
const BEGINS = 3;
/** A patch's text is about the patch; a cover letter is about the whole work. */
const OF_PATCH = -1;
/** The outcome is usually near the end. */
const LATE = 2;
/** An item of a list, or a continuation after a quotation, is not clear by itself. */
const BROKEN = -1;
/** Paragraphs of the first mail that may be its claim. */
const OPENING = 5;
/** Quoting more than this share of a mail does not count as quoting a passage. */
const WHOLE = 0.7;
/** Characters and paragraphs of a mail that are read; longer mails are logs, or attacks. */
const LONGEST_MAIL = 200_000;
const MOST_PARAGRAPHS = 500;

/** What a journalist would quote from a thread: the claim, arguments against and for it, measurements, and the outcome. */
export async function readDigest(db: Snapshot, threadId: number): Promise<Digest | null> {
  const thread = await readThread(db, threadId);
  if (!thread) return null;
  const passages = await passagesOf(db, thread);
  const ids = thread.rows.filter((row) => row.ghost === null).map(({ id }) => id);
  const series = (await listSeries(db, { among: ids })).slice(0, 12);
  return { thread, passages, series, continued: await continuedIn(db, thread, series) };
}

/** A thread's digest and the case of its series have the same passages. */
const kept = new Kept<DigestPassage[]>(64);

/** Only the passages, in order of time: 0.3 ms per mail, kept until the data change. */
export const passagesOf = (db: Snapshot, thread: Thread): Promise<DigestPassage[]> =>
  kept.get(db, String(thread.id), () => choosePassages(db, thread));

async function choosePassages(db: Snapshot, thread: Thread): Promise<DigestPassage[]> {
  const texts = await threadTexts(db, thread.rows);
  const mails = thread.rows.filter((row) => row.ghost === null);
  const turns = new Turns();
  const bodies = new Map<number, Body>();
  for (const row of mails) {
    await turns.next();
    bodies.set(row.id, readBody((texts.get(row.position) ?? '').slice(0, LONGEST_MAIL)));
  }
  const ids = mails.map(({ id }) => id);
  const verdicts = await verdictsAmong(db, ids);
  const taken = await takenUp(db, ids);
  const scored = await scoredPassages(turns, mails, bodies, taken, sizesBelow(thread.rows), verdicts);
  const ends = outcomesOf(mails, bodies, verdicts);
  const certain = ends.length ? ends : lastWords(scored, verdicts);
  const passages = chosen(scored, certain, wanted(mails.length)).sort(
    (a, b) => a.row.id - b.row.id || a.first - b.first,
  );
  markAnswers(passages, taken);
  return passages;
}

/** Three passages for a short thread, eight for one with twenty mails, sixteen for one with two hundred. */
const wanted = (messages: number) => Math.max(3, Math.min(16, Math.round(3.4 * Math.log(messages) - 2)));

/** The number of mails below each position, including itself. */
function sizesBelow(rows: ThreadRow[]): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const { position, parent } of rows.toReversed()) {
    const own = (sizes.get(position) ?? 0) + 1;
    sizes.set(position, own);
    if (parent !== null) sizes.set(parent, (sizes.get(parent) ?? 0) + own);
  }
  return sizes;
}

async function scoredPassages(
  turns: Turns,
  mails: ThreadRow[],
  bodies: Map<number, Body>,
  taken: QuoteLine[],
  below: Map<number, number>,
  verdicts: VerdictLine[],
): Promise<DigestPassage[]> {
  const rowOf = new Map(mails.map((row) => [row.id, row]));
  const bySource = new Map<number, QuoteLine[]>();
  for (const line of taken) {
    const of = bySource.get(line.sourceId);
    if (of) of.push(line);
    else bySource.set(line.sourceId, [line]);
  }
  const begins = Math.min(...mails.map(({ id }) => id));
  const late = mails.map(({ id }) => id).sort((a, b) => a - b)[Math.floor(mails.length * 0.75)] ?? 0;
  const found: DigestPassage[] = [];
  for (const row of mails) {
    await turns.next();
    if (isRobot(row.author, row.address) && row.id !== begins) continue;
    const body = bodies.get(row.id) as Body;
    const paragraphs = paragraphsOf(body).slice(0, MOST_PARAGRAPHS);
    const others = (bySource.get(row.id) ?? []).filter(({ person }) => person !== personOf(row));
    const sparing = new Set(others.map(({ id }) => id).filter((id) => !quotesAll(id, others, paragraphs)));
    const isPatch = body.segments.some(({ kind }) => kind === 'hunk');
    let nth = 0;
    for (const paragraph of paragraphs) {
      const read = readParagraph(row, body, paragraph);
      const isAsked = verdicts.find(({ id, line }) => id === row.id && line >= paragraph[0] && line <= paragraph[1]);
      if (!read || (read.words < FEWEST_WORDS && !(isAsked || read.weighed.settles))) continue;
      const counts = countsOf(read, paragraph, others, sparing, below, rowOf);
      const isOpening = row.id === begins && nth++ < OPENING;
      found.push({
        ...passageOf(read),
        ...counts,
        kind: isOpening ? 'claim' : isSeen(read.text) ? 'evidence' : 'argument',
        score:
          worthOf([read.weighed], read.words) +
          Math.min(3, 1.5 * counts.answered + 0.5 * counts.quoted) +
          Math.min(1, 0.25 * Math.log2(1 + counts.followed)) +
          (isAsked ? (isAsked.kind === CLAIM.gaveIn ? PROMISED : REQUESTED) : 0) +
          (isOpening ? BEGINS - nth / 2 : isPatch && row.id !== begins ? OF_PATCH : 0) +
          (row.id >= late && read.weighed.settles ? LATE : 0) +
          (isItem(read.text) || /^\W*\p{Ll}/u.test(read.text) ? BROKEN : 0),
        answers: null,
      });
    }
  }
  return found;
}

const passageOf = ({ row, first, last, text, isCut }: Read): Passage => ({ row, first, last, text, isCut });

/** Counts who answered or quoted a passage. */
function countsOf(
  { first, last }: Read,
  [, end]: [number, number],
  others: QuoteLine[],
  sparing: Set<number>,
  below: Map<number, number>,
  rowOf: Map<number, ThreadRow>,
): Pick<DigestPassage, 'answered' | 'quoted' | 'followed'> {
  const here = others.filter((q) => q.sourceLine <= last && q.sourceLine + q.sourceLines > first);
  const answerers = distinct(here.filter((q) => q.answered && endsHere(q, end)));
  return {
    answered: answerers.length,
    quoted: new Set(here.filter(({ id }) => sparing.has(id)).map(({ person }) => person)).size,
    followed: answerers.reduce((sum, { id }) => sum + (below.get(rowOf.get(id)?.position ?? -1) ?? 0), 0),
  };
}

const personOf = (row: ThreadRow) => row.person_id ?? -row.author_id;

/** Whether the answered quotation ends in this paragraph; a quotation of several paragraphs is answered at its end. */
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

/** Passages that are always included: the newest verdicts. */
function outcomesOf(mails: ThreadRow[], bodies: Map<number, Body>, verdicts: VerdictLine[]): DigestPassage[] {
  const rowOf = new Map(mails.map((row) => [row.id, row]));
  const ends = verdicts.filter(({ isEnd }) => isEnd).slice(-MOST_ENDS);
  return ends.flatMap(({ id, line }) => {
    const row = rowOf.get(id);
    const passage = row ? passageAt(bodies.get(id) as Body, line) : null;
    if (!row || !passage) return [];
    return [
      { row, ...passage, kind: 'outcome' as const, answered: 0, quoted: 0, followed: 0, score: 9, answers: null },
    ];
  });
}

/** Without an outcome: the newest recognised promise, else request, and the newest words that settle something. */
function lastWords(scored: DigestPassage[], verdicts: VerdictLine[]): DigestPassage[] {
  const byTime = scored.toSorted((a, b) => a.row.id - b.row.id || a.first - b.first);
  const isOf = (kind: number) => (passage: DigestPassage) =>
    verdicts.some(
      (one) => one.kind === kind && one.id === passage.row.id && one.line >= passage.first && one.line <= passage.last,
    );
  const settling = byTime.filter(({ text }) => weigh(text).settles);
  const asked = settling.findLast(isOf(CLAIM.gaveIn)) ?? byTime.findLast(isOf(CLAIM.changesRequested));
  const half = byTime[byTime.length >> 1]?.row.id ?? 0;
  const settled = settling.findLast(({ row }) => row.id >= half);
  return [...new Set([asked, settled])].flatMap((one) => (one ? [{ ...one, kind: 'outcome' as const }] : []));
}

const overlaps = (a: Passage, b: Passage) => a.row === b.row && a.first <= b.last && a.last >= b.first;

/** Chooses the best passages. Each chosen one reduces the points of others by its mail and author, so that several people are quoted. */
function chosen(all: DigestPassage[], certain: DigestPassage[], limit: number): DigestPassage[] {
  const found: DigestPassage[] = [];
  for (const one of certain) if (!found.some((other) => overlaps(one, other))) found.push(one);
  const left = all
    .filter((one) => !found.some((other) => overlaps(one, other)))
    .sort((a, b) => b.score - a.score || a.row.id - b.row.id || a.first - b.first)
    .slice(0, CONSIDERED);
  const ofMail = new Map<number, number>();
  const ofPerson = new Map<number, number>();
  const add = (map: Map<number, number>, key: number) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const { row } of found) {
    add(ofMail, row.id);
    add(ofPerson, personOf(row));
  }
  const worth = ({ row, score }: DigestPassage) =>
    score - SAME_MAIL * (ofMail.get(row.id) ?? 0) - SAME_PERSON * (ofPerson.get(personOf(row)) ?? 0);
  while (found.length < limit) {
    let best: DigestPassage | undefined;
    for (const one of left)
      if ((ofMail.get(one.row.id) ?? 0) < OF_ONE_MAIL && (!best || worth(one) > worth(best))) best = one;
    if (!best || best.score < LEAST) break;
    found.push(best);
    left.splice(left.indexOf(best), 1);
    add(ofMail, best.row.id);
    add(ofPerson, personOf(best.row));
  }
  return found;
}

/** Marks for each passage which other one it is directly below. */
function markAnswers(passages: DigestPassage[], taken: QuoteLine[]): void {
  for (const one of passages) {
    const above = taken
      .filter(({ id, line, lines }) => id === one.row.id && line + lines <= one.first)
      .sort((a, b) => b.line - a.line)[0];
    if (!above) continue;
    const source = passages.find(
      ({ row, first, last }) =>
        row.id === above.sourceId && first < above.sourceLine + above.sourceLines && last >= above.sourceLine,
    );
    if (source) one.answers = { row: source.row, first: source.first };
  }
}
