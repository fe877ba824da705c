import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { rawMessages } from '#db/queries/message';
import { toMboxrd } from '#mail/mbox';
import { openReader } from './reader';

const MAILS_AT_ONCE = 50;

/** Mails by id, in the order given, read a few at a time: the page that answers has long ended its own transaction. A mail that was withdrawn since is left out. */
export async function* mailsById(ids: number[]): AsyncGenerator<Buffer> {
  const reader = await openReader();
  if (!reader) return;
  for (let at = 0; at < ids.length; at += MAILS_AT_ONCE) {
    const mails = await reader.read((db) => rawMessages(db, ids.slice(at, at + MAILS_AT_ONCE)));
    for (const { raw, sent_at } of mails) yield toMboxrd(raw, sent_at);
  }
}

/** mboxrd, gzipped as it is read. */
export function mboxGzip(mails: AsyncIterable<Buffer>): ReadableStream {
  const zip = createGzip();
  // Either end that fails or goes away takes the other with it.
  pipeline(Readable.from(mails), zip, () => {});
  return Readable.toWeb(zip) as ReadableStream;
}
