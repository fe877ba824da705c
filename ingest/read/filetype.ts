import { constants, gunzipSync } from 'node:zlib';
import { isGzip } from './bytes';
import { isFromLine, lineAfter, startsWithFrom } from './fromline';
import { isBlank } from './limits';
import { openRegular } from './regular';
import { bodyStart } from './unescape';

/** The kind of a file, guessed from its beginning. `empty`: nothing in it, so a mailbox without mail. */
export type FileType = 'mbox' | 'pipermail' | 'mail' | 'empty' | 'other';

const HEAD_BYTES = 16 * 1024;

/** Every mail has one of these headers; other texts may also have lines with a colon. */
const MAIL_HEADER = /^(?:from|date|message-id|subject|received|return-path|to):/im;
const FIELD = /^[!-9;-~]{1,100}[ \t]{0,4}:/;
/** Mailman 2 writes `user at host` for `user@host` in its monthly archives. */
const PIPERMAIL_FROM = /^From \S{1,200} at \S{1,200} {1,4}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

export async function fileTypeAt(path: string): Promise<{ type: FileType; gzip: boolean }> {
  const file = await openRegular(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    const gzip = isGzip(head);
    return { type: fileTypeOf(gzip ? unzipped(head) : head), gzip };
  } finally {
    await file.close();
  }
}

/** @param head the first bytes of a file, decompressed */
export function fileTypeOf(head: Buffer): FileType {
  if (isBlank(head)) return 'empty';
  const start = afterEmptyLines(head);
  if (startsWithFrom(head, start)) return typeFromLine(head, start);
  const header = head.subarray(start, start + bodyStart(head.subarray(start)));
  if (header.includes(0)) return 'other';
  const text = header.toString('latin1');
  return FIELD.test(text) && MAIL_HEADER.test(text) ? 'mail' : 'other';
}

function typeFromLine(head: Buffer, start: number): FileType {
  const next = head.subarray(lineAfter(head, start));
  if (
    !isFromLine(head, start, true) &&
    !(FIELD.test(next.toString('latin1', 0, 200)) && MAIL_HEADER.test(next.toString('latin1')))
  )
    return 'other';
  return PIPERMAIL_FROM.test(head.toString('latin1', start, start + 500)) ? 'pipermail' : 'mbox';
}

function afterEmptyLines(head: Buffer): number {
  let at = 0;
  while (head[at] === 10 || head[at] === 13) at++;
  return at;
}

function unzipped(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.from('not gzip after all');
  }
}
