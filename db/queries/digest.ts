import { type Body, readBody } from '#mail/body';
import { Choice, type Chosen } from '#quote/choose';
import type { Snapshot } from '../open';
import { QueryCache } from './cache';
import { type Continued, continuedIn } from './continued';
import { takenUp } from './quoted';
import type { SeriesLine } from './series';
import { listSeries } from './serieslist';
import { readThread, type Thread, type ThreadRow, threadTexts } from './thread';
import { Turns } from './turns';
import { verdictsAmong } from './verdicts';

export interface DigestPassage extends Omit<Chosen, 'id' | 'answers'> {
  row: ThreadRow;
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

/** Characters of a mail that are read; longer mails are logs, or attacks. */
const LONGEST_MAIL = 200_000;

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
const cache = new QueryCache<DigestPassage[]>(64);

/** Only the passages, in order of time: 0.3 ms per mail, kept until the data change. */
export const passagesOf = (db: Snapshot, thread: Thread): Promise<DigestPassage[]> =>
  cache.get(db, String(thread.id), () => choosePassages(db, thread));

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
  const [taken, verdicts] = [await takenUp(db, ids), await verdictsAmong(db, ids)];
  const choice = new Choice(thread.rows, mails, bodies, taken, verdicts);
  for (const row of mails) {
    await turns.next();
    choice.read(row);
  }
  const rows = new Map(mails.map((row) => [row.id, row]));
  const rowOf = (id: number) => rows.get(id) as ThreadRow;
  return choice.chosen().map(({ id, answers, ...passage }) => ({
    ...passage,
    row: rowOf(id),
    answers: answers && { row: rowOf(answers.id), first: answers.first },
  }));
}
