import type { Connection } from '#db/open';
import { findByMsgid, findThreads } from '#db/write/messages';
import { storedText } from '#db/write/texts';
import { joinThreads } from '#ingest/thread/join';
import { sameMessage } from '#mail/same';
import type { Batch, BatchMail } from './batch';
import type { IdAllocator } from './ids';
import type { ParserPool } from './pool';

/** A mail that is stored. */
export interface Fresh {
  mail: BatchMail;
  id: number;
  thread: number;
  imposter: boolean;
}

/** What one batch changes, decided before anything is written. */
export interface Resolved {
  fresh: Fresh[];
  /** Mails that are stored already, and under which id. */
  duplicates: { mail: BatchMail; id: number }[];
  merges: [number, number][];
  ghosts: [string, number][];
  arrived: string[];
  dirty: Set<number>;
}

/** One that bears the msgid: stored earlier (`id`), or new in this batch (`mail`). */
type Bearer = { authorAddress: string } & ({ id: number } | { mail: BatchMail; index: number });

/** Tells new mails from duplicates and imposters, gives them ids and threads. Reads the database; writes nothing. */
export async function resolve(db: Connection, pool: ParserPool, ids: IdAllocator, batch: Batch): Promise<Resolved> {
  const fresh: { mail: BatchMail; imposter: boolean }[] = [];
  const duplicates: { mail: BatchMail; bearer: Bearer }[] = [];
  const bearers = new Map<string, Bearer[]>();
  for (const row of await findByMsgid(
    db,
    batch.mails.map((mail) => mail.msgid),
  )) {
    bearers.set(row.msgid, [...(bearers.get(row.msgid) ?? []), row]);
  }
  for (const mail of batch.mails) {
    const rivals = bearers.get(mail.msgid) ?? [];
    const same = await findSame(db, pool, mail, rivals);
    if (same) {
      duplicates.push({ mail, bearer: same });
    } else {
      const index = fresh.push({ mail, imposter: rivals.length > 0 }) - 1;
      bearers.set(mail.msgid, [...rivals, { authorAddress: mail.authorAddress, mail, index }]);
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
    const { authorAddress } = mail;
    if (sameMessage({ authorAddress, text }, { authorAddress, text: other })) return rival;
  }
  return undefined;
}

async function joinFresh(db: Connection, fresh: { mail: BatchMail }[], ids: number[]) {
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
  };
}
