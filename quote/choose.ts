import type { Body } from '#mail/body';
import { groupBy } from '#mail/groups';
import { isRobot } from '#mail/name';
import { FEWEST_WORDS, type Passage, paragraphsOf, passageAt, readParagraph, worthOf } from './passages';
import { isItem } from './prose';
import { isSeen, weigh } from './weigh';

/** A mail of a thread, and its place there. */
export interface Mail {
  id: number;
  position: number;
  parent: number | null;
  author: string;
  address: string;
  author_id: number;
  person_id: number | null;
}

/** A passage of a mail that another mail quotes; lines of displayed texts, from 0. */
export interface Taken {
  sourceId: number;
  sourceLine: number;
  sourceLines: number;
  id: number;
  line: number;
  lines: number;
  answered: number;
  /** The person who quotes it. */
  person: number;
}

/** A line of a mail that says what happened to a patch, or what its author or a reviewer wants. */
export interface VerdictLine {
  id: number;
  line: number;
  /** `end`: it ended or reopened the matter. */
  says: 'end' | 'request' | 'promise';
}

/** A passage that a digest quotes. */
export interface Chosen extends Passage {
  /** Mail.id */
  id: number;
  /** Its role in the debate: the proposal, what was said about it, what was observed, how it ended. */
  kind: 'claim' | 'argument' | 'evidence' | 'outcome';
  /** People other than its author who answered directly below it; people who quoted it; mails below their answers. */
  answered: number;
  quoted: number;
  followed: number;
  score: number;
  /** The chosen passage directly above it, which it answers. */
  answers: { id: number; first: number } | null;
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
/** Paragraphs of a mail that are read. */
const MOST_PARAGRAPHS = 500;
/** Quoting more than this share of a mail does not count as quoting a passage. */
const WHOLE = 0.7;

/** Three passages for a short thread, eight for one with twenty mails, sixteen for one with two hundred. */
const wanted = (messages: number) => Math.max(3, Math.min(16, Math.round(3.4 * Math.log(messages) - 2)));

const personOf = (mail: Mail) => mail.person_id ?? -mail.author_id;

/** Chooses what a journalist would quote from a thread. Its mails are read one at a time (`read`), then the best passages are chosen. */
export class Choice {
  readonly #scored: Chosen[] = [];
  readonly #mails: Map<number, Mail>;
  readonly #taken: Map<number, Taken[]>;
  readonly #sizes: Map<number, number>;
  readonly #begins: number;
  readonly #late: number;

  /** `places`: mails and missing ones, by position; `mails`: those that are here, with their texts. */
  constructor(
    places: readonly Pick<Mail, 'position' | 'parent'>[],
    private readonly mails: readonly Mail[],
    private readonly bodies: ReadonlyMap<number, Body>,
    private readonly taken: readonly Taken[],
    private readonly verdicts: readonly VerdictLine[],
  ) {
    this.#mails = new Map(mails.map((mail) => [mail.id, mail]));
    this.#taken = groupBy(taken, ({ sourceId }) => sourceId);
    this.#sizes = sizesBelow(places);
    const ids = mails.map(({ id }) => id).sort((a, b) => a - b);
    this.#begins = ids[0] ?? 0;
    this.#late = ids[Math.floor(mails.length * 0.75)] ?? 0;
  }

  /** Scores the passages of a mail. */
  read(mail: Mail): void {
    const isFirst = mail.id === this.#begins;
    if (isRobot(mail.author, mail.address) && !isFirst) return;
    const body = this.bodies.get(mail.id) as Body;
    const paragraphs = paragraphsOf(body).slice(0, MOST_PARAGRAPHS);
    const others = (this.#taken.get(mail.id) ?? []).filter(({ person }) => person !== personOf(mail));
    const sparing = new Set(others.map(({ id }) => id).filter((id) => !quotesAll(id, others, paragraphs)));
    const isPatch = body.segments.some(({ kind }) => kind === 'hunk');
    let nth = 0;
    for (const paragraph of paragraphs) {
      const read = readParagraph(body, paragraph);
      const asked = this.verdicts.find(
        ({ id, line }) => id === mail.id && line >= paragraph[0] && line <= paragraph[1],
      );
      if (!read || (read.words < FEWEST_WORDS && !(asked || read.weighed.settles))) continue;
      const counts = this.#countsOf(read, paragraph, others, sparing);
      const isOpening = isFirst && nth++ < OPENING;
      const { weighed, words, ...passage } = read;
      this.#scored.push({
        id: mail.id,
        ...passage,
        ...counts,
        kind: isOpening ? 'claim' : isSeen(read.text) ? 'evidence' : 'argument',
        score:
          worthOf([weighed], words) +
          Math.min(3, 1.5 * counts.answered + 0.5 * counts.quoted) +
          Math.min(1, 0.25 * Math.log2(1 + counts.followed)) +
          (asked ? (asked.says === 'promise' ? PROMISED : REQUESTED) : 0) +
          (isOpening ? BEGINS - nth / 2 : isPatch && !isFirst ? OF_PATCH : 0) +
          (mail.id >= this.#late && weighed.settles ? LATE : 0) +
          (isItem(read.text) || /^\W*\p{Ll}/u.test(read.text) ? BROKEN : 0),
        answers: null,
      });
    }
  }

  /** Counts who answered or quoted a passage. */
  #countsOf(
    { first, last }: Passage,
    [, end]: [number, number],
    others: readonly Taken[],
    sparing: ReadonlySet<number>,
  ): Pick<Chosen, 'answered' | 'quoted' | 'followed'> {
    const here = others.filter((q) => q.sourceLine <= last && q.sourceLine + q.sourceLines > first);
    const answerers = distinct(here.filter((q) => q.answered && endsHere(q, end)));
    const below = (id: number) => this.#sizes.get(this.#mails.get(id)?.position ?? -1) ?? 0;
    return {
      answered: answerers.length,
      quoted: new Set(here.filter(({ id }) => sparing.has(id)).map(({ person }) => person)).size,
      followed: answerers.reduce((sum, { id }) => sum + below(id), 0),
    };
  }

  /** The chosen passages of all mails, in order of time. */
  chosen(): Chosen[] {
    const ends = this.#outcomes();
    const passages = this.#best(ends.length ? ends : this.#lastWords(), wanted(this.mails.length));
    passages.sort((a, b) => a.id - b.id || a.first - b.first);
    this.#markAnswers(passages);
    return passages;
  }

  /** Passages that are always included: the newest verdicts. */
  #outcomes(): Chosen[] {
    const ends = this.verdicts.filter(({ says }) => says === 'end').slice(-MOST_ENDS);
    return ends.flatMap(({ id, line }) => {
      const body = this.bodies.get(id);
      const passage = body ? passageAt(body, line) : null;
      if (!passage) return [];
      return [
        { id, ...passage, kind: 'outcome' as const, answered: 0, quoted: 0, followed: 0, score: 9, answers: null },
      ];
    });
  }

  /** Without an outcome: the newest recognised promise, else request, and the newest words that settle something. */
  #lastWords(): Chosen[] {
    const byTime = this.#scored.toSorted((a, b) => a.id - b.id || a.first - b.first);
    const isOf =
      (says: VerdictLine['says']) =>
      ({ id, first, last }: Chosen) =>
        this.verdicts.some((one) => one.says === says && one.id === id && one.line >= first && one.line <= last);
    const settling = byTime.filter(({ text }) => weigh(text).settles);
    const asked = settling.findLast(isOf('promise')) ?? byTime.findLast(isOf('request'));
    const half = byTime[byTime.length >> 1]?.id ?? 0;
    const settled = settling.findLast(({ id }) => id >= half);
    return [...new Set([asked, settled])].flatMap((one) => (one ? [{ ...one, kind: 'outcome' as const }] : []));
  }

  /** Chooses the best passages. Each chosen one reduces the points of others by its mail and author, so that several people are quoted. */
  #best(certain: readonly Chosen[], limit: number): Chosen[] {
    const found: Chosen[] = [];
    for (const one of certain) if (!found.some((other) => overlaps(one, other))) found.push(one);
    const left = this.#scored
      .filter((one) => !found.some((other) => overlaps(one, other)))
      .sort((a, b) => b.score - a.score || a.id - b.id || a.first - b.first)
      .slice(0, CONSIDERED);
    const ofMail = new Map<number, number>();
    const ofPerson = new Map<number, number>();
    const writer = (id: number) => personOf(this.#mails.get(id) as Mail);
    const add = (map: Map<number, number>, key: number) => map.set(key, (map.get(key) ?? 0) + 1);
    const count = ({ id }: Chosen) => {
      add(ofMail, id);
      add(ofPerson, writer(id));
    };
    found.forEach(count);
    const worth = ({ id, score }: Chosen) =>
      score - SAME_MAIL * (ofMail.get(id) ?? 0) - SAME_PERSON * (ofPerson.get(writer(id)) ?? 0);
    while (found.length < limit) {
      let best: Chosen | undefined;
      for (const one of left)
        if ((ofMail.get(one.id) ?? 0) < OF_ONE_MAIL && (!best || worth(one) > worth(best))) best = one;
      if (!best || best.score < LEAST) break;
      found.push(best);
      left.splice(left.indexOf(best), 1);
      count(best);
    }
    return found;
  }

  /** Marks for each passage which other one it is directly below. */
  #markAnswers(passages: Chosen[]): void {
    for (const one of passages) {
      const above = this.taken
        .filter(({ id, line, lines }) => id === one.id && line + lines <= one.first)
        .sort((a, b) => b.line - a.line)[0];
      if (!above) continue;
      const source = passages.find(
        ({ id, first, last }) =>
          id === above.sourceId && first < above.sourceLine + above.sourceLines && last >= above.sourceLine,
      );
      if (source) one.answers = { id: source.id, first: source.first };
    }
  }
}

/** The number of mails below each position, including itself. */
function sizesBelow(places: readonly Pick<Mail, 'position' | 'parent'>[]): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const { position, parent } of places.toReversed()) {
    const own = (sizes.get(position) ?? 0) + 1;
    sizes.set(position, own);
    if (parent !== null) sizes.set(parent, (sizes.get(parent) ?? 0) + own);
  }
  return sizes;
}

/** Whether the answered quotation ends in this paragraph; a quotation of several paragraphs is answered at its end. */
const endsHere = ({ sourceLine, sourceLines }: Taken, last: number) => sourceLine + sourceLines - 1 <= last + 1;

/** The first quotation of each person. */
function distinct(lines: Taken[]): Taken[] {
  const seen = new Set<number>();
  return lines.toSorted((a, b) => a.id - b.id).filter(({ person }) => !seen.has(person) && seen.add(person));
}

function quotesAll(id: number, lines: readonly Taken[], paragraphs: [number, number][]): boolean {
  if (paragraphs.length < 3) return false;
  const own = lines.filter((line) => line.id === id);
  const covered = paragraphs.filter(([first, last]) =>
    own.some((q) => q.sourceLine <= first && q.sourceLine + q.sourceLines > last),
  ).length;
  return covered / paragraphs.length > WHOLE;
}

const overlaps = (a: Chosen, b: Chosen) => a.id === b.id && a.first <= b.last && a.last >= b.first;
