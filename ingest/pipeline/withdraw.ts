import type { Connection } from '#db/open';
import { withdrawBlob, withdrawPosting } from '#db/write/withdraw';
import { parseMail } from '#ingest/parse/index';
import type { SourceEvent } from '#ingest/read/types';

/** The archive withdrew a mail that an earlier run may have stored, or purged one that it did. Resolves to whether it was there. */
export async function withdraw(
  db: Connection,
  sourceId: number,
  event: Extract<SourceEvent, { kind: 'withdraw' | 'purged' }>,
): Promise<boolean> {
  const { oid, receivedAt } = event.origin;
  const msgid = event.kind === 'withdraw' ? (await parseMail(event.bytes, { receivedAt })).msgid : null;
  return db.transaction(async () =>
    event.kind === 'purged'
      ? (await withdrawBlob(db, sourceId, oid ?? '', event.message)) > 0
      : withdrawPosting(db, sourceId, oid, msgid ?? ''),
  );
}
