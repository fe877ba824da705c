import { type Body, readBody } from '#mail/body';
import { FLAG } from '#mail/flags';
import { CLAIM, CLAIM_SOURCE, CLAIM_WORDS, KEEPER_MAILS, KEEPING, PATCH_KIND, TAKEN } from '#patch/kinds';
import { isMachine } from '#patch/robots';
import { stateOf } from '#patch/state';
import { FEWEST_WORDS, paragraphsOf, passageAt, readParagraph, worthOf } from '#quote/passages';
import { type ActLine, isAnnouncement, reportedIn, sentIn, solvedIn } from '#quote/threadacts';
import type { Snapshot } from '../open';
import type { Saying } from './case';
import { type Fixing, fixOf } from './fixes';
import type { SeriesLine } from './series';
import { listSeries } from './serieslist';
import type { Thread, ThreadRow } from './thread';

/** How a thread that is not a series ended, according to its mails and those that name it. */
export type Ending =
  | ({ how: 'fix' } & Fixing)
  /** Patches were posted in it, which may or may not answer it. */
  | { how: 'posted'; series: SeriesLine; others: number }
  /** Somebody says so; `what` is a word or two. */
  | { how: 'said'; what: string; tone: 'in' | 'near'; by: Saying }
  /** None of these; `isAnswered` if somebody else wrote. */
  | { how: 'silent'; isAnswered: boolean };

/** A thread that does not begin with a patch: what was asked, what was answered, how it ended. */
export interface ThreadCase {
  kind: 'report' | 'pull request' | 'announcement' | 'discussion';
  /** The line that makes it a report. */
  report: Saying | null;
  /** Null in a short thread, whose mails are seen at once; like `answer`. */
  asked: Saying | null;
  /** The number of other people who answered; and below, the first substantial answer. */
  answerers: number;
  answer: Saying | null;
  ending: Ending;
  /** The reporter's statement that the problem is gone. */
  confirmed: Saying | null;
  last_id: number;
}

/** Paragraphs of a mail that are compared. */
const OPENING = 4;
/** The least words of a quoted question; and below, the most words of any passage, since a longer one is a list. */
const QUESTION_WORDS = 5;
const MOST_WORDS = 150;
/** The newest mails that are read for statements about the end. */
const MOST_READ = 40;
/** Nothing is quoted from a thread of so few mails. */
const FEW_MAILS = 4;

/** The case of a thread; null if there is none. `texts` are those of its mails, by position. */
export async function threadCase(db: Snapshot, thread: Thread, texts: Map<number, string>): Promise<ThreadCase | null> {
  const mails = thread.rows.filter(({ ghost }) => ghost === null).sort((a, b) => a.id - b.id);
  const [first, ...later] = mails;
  if (!first) return null;
  const bodies = new Map<number, Body>();
  const bodyOf = (row: ThreadRow) => {
    const body = bodies.get(row.id) ?? readBody(texts.get(row.position) ?? '');
    bodies.set(row.id, body);
    return body;
  };
  const isWhole = first.parent === null;
  const reported = isWhole ? reportedIn(first.subject, bodyOf(first)) : null;
  const pull = /\bpull\b/i.test(first.subject) ? await pullEnd(db, first) : null;
  const kind = pull
    ? 'pull request'
    : reported
      ? 'report'
      : isWhole && isAnnouncement(first.subject)
        ? 'announcement'
        : 'discussion';
  const others = later.filter((row) => personOf(row) !== personOf(first) && !isMachine(row.author, row.address));
  const hasLine = kind === 'report' && reported && reported.line >= 0;
  const said = ofAsker(first, later, bodyOf);
  const isLong = thread.messages > FEW_MAILS;
  const isAsked = isLong && isWhole && !pull && !isMachine(first.author, first.address);
  return {
    kind,
    report: hasLine ? { ...saying(first, null), lines: [reported.line, reported.line], quote: reported.text } : null,
    asked: isAsked ? gist(first, bodyOf(first)) : null,
    answerers: new Set(others.map(personOf)).size,
    answer: isLong ? firstGist(others, bodyOf) : null,
    ending: await endingOf(db, thread, { kind, first, later, others, pull, said, bodyOf }),
    confirmed: kind === 'report' ? said : null,
    last_id: thread.last_id,
  };
}

const personOf = (row: ThreadRow) => row.person_id ?? -row.author_id;

function saying({ id, msgid, author, address }: ThreadRow, passage: ReturnType<typeof passageAt>): Saying {
  return {
    ...{ id, msgid, name: author, address },
    lines: passage && [passage.first, passage.last],
    quote: passage?.text.replace(/\s+/g, ' ') ?? null,
  };
}

/** The most substantial paragraph at a mail's beginning. */
function gist(row: ThreadRow, body: Body): Saying | null {
  let best: { worth: number; said: Saying } | null = null;
  for (const [nth, paragraph] of paragraphsOf(body).slice(0, OPENING).entries()) {
    const read = readParagraph(body, paragraph);
    if (!read || read.words < (read.weighed.asks ? QUESTION_WORDS : FEWEST_WORDS) || read.words > MOST_WORDS) continue;
    const worth = worthOf([read.weighed], read.words) - nth / 2;
    if (!best || worth > best.worth) best = { worth, said: saying(row, read) };
  }
  return best?.said ?? null;
}

function firstGist(rows: ThreadRow[], bodyOf: (row: ThreadRow) => Body): Saying | null {
  for (const row of rows.slice(0, OPENING)) {
    const said = gist(row, bodyOf(row));
    if (said) return said;
  }
  return null;
}

/** The newest mail in which the person who began the thread says that the problem is gone. */
function ofAsker(first: ThreadRow, later: ThreadRow[], bodyOf: (row: ThreadRow) => Body): Saying | null {
  const own = later.filter((row) => personOf(row) === personOf(first));
  return newestAct(own, bodyOf, solvedIn);
}

function newestAct(
  rows: ThreadRow[],
  bodyOf: (row: ThreadRow) => Body,
  find: (body: Body) => ActLine | null,
): Saying | null {
  for (const row of rows.slice(-MOST_READ).reverse()) {
    const body = bodyOf(row);
    const found = find(body);
    if (found) return saying(row, passageAt(body, found.line));
  }
  return null;
}

interface Known {
  kind: ThreadCase['kind'];
  first: ThreadRow;
  later: ThreadRow[];
  others: ThreadRow[];
  pull: PullEnd | null;
  said: Saying | null;
  bodyOf: (row: ThreadRow) => Body;
}

async function endingOf(db: Snapshot, thread: Thread, known: Known): Promise<Ending> {
  const { kind, first, later, others, pull, said, bodyOf } = known;
  if (pull?.end) return pull.end;
  const fix = kind === 'report' ? await fixOf(db, first, thread, bodyOf(first).text) : null;
  if (fix) return { how: 'fix', ...fix };
  const posted = await postedIn(db, later);
  if (posted) return posted;
  const taken = await takenIn(db, thread, bodyOf);
  if (taken) return taken;
  if (said) return { how: 'said', what: 'solved', tone: 'in', by: said };
  const sent = kind === 'report' ? newestAct(later, bodyOf, sentIn) : null;
  if (sent) return { how: 'said', what: 'a patch was sent', tone: 'near', by: sent };
  return { how: 'silent', isAnswered: others.length > 0 };
}

/** The series posted in a thread: one that was taken, else the newest. */
async function postedIn(db: Snapshot, later: ThreadRow[]): Promise<Ending | null> {
  const among = later.filter(({ flags }) => flags & FLAG.patch).map(({ id }) => id);
  if (!among.length) return null;
  const found = await listSeries(db, { among });
  const series = found.find(({ status }) => stateOf(status)?.tone === 'in') ?? found[0];
  return series ? { how: 'posted', series, others: found.length - 1 } : null;
}

interface PullEnd {
  end: Ending | null;
}

/** What happened to a pull request; null if the mail is not one. */
async function pullEnd(db: Snapshot, first: ThreadRow): Promise<PullEnd | null> {
  const row = await db.get<{ kind: number | null } & Omit<Saying, 'lines' | 'quote'>>(
    `SELECT o.kind, m.id, m.msgid, i.name, i.address FROM patch p
     LEFT JOIN outcome o ON o.patch_id = p.message_id AND o.doubted = 0 AND o.kind IN (${TAKEN.join(', ')})
     LEFT JOIN message m ON m.id = o.evidence_id LEFT JOIN identity i ON i.id = m.author_id
     WHERE p.message_id = ? AND p.kind = ${PATCH_KIND.pull} ORDER BY o.kind = ${CLAIM.merged} DESC, o.evidence_id LIMIT 1`,
    [first.id],
  );
  if (!row) return null;
  const { kind, ...by } = row;
  if (kind === null) return { end: null };
  return {
    end: { how: 'said', what: CLAIM_WORDS.get(kind) ?? 'taken', tone: 'in', by: { ...by, lines: null, quote: null } },
  };
}

/** The newest statement by the keeper of a tree that they took the subject of the thread, if it has no patch here. */
async function takenIn(db: Snapshot, thread: Thread, bodyOf: (row: ThreadRow) => Body): Promise<Ending | null> {
  if (!thread.taken) return null;
  const claim = await db.get<{ id: number; kind: number; line: number; tree: string | null }>(
    `SELECT c.message_id AS id, c.kind, c.line, c.tree FROM message x JOIN claim c ON c.message_id = x.id
     WHERE x.thread = ?1 AND c.kind IN (${CLAIM.applied}, ${CLAIM.queued}) AND c.source IN (${CLAIM_SOURCE.words}, ${CLAIM_SOURCE.b4})
       AND NOT EXISTS (SELECT 1 FROM outcome o WHERE o.evidence_id = c.message_id)
       AND (SELECT count(*) FROM (SELECT 1 FROM claim k WHERE k.speaker = c.speaker AND k.kind IN (${CLAIM.applied}, ${CLAIM.queued})
         AND k.source IN (${KEEPING.join(', ')}) GROUP BY k.message_id LIMIT ${KEEPER_MAILS})) >= ${KEEPER_MAILS}
     ORDER BY c.message_id DESC, c.line LIMIT 1`,
    [thread.id],
  );
  const row = claim && thread.rows.find(({ id, ghost }) => ghost === null && id === claim.id);
  if (!claim || !row) return null;
  const what = `${CLAIM_WORDS.get(claim.kind) ?? 'taken'}${claim.tree ? ` (${claim.tree})` : ''}`;
  return { how: 'said', what, tone: 'in', by: saying(row, passageAt(bodyOf(row), claim.line)) };
}
