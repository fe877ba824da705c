import { bodyStart } from './unescape';

const FROM_FIELD = /^(From:[ \t]{0,8}\S{1,200}) at (\S{1,200})/im;

/**
 * Restores `From: user@host (Name)` from `From: user at host (Name)`, with which Mailman hides addresses. Changes nothing else, because
 * in a body "at" is a word. The mail then differs from the file, but is closer to the original mail.
 */
export function withAddress(mail: Buffer): Buffer {
  const header = mail.toString('latin1', 0, bodyStart(mail));
  const found = FROM_FIELD.exec(header);
  if (!found) return mail;
  const before = header.slice(0, found.index) + found[1];
  const after = header.slice(found.index + found[0].length);
  return Buffer.concat([Buffer.from(`${before}@${found[2]}${after}`, 'latin1'), mail.subarray(header.length)]);
}
