import type { Connection } from '#db/open';
import { withdrawBlob, withdrawPosting } from '#db/write/withdraw';
import { parseMail } from '#ingest/parse/index';
import type { SourceEvent } from '#ingest/read/types';

/**
 * Removes a mail that the archive withdrew or purged. A `deleted` mail was added and withdrawn within the part being read, but may be
 * stored: by a run that was killed after its last checkpoint, or stopped by --limit.
 * Resolves to whether it was stored.
 */
export async function withdraw(
  connection: Connection,
  sourceId: number,
  event: Extract<SourceEvent, { kind: 'withdraw' | 'purged' | 'deleted' }>,
): Promise<boolean> {
  const { oid, receivedAt } = event.origin;
  const msgid = event.kind !== 'purged' ? (await parseMail(event.bytes, { receivedAt })).msgid : null;
  return connection.transaction(async (db) =>
    event.kind === 'purged'
      ? (await withdrawBlob(db, sourceId, oid ?? '', event.message)) > 0
      : withdrawPosting(db, sourceId, oid, msgid ?? '', event.kind === 'deleted'),
  );
}
