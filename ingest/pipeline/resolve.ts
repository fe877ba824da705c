import type { Connection } from '#db/open';
import { findByMsgid, findThreads } from '#db/write/messages';
import { storedText } from '#db/write/texts';
import { rootsOf } from '#db/write/threads';
import { type Joined, type Joining, joinThreads, type Known } from '#ingest/thread/join';
import { addTo } from '#mail/groups';
import { attachmentKey, type Likeness, likenessOf, sameMessage } from '#mail/same';
import type { Batch, BatchMail } from './batch';
import type { IdAllocator } from './ids';
import type { ParserPool } from './pool';

/** A new mail, which will be stored. */
export interface Fresh {
  mail: BatchMail;
  id: number;
  thread: number;
  imposter: boolean;
}

/** The changes of a batch, decided before anything is written. */
export interface Resolved {
  fresh: Fresh[];
  /** Mails that are already stored, with their ids. */
  duplicates: { mail: BatchMail; id: number }[];
  merges: [number, number][];
  ghosts: [string, number][];
  arrived: string[];
  dirty: Set<number>;
  /** Threads that may have to be split when everything has been read. */
  apart: number[];
}

/** A mail with the msgid: stored earlier (`id`), or new in this batch (`mail`). */
type Bearer = Omit<Likeness, 'text'> & ({ id: number } | { mail: BatchMail; index: number });

/** More mails with the same Message-ID are compared by a hash of their content: thousands of mails may share an id. */
const FEW_BEARERS = 4;
/** The number of hashes of stored messages that are kept for the next batch. */
const KEPT_LIKENESSES = 100_000;
const likenesses = new WeakMap<Connection, Map<number, string>>();

/** Separates new mails from duplicates and imposters, and gives them ids and threads. Reads the database; writes nothing. */
export async function resolve(db: Connection, pool: ParserPool, ids: IdAllocator, batch: Batch): Promise<Resolved> {
  const fresh: { mail: BatchMail; imposter: boolean }[] = [];
  const duplicates: { mail: BatchMail; bearer: Bearer }[] = [];
  const bearers = new Map<string, Bearer[]>();
  for (const row of await findByMsgid(db, [...new Set(batch.mails.map((mail) => mail.msgid))]))
    addTo(bearers, row.msgid, { ...row, attachments: attachmentKey(JSON.parse(row.attachments ?? '[]')) });
  const crowds = new Map<string, Crowd>();
  for (const mail of batch.mails) {
    const rivals = bearers.get(mail.msgid) ?? [];
    const same =
      rivals.length <= FEW_BEARERS
        ? await findSame(db, pool, mail, rivals)
        : await findInCrowd(db, pool, mail, rivals, crowds);
    if (same) {
      duplicates.push({ mail, bearer: same });
    } else {
      const index = fresh.push({ mail, imposter: rivals.length > 0 }) - 1;
      addTo(bearers, mail.msgid, { ...saidIn(mail), mail, index });
    }
  }
  const messageIds = await ids.allocate(fresh.map(({ mail }) => mail.sentAt));
  const threads = await joinFresh(db, fresh, messageIds);
  return {
    ...threads,
    fresh: fresh.map((one, n) => ({ ...one, id: messageIds[n] as number, thread: threads.of[n] as number })),
    duplicates: duplicates.map(({ mail, bearer }) => ({
      mail,
      id: 'id' in bearer ? bearer.id : (messageIds[bearer.index] as number),
    })),
  };
}

const saidIn = ({ authorAddress, subject, attachments }: BatchMail) => ({ authorAddress, subject, attachments });

async function findSame(
  db: Connection,
  pool: ParserPool,
  mail: BatchMail,
  rivals: Bearer[],
): Promise<Bearer | undefined> {
  for (const rival of rivals) {
    if (rival.authorAddress !== mail.authorAddress) continue;
    const text = await pool.text(mail.unit, mail.index);
    const other = 'id' in rival ? await storedText(db, rival.id) : await pool.text(rival.mail.unit, rival.mail.index);
    if (sameMessage({ ...saidIn(mail), text }, { ...rival, text: other })) return rival;
  }
  return undefined;
}

/** Mails with the same Message-ID, by a hash of their content; `taken` counts those already added. */
interface Crowd {
  byLikeness: Map<string, Bearer>;
  taken: number;
}

/** As findSame, but reads each text only once. */
async function findInCrowd(
  db: Connection,
  pool: ParserPool,
  mail: BatchMail,
  rivals: Bearer[],
  crowds: Map<string, Crowd>,
): Promise<Bearer | undefined> {
  const crowd = crowds.get(mail.msgid) ?? { byLikeness: new Map(), taken: 0 };
  crowds.set(mail.msgid, crowd);
  for (; crowd.taken < rivals.length; crowd.taken++) {
    const rival = rivals[crowd.taken] as Bearer;
    const key = 'id' in rival ? await storedLikeness(db, rival) : await likenessIn(pool, rival.mail);
    if (!crowd.byLikeness.has(key)) crowd.byLikeness.set(key, rival);
  }
  return crowd.byLikeness.get(await likenessIn(pool, mail));
}

const likenessIn = async (pool: ParserPool, mail: BatchMail) =>
  likenessOf({ ...saidIn(mail), text: await pool.text(mail.unit, mail.index) });

async function storedLikeness(db: Connection, { id, ...said }: Bearer & { id: number }) {
  const kept = likenesses.get(db) ?? new Map<number, string>();
  likenesses.set(db, kept);
  const known = kept.get(id);
  if (known !== undefined) return known;
  const key = likenessOf({ ...said, text: await storedText(db, id) });
  if (kept.size >= KEPT_LIKENESSES) kept.clear();
  kept.set(id, key);
  return key;
}

/** Adds parents that a mail names without brackets, if an earlier mail has that id, in the same batch or not. */
async function addPossibleParents(db: Connection, fresh: { mail: BatchMail }[]): Promise<void> {
  const asked = fresh.flatMap(({ mail }) => mail.possibleParent || []);
  if (!asked.length) return;
  const borne = new Set((await findByMsgid(db, [...new Set(asked)])).map(({ msgid }) => msgid));
  for (const { mail } of fresh) {
    const id = mail.possibleParent;
    if (id && borne.has(id) && id !== mail.msgid)
      mail.refs = [...mail.refs.split(' ').filter((one) => one && one !== id), id].join(' ');
    borne.add(mail.msgid);
  }
}

async function joinFresh(db: Connection, fresh: { mail: BatchMail }[], ids: number[]) {
  await addPossibleParents(db, fresh);
  const joining = fresh.map(({ mail }, n) => ({
    id: ids[n] as number,
    msgid: mail.msgid,
    references: mail.refs ? mail.refs.split(' ') : [],
  }));
  const named = new Set(joining.flatMap(({ msgid, references }) => [msgid, ...references]));
  const known = await findThreads(db, [...named]);
  const joined = joinThreads(joining, known);
  const borne = new Set(joining.map(({ msgid }) => msgid));
  return {
    of: joined.threads,
    merges: [...joined.merged],
    ghosts: [...joined.named].filter(([msgid]) => !borne.has(msgid)),
    arrived: [...borne].filter((msgid) => known.has(msgid)),
    dirty: new Set([...joined.threads, ...joined.merged.values()]),
    apart: await severalRoots(db, joining, known, joined),
  };
}

/** Of the threads that got a late mail, those with two mails that answer nothing: only a third mail can have joined these. */
async function severalRoots(
  db: Connection,
  joining: Joining[],
  known: ReadonlyMap<string, Known>,
  { late, threads, merged }: Joined,
): Promise<number[]> {
  if (!late.size) return [];
  const now = (thread: number) => merged.get(thread) ?? thread;
  const before = [...new Set([...known.values()].map(({ thread }) => thread))].filter((thread) =>
    late.has(now(thread)),
  );
  const roots = (await rootsOf(db, before)).map(now);
  joining.forEach(({ references }, n) => {
    if (!references.length) roots.push(threads[n] as number);
  });
  return [...late].filter((thread) => roots.filter((one) => one === thread).length > 1);
}
