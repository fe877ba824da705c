/** What keeps a mail from the MIME parser: a tree like that is an attack or damage, and costs more than the mail is worth. */

/** A mail with more than this of anything is read as one plain text. */
const MAX_MULTIPARTS = 50;
const MAX_BOUNDARY_LINES = 2000;
const MAX_MIME_BYTES = 64 * 1024 * 1024;

/** Why the mail is not given to the MIME parser, in words for its page; null if it is safe to. */
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

/** Whether `what` stands there more than `most` times. */
function countOf(bytes: Buffer, what: string, most: number): boolean {
  let count = 0;
  for (let at = bytes.indexOf(what); at >= 0; at = bytes.indexOf(what, at + what.length))
    if (++count > most) return true;
  return false;
}
