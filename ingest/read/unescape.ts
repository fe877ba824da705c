const ESCAPED = Buffer.from('>From ');
const MBOXRD = Buffer.from('From mboxrd@z ');
const QUOTE = 0x3e;
const LINE_END = 10;

/** The `From ` line that public-inbox, lei and b4 write: the only mark by which a file says that it is mboxrd. */
export function saysMboxrd(fromLine: Buffer): boolean {
  return fromLine.subarray(0, MBOXRD.length).equals(MBOXRD);
}

/**
 * Takes one `>` off body lines that begin with `>From `; where `all`, also off those that begin with more.
 *
 * Whether a file is mboxo or mboxrd cannot be known in general: a `>>From ` in it may be mboxrd's escape of `>From `, or in mboxo
 * a quotation of an escaped line. They differ in those lines only. So `all` is for mails whose `From ` line says mboxrd;
 * elsewhere a lone `>From ` loses its sign, which both forms ask for, and deeper ones are left as they are.
 * Headers are left alone: some carry a `>From ` line of a relay.
 */
export function unescapeFrom(mail: Buffer, all: boolean): Buffer {
  if (mail.indexOf(ESCAPED) < 0) return mail;
  const body = bodyStart(mail);
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = mail.indexOf(ESCAPED, body); at >= 0; at = mail.indexOf(ESCAPED, at + ESCAPED.length)) {
    let start = at;
    while (all && start > body && mail[start - 1] === QUOTE) start--;
    if (start > 0 && mail[start - 1] !== LINE_END) continue;
    parts.push(mail.subarray(from, start));
    from = start + 1;
  }
  return parts.length ? Buffer.concat([...parts, mail.subarray(from)]) : mail;
}

/** Position after the empty line that ends the header; the mail's length where it has none. */
export function bodyStart(mail: Buffer): number {
  for (let at = mail.indexOf(LINE_END); at >= 0; at = mail.indexOf(LINE_END, at + 1)) {
    if (mail[at + 1] === LINE_END) return at + 2;
    if (mail[at + 1] === 13 && mail[at + 2] === LINE_END) return at + 3;
  }
  return mail.length;
}
