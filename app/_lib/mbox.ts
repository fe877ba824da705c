import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { rawMessages, rawThread } from '#db/queries/message';
import { toMboxrd } from '#mail/mbox';
import { openReader } from './reader';

const MAILS_AT_ONCE = 50;

/** Mails of a thread in display order, read a few at a time: the page that answers has long ended its own transaction. */
export async function* threadMails(thread: number): AsyncGenerator<Buffer> {
  const reader = await openReader();
  if (!reader) return;
  for (let after = -1; ; ) {
    const mails = await reader.read((db) => rawThread(db, thread, after, MAILS_AT_ONCE));
    for (const { raw, sent_at } of mails) yield toMboxrd(raw, sent_at);
    const last = mails.at(-1);
    if (!last || mails.length < MAILS_AT_ONCE) return;
    after = last.position;
  }
}

/** Mails by id, in the order given. */
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
  const zipped = Readable.from(mails).pipe(createGzip());
  return Readable.toWeb(zipped) as ReadableStream;
}
