import type { Connection } from '#db/open';
import { withdrawBlob, withdrawPosting } from '#db/write/withdraw';
import { parseMail } from '#ingest/parse/index';
import type { SourceEvent } from '#ingest/read/types';

/**
 * The archive withdrew a mail that an earlier run may have stored, or purged one that it did. `deleted` is a mail added and withdrawn in
 * what is being read: a run that was killed beyond its last checkpoint, or cut by --limit, may have stored it before it was withdrawn.
 * Resolves to whether it was there.
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
