/** Limits beyond which a mail is not given to the MIME parser: such a tree is an attack or damage, and costs too much to read. */

/** A mail that exceeds any of these limits is read as plain text. */
const MAX_MULTIPARTS = 50;
const MAX_BOUNDARY_LINES = 2000;
const MAX_MIME_BYTES = 64 * 1024 * 1024;

/** Why a mail is not given to the MIME parser, in words for its page; null if it is safe. */
export function mimeDanger(bytes: Buffer): string | null {
  if (bytes.length > MAX_MIME_BYTES) return `larger than ${MAX_MIME_BYTES / 1048576} MB: shown as it is, undecoded`;
  if (countOf(bytes, 'multipart/', MAX_MULTIPARTS) || countOf(bytes, 'message/rfc822', MAX_MULTIPARTS)) {
    return `more than ${MAX_MULTIPARTS} nested parts: shown as it is, undecoded`;
  }
  if (countOf(bytes, '\n--', MAX_BOUNDARY_LINES) && countOf(bytes, '\nContent-', MAX_BOUNDARY_LINES)) {
    return `more than ${MAX_BOUNDARY_LINES} parts: shown as it is, undecoded`;
  }
  return null;
}

/** Whether `bytes` contains `what` more than `most` times. */
function countOf(bytes: Buffer, what: string, most: number): boolean {
  let count = 0;
  for (let at = bytes.indexOf(what); at >= 0; at = bytes.indexOf(what, at + what.length))
    if (++count > most) return true;
  return false;
}
