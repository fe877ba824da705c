import type { Connection } from '#db/open';
import { withdrawPosting } from '#db/write/withdraw';
import { parseMail } from '#ingest/parse/index';
import type { Origin } from '#ingest/read/types';

/** The archive withdrew a mail that an earlier run may have stored. Resolves to whether it was there. */
export async function withdraw(db: Connection, sourceId: number, bytes: Buffer, origin: Origin): Promise<boolean> {
  const message = await parseMail(bytes, { receivedAt: origin.receivedAt });
  return db.transaction(() => withdrawPosting(db, sourceId, origin.oid, message.msgid));
}
